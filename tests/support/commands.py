"""Commands as a person types them, answered in JSON, and what they left in a workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from videolect.cli.main import main
from videolect.record.acts.tasks import Opened
from videolect.wiring import Workspace


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    """The exit code and the answer."""
    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def ask(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    """As ``run``, read by a strict reader of JSON; nobody is shown a traceback."""

    def refuse(name: str) -> Any:
        raise AssertionError(f"{name} is no JSON")

    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, json.loads(said.out, parse_constant=refuse)


def shown(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """The exit code and the page for a person."""
    capsys.readouterr()
    code = main([*map(str, words)])
    return code, capsys.readouterr().out


def clips_of(root: Path) -> dict[str, tuple[str, int, int]]:
    """Source, first frame and end by the clip's name."""
    workspace = Workspace.open(root)
    opened = [act for _, act in workspace.ledger.every(kind="Opened") if isinstance(act, Opened)]
    workspace.close()
    return {act.clip.id: (act.clip.source_id, act.clip.start_frame, act.clip.end_frame) for act in opened}
