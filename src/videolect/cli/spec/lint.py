"""``videolect spec lint``: what a text had better say otherwise."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.spec.words import add_text, lexicon_of, text_of
from videolect.cli.spec_option import spec_of
from videolect.language.lint import constructiveness, lint, lint_critique


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_text(parser)
    parser.add_argument("--aspect", metavar="ASPECT", help="the aspect that the text belongs to")
    parser.add_argument("--critique", action="store_true", help="the text is a critique, not a caption")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Advice on the wording of a caption or a critique. Findings never make the command fail."""
    text, lexicon = text_of(args.text), lexicon_of(args)
    if args.aspect:
        spec_of(args).aspect(args.aspect)
    if not args.critique:
        return 0, {"findings": [finding.as_json() for finding in lint(text, args.aspect, lexicon)]}
    found = [finding.as_json() for finding in lint_critique(text, args.aspect, lexicon)]
    return 0, {"findings": found, "constructiveness": constructiveness(text, lexicon)}


def render(answer: dict[str, Any]) -> str:
    """One paragraph per finding; for a critique its constructiveness."""
    lines = [
        f"{finding['start']}-{finding['end']} {finding['kind']}: {finding['words']!r}\n"
        f"    {finding['reason']} {finding['suggestion']}"
        for finding in answer["findings"]
    ]
    if "constructiveness" in answer:
        lines.append(f"Constructive: {answer['constructiveness']:.0%} of its words.")
    return "\n".join(lines) or "Nothing to say."
