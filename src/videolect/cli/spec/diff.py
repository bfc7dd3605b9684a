"""``videolect spec diff``: what changed from one version to another."""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from videolect.cli.options import workspace_of
from videolect.errors import NotFound
from videolect.language.diff import diff
from videolect.language.spec import Spec, open_spec
from videolect.wiring import Workspace

DRAFT = "draft"
_WHAT = "a folder, one that ships (core), a version of the workspace (core-1.1.0), or: draft"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("before", metavar="A", help=_WHAT)
    parser.add_argument("after", metavar="B", help=_WHAT)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Compare two versions: texts, meaning, and how many label records, drafts and captions the change touches."""
    workspace: Workspace | None = None
    with suppress(NotFound):
        workspace = workspace_of(asked)
    try:
        before, after = (_find(label, workspace) for label in (asked.before, asked.after))
        if workspace is None:
            found, touches = (
                diff(before, after),
                {"records": 0, "drafts": 0, "captions": 0, "by_aspect": {}, "states": {}},
            )
        else:
            touched = workspace.language.touches(before, after)
            found, touches = touched.diff, touched.as_json()
    finally:
        if workspace is not None:
            workspace.close()
    return 0, {
        "from": {"name": before.name, "version": before.version, "hash": before.hash},
        "to": {"name": after.name, "version": after.version, "hash": after.hash},
        "bump": found.bump,
        "primitives": list(found.primitives),
        "changes": [change.as_json() for change in found.changes],
        "touches": touches,
    }


def _find(label: str, workspace: Workspace | None) -> Spec:
    if label == DRAFT and not Path(label).is_dir():
        if workspace is None:
            raise NotFound("There is no workspace whose draft could be read.", mend="Name it with --workspace.")
        state = workspace.language.look()
        if state.draft is None:
            raise NotFound("The workspace has no draft.", mend="Edit an entry at the desk, or name a version.")
        return workspace.language.checked(state)
    if not Path(label).is_dir() and workspace is not None:
        with suppress(NotFound):
            return workspace.shelf.named(label)
    try:
        return open_spec(label)
    except NotFound as error:
        versions = [each.label for each in workspace.shelf.versions()] if workspace is not None else []
        mend = f"{error.mend.rstrip('.')}; published versions: {', '.join(versions)}." if versions else error.mend
        raise NotFound(error.message, mend=mend) from None


def render(answer: dict[str, Any]) -> str:
    """What changed in meaning first, then how many texts, then what it touches."""
    one, other = answer["from"], answer["to"]
    lines = [f"{one['name']} {one['version']} -> {other['version']} ({other['hash'][:12]}): {answer['bump']}"]
    if not answer["changes"]:
        return f"{lines[0]}\nNothing changed."
    meant = [change for change in answer["changes"] if change["meaning"]]
    lines += ["", f"Changed in meaning ({len(meant)}):"] if meant else ["", "Nothing changed in meaning."]
    for change in meant:
        lines.append(f"  {change['kind']} {change['id']}: {change['what'].replace('_', ' ')}")
        lines += [f"    - {change['before']}"] if change["before"] else []
        lines += [f"    + {change['after']}"] if change["after"] else []
    texts = Counter(change["kind"] for change in answer["changes"] if not change["meaning"])
    if texts:
        lines += ["", "Changed in words: " + ", ".join(f"{kind} {count}" for kind, count in sorted(texts.items()))]
    touches = answer["touches"]
    work = f"{touches['records']} label records, {touches['drafts']} drafts and {touches['captions']} captions"
    lines += ["", f"Of this workspace's work it touches {work}."]
    lines += [
        f"  {aspect}: {counts['drafts']} drafts, {counts['captions']} captions"
        for aspect, counts in touches["by_aspect"].items()
    ]
    lines += [
        f"  {id_}: " + ", ".join(f"{count} {move}" for move, count in moves.items())
        for id_, moves in list(touches["states"].items())[:40]
    ]
    if len(touches["states"]) > 40:
        lines.append(f"  and {len(touches['states']) - 40} primitives more (--json has them all)")
    return "\n".join(lines)
