"""Data that are not redistributed: where they lie, and the one answer of every benchmark where they do not.

A folder is the one that is named, else that of the variable (``VIDEOLECT_REFERENCE``, ``VIDEOLECT_CLIPS``), else
``../shared/...`` beside the checkout. Without it a benchmark says so and ends with 2, as a command that was asked
wrongly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support import clips as real
from tests.support import reference as authors

from videolect.errors import NotFound


class NotHere(NotFound):
    """Data that this benchmark measures on."""


def reference(file: str = "triples.parquet", named: Path | None = None) -> Path:
    """The folder of the paper authors' data, which holds this file. NotHere."""
    return _folder("reference data", named, "VIDEOLECT_REFERENCE", authors.FOLDER, file)


def clips(file: str) -> Path:
    """The folder of the real clips, which holds this one. NotHere."""
    return _folder("real clips", None, "VIDEOLECT_CLIPS", real.FOLDER, file)


def _folder(what: str, named: Path | None, variable: str, usual: Path, file: str) -> Path:
    folder = named or Path(os.environ.get(variable) or usual)
    if not (folder / file).is_file():
        raise NotHere(
            f"{folder} holds no {file}: the {what} are not redistributed, and nothing of this is measured without.",
            mend=f"Put them there, or name their folder in {variable}.",
        )
    return folder


def ended(run: Callable[[], None]) -> int:
    """Run; the exit code: 2, and the error's words, where the data are not there."""
    try:
        run()
    except NotHere as error:
        print(f"{error.message}\n{error.mend}", file=sys.stderr)
        return error.exit_code
    return 0
