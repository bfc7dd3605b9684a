"""``videolect desk rebuild``: queue, board and index are made anew from the acts."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import workspace_of
from videolect.cli.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Rebuild; exit code 1 where the projections were not what the acts say."""
    with workspace_of(asked) as workspace:
        made = workspace.ledger.rebuild(Progress("tasks"))
        workspace.searching.rebuild()
    equal = made.before == made.after
    return (0 if equal else 1), {"tasks": made.tasks, "before": made.before, "after": made.after, "equal": equal}


def render(answer: dict[str, Any]) -> str:
    """For people."""
    said = "as they were, byte for byte" if answer["equal"] else "NOT what stood there before; they are mended now"
    return f"{answer['tasks']} tasks were folded again. The projections are {said}."
