"""Files and folders that the command line names."""

from __future__ import annotations

from pathlib import Path

from videolect.errors import BadInput, NotFound


def existing(path: Path) -> Path:
    """NotFound where there is none."""
    if not path.exists():
        raise NotFound(f"There is no file {path}.", mend="Give the path of a video.")
    return path


def made(path: Path) -> None:
    """The folder is there; BadInput where it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{path} cannot be made: {error.strerror}.", mend="Name a folder with --out.") from None
