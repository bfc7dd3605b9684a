"""``videolect write draft``: the caption of one aspect."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import add_writer, choice_of
from videolect.cli.spec_option import spec_of
from videolect.cli.write.clip import add_clip, request_of
from videolect.wiring import make_writer
from videolect.writing.writer import write_draft


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_clip(parser)
    add_writer(parser, "drafts", drafts=True)
    parser.add_argument("--plant", type=int, default=0, metavar="N", help="let labels write N declared errors into it")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which errors, or which draw")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write the caption of one aspect of a video. Without labels the labels writer says so, truly, and little else."""
    spec = spec_of(args)
    request, look = request_of(args, spec)
    writer = make_writer(choice_of(args, plant=args.plant, seed=args.seed), spec, look)
    return 0, write_draft(writer, request).as_json()


def render(answer: dict[str, Any]) -> str:
    """The text, and below it what it leaves open."""
    lines = [answer["text"]]
    if answer["cannot_know"]:
        lines += ["", f"Cannot know: {', '.join(topic.replace('_', ' ') for topic in answer['cannot_know'])}."]
    lines += [f"Planted: {error['wrong']!r} stands for {error['right']!r}." for error in answer["planted"]]
    return "\n".join(lines)
