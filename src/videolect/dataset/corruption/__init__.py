"""Critiques made wrong in a declared way, to measure what right ones are worth (docs/corruption.md)."""
