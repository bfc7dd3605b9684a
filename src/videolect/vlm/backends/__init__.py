"""One file for each kind of writer."""
