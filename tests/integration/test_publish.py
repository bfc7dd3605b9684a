"""A version of the language is published whole or not at all, wherever kill -9 strikes; and its command line."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from videolect.cli.main import main
from videolect.language.spec import Spec
from videolect.ledger.sql import SqlLedger
from videolect.record.acts.language import SpecPublished
from videolect.wiring import OPERATOR, Workspace
from videolect.wiring import workspace as wiring

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"


def mini() -> Spec:
    return Spec.load(MINI)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the mini specification with a draft of two edits."""
    monkeypatch.setattr(wiring, "load_spec", mini)
    workspace = Workspace.create(tmp_path / "workspace")
    language = workspace.language
    for id_, title in (("pans_left", "Pans to the left"), ("pans_right", "Pans to the right")):
        data: Any = language.reading(language.look()).entries["primitive", id_].data
        language.edit(OPERATOR, "primitive", id_, {**data, "title": title})
    workspace.close()
    return workspace.root


def publish_and_die(root: str, step: int) -> None:
    """In a process of its own: publish, and be killed at the given step; 0 when it got to its end before that."""
    wiring.load_spec = mini  # type: ignore[assignment]
    workspace = Workspace.open(Path(root))
    left = step

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **named)

        return run

    os.fsync = dying(os.fsync)
    os.rename = dying(os.rename)
    Path.rename = dying(Path.rename)  # type: ignore[method-assign]
    Path.mkdir = dying(Path.mkdir)  # type: ignore[method-assign]
    SqlLedger.append = dying(SqlLedger.append)  # type: ignore[method-assign]
    workspace.language.publish(OPERATOR, note="together")
    workspace.close()


@pytest.mark.slow
def test_a_publisher_that_is_killed_anywhere_leaves_a_whole_version_or_none(root: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    steps = 0
    for step in range(1, 60):
        here = tmp_path / f"try-{step}"
        shutil.copytree(root, here)
        process = context.Process(target=publish_and_die, args=(str(here), step))
        process.start()
        process.join(300)
        assert process.exitcode in (0, -signal.SIGKILL)
        workspace = Workspace.open(here)
        newest = workspace.shelf.newest()
        assert newest.version in ("1.0.0", "1.0.1")
        if newest.version == "1.0.1":
            assert newest.primitives["pans_left"].title == "Pans to the left"
            assert newest.primitives["pans_right"].title == "Pans to the right"
        state = workspace.language.look()
        if state.draft is not None:
            workspace.language.publish(OPERATOR)  # whoever comes next simply publishes again
        published = [act for act in workspace.ledger.read("spec/mini") if isinstance(act, SpecPublished)]
        assert [act.published_version for act in published] == ["1.0.1"]
        assert workspace.shelf.newest().version == "1.0.1"
        assert workspace.shelf.newest().hash == published[0].published_hash
        workspace.close()
        if process.exitcode == 0:
            break
        steps += 1
    assert steps > 10, "it was killed at every step on the way"


def said(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_diff_and_publish_on_the_command_line(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--workspace", root)
    code, answer = said(capsys, "spec", "diff", MINI, "draft", *at)
    assert code == 0
    assert set(answer) >= {"from", "to", "bump", "changes", "touches"}
    assert answer["bump"] == "patch"
    assert {(each["id"], each["what"], each["meaning"]) for each in answer["changes"]} >= {
        ("pans_left", "title", False)
    }
    assert set(answer["touches"]) >= {"records", "drafts", "captions", "states"}
    code, answer = said(capsys, "spec", "publish", "--version", "1.0.0", *at)
    assert (code, answer["error"]) == (2, "BadInput")
    code, answer = said(
        capsys, "spec", "publish", "--version", "1.2.0", "--note", "Titles", "--out", tmp_path / "out", *at
    )
    assert code == 0
    assert set(answer) == {"version", "hash", "path", "bump", "changes"}
    assert (answer["version"], answer["bump"]) == ("1.2.0", "patch")
    assert Spec.load(tmp_path / "out").hash == answer["hash"] == Spec.load(root / "specs" / "mini-1.2.0").hash
    code, answer = said(capsys, "spec", "publish", *at)
    assert (code, answer["error"]) == (2, "NotFound")
    code, answer = said(capsys, "spec", "publish", "--out", tmp_path / "copy", *at)
    assert (code, answer["version"], answer["bump"], answer["changes"]) == (0, "1.2.0", "none", [])
    code, answer = said(capsys, "spec", "publish", "--out", tmp_path / "copy", *at)
    assert (code, answer["error"]) == (2, "BadInput")
    code, answer = said(capsys, "spec", "diff", "mini-1.0.0", "mini-1.2.0", *at)
    assert (code, answer["from"]["version"], answer["to"]["version"]) == (0, "1.0.0", "1.2.0")
    assert main(["spec", "diff", "mini-1.0.0", "mini-1.2.0", "--workspace", str(root)]) == 0
    assert "Changed in words: primitive 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["diff", "{mini}", "nothing"], "nothing"),
        (["diff", "{mini}", "mini-9.0.0"], "mini-9.0.0"),
        (["diff", "{mini}", "draft", "--workspace", "{tmp}/none"], "no workspace"),
        (["publish", "--workspace", "{tmp}/none"], "no workspace"),
        (["publish", "--version", "two"], "no version"),
        (["publish", "--out", "{tmp}"], "is there and not empty"),
    ],
)
def test_what_is_asked_wrongly_is_answered_plainly(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    asked = [word.format(mini=MINI, tmp=tmp_path) for word in words]
    at = [] if "--workspace" in asked else ["--workspace", str(root)]
    code, answer = said(capsys, "spec", *asked, *at)
    assert code == 2
    assert told in answer["message"]
    assert answer["mend"]


def test_versions_are_compared_without_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = said(capsys, "spec", "diff", MINI, MINI, "--workspace", tmp_path / "none")
    assert (code, answer["bump"], answer["changes"]) == (0, "none", [])
    assert answer["touches"]["records"] == 0
