"""``videolect write``: one text for one clip, without a campaign."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli import write_models, write_serve
from videolect.cli.options import add_writer, choice_of
from videolect.cli.spec_option import spec_of
from videolect.cli.write_clip import add_clip, request_of
from videolect.wiring import make_writer
from videolect.writing.writer import write_draft


def add_parser(nouns: Any) -> None:
    """Add the noun and its verbs to the subparsers of the command line."""
    noun = nouns.add_parser("write", help="drafts, critiques and revisions of one clip")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
    draft = verbs.add_parser("draft", help="the caption of one aspect", description=run_draft.__doc__)
    add_clip(draft)
    add_writer(draft, "drafts", drafts=True)
    draft.add_argument("--plant", type=int, default=0, metavar="N", help="let labels write N declared errors into it")
    draft.add_argument("--seed", type=int, default=0, metavar="S", help="which errors, or which draw")
    draft.set_defaults(run=run_draft, render=text_draft)
    write_models.add_verbs(verbs)
    write_serve.add_verb(verbs)


def run_draft(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write the caption of one aspect of a video. Without labels the labels writer says so, truly, and little else."""
    spec = spec_of(args)
    request, look = request_of(args, spec)
    writer = make_writer(choice_of(args, plant=args.plant, seed=args.seed), spec, look)
    return 0, write_draft(writer, request).as_json()


def text_draft(answer: dict[str, Any]) -> str:
    """The text, and below it what it leaves open."""
    lines = [answer["text"]]
    if answer["cannot_know"]:
        lines += ["", f"Cannot know: {', '.join(topic.replace('_', ' ') for topic in answer['cannot_know'])}."]
    lines += [f"Planted: {error['wrong']!r} stands for {error['right']!r}." for error in answer["planted"]]
    return "\n".join(lines)
