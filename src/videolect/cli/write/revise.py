"""``videolect write revise``: a caption after a critique."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import add_writer, choice_of
from videolect.cli.spec_option import spec_of
from videolect.cli.write.clip import add_clip, request_of, text_of
from videolect.record.critique import Critique
from videolect.record.drafting import ReviseRequest
from videolect.wiring import make_writer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_clip(parser, known=False)
    parser.add_argument("--caption", required=True, metavar="TEXT", help="or a file that holds it")
    parser.add_argument("--critique", required=True, metavar="TEXT", help="or a file that holds it")
    add_writer(parser, "revises")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let the writer carry out a critique: change what it asks for and leave all else."""
    spec = spec_of(args)
    request, look = request_of(args, spec)
    asked = ReviseRequest(
        clip=request.clip, aspect=args.aspect, draft=text_of(args.caption),
        critique=Critique(raw=text_of(args.critique)), answers=request.answers,
    )  # fmt: skip
    made = make_writer(choice_of(args), spec, look).revise(asked)
    return 0, {
        "text": made.text, "model": made.model.id, "prompt_hash": made.model.prompt_hash,
        "parameters": dict(made.model.parameters), "applied": list(made.applied),
        "not_applied": [{"point": each.point, "why": each.why} for each in made.not_applied],
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """For people."""
    return str(answer["text"])
