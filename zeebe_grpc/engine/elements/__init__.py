"""What each type of element does when it activates, completes and terminates: one behaviour object for each type."""
