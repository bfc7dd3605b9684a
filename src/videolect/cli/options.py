"""What commands of several nouns ask for: the workspace, and whatever writes."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from videolect.vlm.base import Decoding
from videolect.wiring import Workspace, WriterChoice


def place_of(asked: argparse.Namespace) -> Path:
    """The folder of the workspace that is meant: the one that is named, or the usual one."""
    return asked.workspace or Path(os.environ.get("VIDEOLECT_HOME", "videolect-workspace"))


def workspace_of(
    asked: argparse.Namespace, *, create: bool = False, writes: bool = False, plant: int = 0, **options: Any
) -> Workspace:
    """The workspace that the command line names. ``writes``: with the writer that it names, which may be a model that
    is loaded now; else with the labels writer. ``plant``: errors that the labels writer plants."""
    if writes:
        options["writer"] = choice_of(asked, plant=plant)
    if getattr(asked, "glossary", None):
        options.setdefault("glossary", asked.glossary)
    make = Workspace.create if create else Workspace.open
    return make(place_of(asked), database_url=asked.database, **options)


def add_writer(
    parser: argparse.ArgumentParser, what: str = "drafts and revises", *, drafts: bool = False, models: bool = False
) -> None:
    """``--writer`` and what belongs to it. ``drafts``: whether it drafts for a desk or as one. ``models``: whether it
    must be a model, which somebody has to name."""
    named = "qwen:PATH, chat:URL, replay:FILE ... (docs/models.md)"
    if models:
        parser.add_argument("--writer", required=True, metavar="W", help=f"what {what}: {named}")
    else:
        parser.add_argument(
            "--writer", default="labels", metavar="W", help=f"what {what}: labels, {named}; default: labels"
        )
    parser.add_argument("--max-tokens", type=int, default=768, metavar="N", help="of a model's text; default: 768")
    parser.add_argument(
        "--temperature", type=float, default=0.0, metavar="T", help="0: the likeliest token each time; default: 0"
    )
    parser.add_argument("--top-p", type=float, default=1.0, metavar="P", help="draw from this much of the mass")
    parser.add_argument(
        "--accept-cut", action="store_true", help="take a model's text that was cut off; it is marked as such"
    )
    if drafts:
        parser.add_argument(
            "--label-free", action="store_true",
            help="a model drafts from the film alone, as data rows teach it, and is not told what the labels say",
        )  # fmt: skip


def choice_of(asked: argparse.Namespace, *, plant: int = 0, seed: int = 0) -> WriterChoice:
    """What the command line says. ``plant``: errors that the labels writer is to plant; a model plants none."""
    how = Decoding(max_tokens=asked.max_tokens, temperature=asked.temperature, top_p=asked.top_p, seed=seed)
    planted = plant if asked.writer == "labels" else 0
    return WriterChoice(
        name=asked.writer,
        plant=planted,
        seed=seed,
        how=how,
        accept_cut=asked.accept_cut,
        label_free=getattr(asked, "label_free", False),
    )
