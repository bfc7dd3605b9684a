"""The points of a critique: read from free words, carried out on a draft, matched with those of another critique."""
