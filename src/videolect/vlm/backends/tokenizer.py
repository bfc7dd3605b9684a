"""Counting tokens by a ``tokenizer.json``, without a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def counter(path: Path) -> Callable[[str], int]:
    """How many tokens a text has, with the marks that the tokenizer puts around it. ValueError for another file."""
    from tokenizers import Tokenizer

    try:
        made = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises Exception itself
        raise ValueError(str(error)) from None
    made.no_truncation()
    return lambda text: len(made.encode(text).ids)
