"""The writer that needs no model: sentences from the labels alone, and errors that it plants and declares."""
