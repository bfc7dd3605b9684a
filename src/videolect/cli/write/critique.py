"""``videolect write critique``: what is wrong with a caption."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import add_writer
from videolect.cli.write.clip import add_clip, text_of
from videolect.cli.write.model import model_writer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_clip(parser, known=False)
    parser.add_argument("--caption", required=True, metavar="TEXT", help="or a file that holds it")
    add_writer(parser, "criticises")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let a model say what is wrong with a caption, and what to write instead; the sentinel where nothing is."""
    writer, request = model_writer(args)
    critique, model = writer.critique(request.clip, args.aspect, text_of(args.caption))
    return 0, {
        "critique": critique.words, "model": model.id, "prompt_hash": model.prompt_hash,
        "parameters": dict(model.parameters),
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """For people."""
    return str(answer["critique"])
