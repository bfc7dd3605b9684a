"""``videolect write best``: the best of several drafts."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from videolect.cli.options import add_writer
from videolect.cli.write.clip import add_clip
from videolect.cli.write.model import model_writer
from videolect.errors import BadInput
from videolect.vlm.base import Decoding
from videolect.wiring import make_backend
from videolect.writing.search import YesReward, best_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_clip(parser)
    add_writer(parser, "drafts", drafts=True)
    parser.add_argument("--n", type=int, default=8, metavar="N", help="drafts to choose from; default: 8")
    parser.add_argument("--judge", metavar="W", help="the model that judges; default: the one that drafts")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Draw N drafts and take the one that the judge finds most likely to be true. Every candidate is told."""
    if args.n < 1:
        raise BadInput(f"--n is {args.n}.", mend="Give 1 or more.")
    if args.n > 1 and args.temperature == 0:
        args.temperature = 0.8
    writer, request = model_writer(args)
    judge = writer.backend if args.judge is None else make_backend(args.judge)
    how: Decoding = replace(writer.how, seed=args.seed)
    found = best_of(writer, request, args.n, YesReward(judge, writer.look), how=how)
    return 0, found.as_json() | {"judge": judge.model.id}


def render(answer: dict[str, Any]) -> str:
    """The chosen text, and what else there was."""
    lines = [answer["text"], ""]
    for each in answer["candidates"]:
        mark = "*" if each["number"] == answer["chosen"] else " "
        said = each["fault"] or ("not scored" if each["reward"] is None else f"{each['reward']:.4g}")
        lines.append(f"{mark} {said}  {each['text'][:100]}")
    return "\n".join(lines)
