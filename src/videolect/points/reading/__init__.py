"""A critique in free words, read as points: what it calls wrong in the draft, and what it would have instead."""
