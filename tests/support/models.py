"""Tiny random Qwen3-VL checkpoints for tests, built where none by the same settings is there."""

from __future__ import annotations

import fcntl
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from tools import tiny_models

from videolect.training.tiny.models import SIZES

NEEDED = ("torch", "transformers")
FOR_TRL = ("trl", "datasets", "accelerate", "peft")
FOLDER = tiny_models.FOLDER
"""Shared with `make tiny-models`: whatever builds them first, builds them for all."""


def missing(needed: Sequence[str] = NEEDED) -> list[str]:
    """Libraries without which there is no model; or others."""
    return [name for name in needed if importlib.util.find_spec(name) is None]


def tiny_model(name: str) -> Path:
    """The folder of ``micro`` or ``small``. Of several workers one builds it, and the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return tiny_models.built(SIZES[name], FOLDER)


def trained() -> Path | None:
    """The checkpoint that `make tiny-trained` makes; None where nobody has: it takes minutes, so no test does."""
    folder = tiny_models.TRAINED
    return folder if (folder / "config.json").is_file() else None
