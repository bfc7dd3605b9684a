"""Triples in parts by source, and as rows for trainers and benchmarks (docs/data-rows.md)."""
