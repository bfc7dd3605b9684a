"""One third-party video library per file."""
