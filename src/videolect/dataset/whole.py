"""Files and folders that appear whole or not at all: written beside their place, and then put there in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from videolect.errors import BadInput


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write it; with the end of the block it replaces ``path``. BadInput where that cannot be done."""
    partial = _beside(path)
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.", mend="Name another file.") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Which folder to fill; with the end of the block it is ``folder``. BadInput as ``check_free``, or where it cannot
    be written."""
    check_free(folder)
    partial = _beside(folder)
    try:
        partial.mkdir()
        yield partial
        if folder.is_dir():
            folder.rmdir()  # it is empty
        partial.rename(folder)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.", mend="Name another folder.") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_free(folder: Path) -> None:
    """BadInput for a folder that is there and holds something, or that has no parent."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} is there and not empty.", mend="Name a new folder: what is in one is never mixed.")
    if not folder.parent.is_dir():
        raise BadInput(f"The folder {folder.parent} is not there.", mend="Make it first.")


def _beside(path: Path) -> Path:
    if not path.name:
        raise BadInput(f"{path} has no name of its own.", mend="Name a file or folder in it.")
    return path.with_name(f".{path.name}.{os.getpid()}.part")
