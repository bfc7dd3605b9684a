"""``videolect desk serve``: the pages."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import workspace_of
from videolect.cli.serving import add_serving, serve
from videolect.errors import BadInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    add_serving(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Serve until interrupted."""
    workspace = workspace_of(asked, writes=True)
    workspace.storage.check()  # a bucket that does not answer is told here, not to every page
    if not workspace.accounts.all():
        raise BadInput("Nobody may sign in yet.", mend="Make an account: videolect desk invite NAME --role annotator.")
    serve(workspace, host=asked.host, port=asked.port)
    return 0, {}


def render(answer: dict[str, Any]) -> str:
    """For people."""
    return ""
