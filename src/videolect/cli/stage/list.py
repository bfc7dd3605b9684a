"""``videolect stage list``: what can be staged, and what cannot and why."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.language import load_spec
from videolect.stage.plan.repertoire import GROUPS, NOT_STAGED, Repertoire


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """What can be staged of camera and set-up, and what cannot and why."""
    spec = load_spec()
    of = sum(primitive.group in GROUPS for primitive in spec.primitives.values())
    return 0, {"staged": Repertoire(spec).names, "of": of, "not_staged": dict(NOT_STAGED)}


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{len(answer['staged'])} of {answer['of']} primitives of camera and set-up can be staged."]
    lines += [f"  {name}" for name in answer["staged"]]
    lines.append("Not:")
    lines += [f"  {name}: {why}" for name, why in answer["not_staged"].items()]
    return "\n".join(lines)
