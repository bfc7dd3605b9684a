"""``videolect spec claims``: what a text says of its clip."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.spec.words import add_text, lexicon_of, text_of
from videolect.language.claims import claims_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_text(parser)


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Which primitives a caption asserts or denies, with the words that do it."""
    return 0, {"claims": [claim.as_json() for claim in claims_of(text_of(args.text), lexicon_of(args))]}


def render(answer: dict[str, Any]) -> str:
    """One line per claim: place, state, primitive, words."""
    if not answer["claims"]:
        return "The text claims nothing that the lexicon knows."
    return "\n".join(
        f"{claim['start']:5d}-{claim['end']:<5d} {claim['state']:8s} {claim['primitive']:42s} {claim['words']!r}"
        for claim in answer["claims"]
    )
