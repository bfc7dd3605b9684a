"""``videolect spec publish``: a draft becomes a version."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.options import workspace_of
from videolect.errors import NotFound
from videolect.files import check_free
from videolect.language.shelf import write_folder
from videolect.language.spec import Spec
from videolect.wiring import OPERATOR


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("--version", metavar="X.Y.Z", help="default: the lowest that the changes allow")
    parser.add_argument("--note", default="", metavar="TEXT", help="what the version is for, kept on the record")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write a copy there too; without a draft only that")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make a version of the workspace's draft: new campaigns take it, those that run keep theirs."""
    with workspace_of(asked) as workspace:
        if workspace.language.look().draft is None:
            if asked.out is None:
                raise NotFound("The workspace has no draft.", mend="Edit an entry at the desk: that begins one.")
            if asked.version is not None:
                spec = workspace.shelf.named(asked.version)
            else:
                spec = workspace.shelf.newest()
            answer: dict[str, Any] = {
                "version": spec.version, "hash": spec.hash, "path": str(_copied(spec, asked.out)), "bump": "none",
                "changes": [],
            }  # fmt: skip
            return 0, answer
        if asked.out is not None:
            check_free(asked.out)
        made = workspace.language.publish(OPERATOR, version=asked.version, note=asked.note)
        spec = workspace.shelf.named(made.version.label)
        path = _copied(spec, asked.out) if asked.out is not None else made.version.path
        return 0, {
            "version": spec.version,
            "hash": spec.hash,
            "path": str(path),
            "bump": made.diff.bump,
            "changes": [change.as_json() for change in made.diff.changes],
        }


def _copied(spec: Spec, folder: Path) -> Path:
    write_folder(folder, spec.texts)
    return folder


def render(answer: dict[str, Any]) -> str:
    """One line, and how much changed."""
    meant = sum(change["meaning"] for change in answer["changes"])
    said = f"Version {answer['version']} ({answer['hash'][:12]}) stands in {answer['path']}."
    if not answer["changes"]:
        return said
    return f"{said}\n{len(answer['changes'])} changes, {meant} of them in meaning ({answer['bump']})."
