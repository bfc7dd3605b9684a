"""The composition root: the only room that knows all adapters, and puts a workspace together from them."""

from videolect.wiring.plugins import (
    BACKENDS,
    DETECTORS,
    WRITERS,
    WriterChoice,
    make_backend,
    make_detector,
    make_writer,
)
from videolect.wiring.workspace import FILMS, OPERATOR, Workspace

__all__ = [
    "BACKENDS",
    "DETECTORS",
    "FILMS",
    "OPERATOR",
    "WRITERS",
    "Workspace",
    "WriterChoice",
    "make_backend",
    "make_detector",
    "make_writer",
]
