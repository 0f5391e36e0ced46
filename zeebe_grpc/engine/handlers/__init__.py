"""What each command from outside does: one class for each kind of thing that is commanded."""
