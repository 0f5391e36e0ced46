"""What type checkers must infer from the public face. The files are checked, and never run."""
