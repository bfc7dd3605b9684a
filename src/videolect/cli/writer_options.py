"""The options of whatever writes: which writer, and how a model's texts are drawn."""

from __future__ import annotations

import argparse

from videolect.vlm.base import Decoding
from videolect.wiring import WriterChoice


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
