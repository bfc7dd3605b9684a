"""The captions of the paper's authors as our triples (docs/authors-data.md)."""
