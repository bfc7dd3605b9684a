"""``videolect spec check``: whether a specification is whole."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.spec_option import add_spec
from videolect.language.spec import report_on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_spec(parser)


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Check a specification: exit code 0 when it is whole, 1 when it has problems."""
    report = report_on(args.spec)
    return (0 if report["whole"] else 1), report


def render(answer: dict[str, Any]) -> str:
    """One line per problem, as editors read them; or what the specification holds."""
    if not answer["whole"]:
        lines = [f"{p['file']}:{p['line']}: {p['rule']} {p['mend']}" for p in answer["problems"]]
        return "\n".join([*lines, f"{len(lines)} problem{'s' if len(lines) > 1 else ''}."])
    groups = "\n".join(f"  {count:4d}  {group}" for group, count in answer["by_group"].items())
    version = f"Version {answer['version']}, {answer['hash'][:12]}"
    return f"The specification is whole. {version}.\n{answer['primitives']} primitives:\n{groups}"
