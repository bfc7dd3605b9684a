"""Real clips for tests. They are not redistributed: they lie beside the checkout, or their tests are left out."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT.parent / "shared" / "clips"
SHOWN = "../shared/clips"
"""How messages name the folder: from the repository's root."""


def clip(name: str) -> Path:
    """The clip of that name. A folder without it is a mistake of the test, or of whoever filled the folder."""
    path = FOLDER / name
    if not path.is_file():
        held = ", ".join(sorted(entry.name for entry in FOLDER.iterdir()))
        raise FileNotFoundError(f"{SHOWN} holds no {name}; it holds {held}")
    return path
