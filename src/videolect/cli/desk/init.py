"""``videolect desk init``: a workspace is made."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import place_of, workspace_of
from videolect.wiring import FILMS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument(
        "--films", metavar="PLACE", help="where films are kept: a folder or s3://BUCKET/PREFIX; default: the workspace"
    )


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make the folder and the database."""
    with workspace_of(asked, create=True, films=asked.films) as workspace:
        workspace.database.migrate()
    return 0, {
        "workspace": str(place_of(asked)), "database": workspace.database.url.render_as_string(),
        "films": workspace.films_at or str(place_of(asked) / FILMS),
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """For people."""
    return f"The workspace is {answer['workspace']}."
