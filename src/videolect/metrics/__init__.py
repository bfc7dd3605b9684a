"""Pure functions from texts, claims and numbers to figures, with intervals. No files, no models."""
