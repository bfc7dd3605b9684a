"""``videolect stage stills``: first and last frames of a glossary, and its index."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.stage.glossary import stills_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("folder", type=Path, metavar="DIR", help="that stage render --set glossary filled")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make what guide and desk show of a glossary: the first and the last frame of each film, beside it, and the index.
    What is there is kept."""
    made, failures = stills_of(asked.folder)
    kept = sum(each.kept for each in made)
    return (1 if failures else 0), {
        "clips": len(made) - len(failures), "kept": kept, "failed": len(failures), "failures": failures,
        "out": str(asked.folder),
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{answer['clips']} clips in {answer['out']} have their stills, {answer['kept']} of them from before."]
    return "\n".join(lines + [f"  left out: {each['clip']}: {each['why']}" for each in answer["failures"]])
