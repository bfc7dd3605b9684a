"""Models at work for one desk, each in its own process: every draft once, a server that is down, being stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.served import live
from tests.support.village import render_clip
from videolect.cli.demo.script import MADE_UP
from videolect.oversight.desk import Work
from videolect.record.acts.captions import Drafted
from videolect.record.campaign import LABELS, Policy, TaskKey
from videolect.vlm.memory import MemoryBackend
from videolect.web.model_server import create_server
from videolect.wiring import OPERATOR, Workspace

CLIPS = 4
MakeWorkspace = Callable[[str | None], Workspace]


@pytest.fixture
def labelled(tmp_path: Path) -> MakeWorkspace:
    """Makes a workspace with some real clips, labelled, whose drafts wait."""

    def make(database_url: str | None = None) -> Workspace:
        made = Workspace.create(tmp_path / "workspace", database_url=database_url)
        films = []
        for number in range(CLIPS):
            film = tmp_path / f"film{number}.mp4"
            render_clip(film, movement="pan_right", seconds=0.5, size=(96, 64), seed=number)
            films.append(film)
        videos, refused, _ = made.intake.take_in(films)
        assert not refused
        made.intake.open_tasks("spring", videos, policy=Policy())
        for clip in {TaskKey.of_stream(act.stream).clip for _, act in made.ledger.every(kind="Opened")}:  # type: ignore[union-attr]
            key = TaskKey(campaign="spring", clip=clip, aspect=LABELS)
            lease = made.desk.claim(OPERATOR, key)
            made.desk.label(OPERATOR, key, Work(token=lease.token), dict(MADE_UP))
        return made

    return make


def worker(made: Workspace, writer: str, *more: str, url: str | None = None) -> subprocess.Popen[str]:
    """``desk work`` as a process of its own."""
    database = ["--database", url] if url else []
    return subprocess.Popen(
        [sys.executable, "-m", "videolect.cli.main", "desk", "work", "--json", "--workspace", str(made.root), *database,
         "--writer", writer, *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def drafts(made: Workspace) -> list[Drafted]:
    return [act for _, act in made.ledger.every(kind="Drafted") if isinstance(act, Drafted)]


@pytest.mark.parametrize("adapter", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_two_models_draft_every_task_once(
    adapter: str, labelled: MakeWorkspace, request: pytest.FixtureRequest
):  # fmt: skip
    url = request.getfixturevalue("postgres_database") if adapter == "postgres" else None
    made = labelled(url)
    with live(create_server(MemoryBackend())) as address:
        workers = [worker(made, writer, url=url) for writer in ("memory", f"chat:{address}")]
        told = [each.communicate(timeout=120) for each in workers]
    answers = [json.loads(out) for out, _ in told]
    assert [each.returncode for each in workers] == [0, 0], told
    written = drafts(made)
    assert Counter(act.stream for act in written).most_common(1)[0][1] == 1, "each once"
    assert sum(answer["drafted"] for answer in answers) == len(written) >= 3 * CLIPS
    for act in written:
        kept = act.actor.parameters  # type: ignore[union-attr]
        assert act.actor.prompt_hash, "which prompt"  # type: ignore[union-attr]
        assert kept["tokens"] > 0
        assert kept["seconds"] >= 0
    assert sum(answer["spent"]["tokens"] for answer in answers) == sum(
        act.actor.parameters["tokens"] for act in written  # type: ignore[union-attr]
    )  # fmt: skip
    made.close()


def test_with_a_server_that_is_down_every_task_stays(labelled: MakeWorkspace):
    made = labelled(None)
    down = worker(made, "chat:http://127.0.0.1:9/v1?model=m&tries=1")
    out, told = down.communicate(timeout=120)
    assert down.returncode in (1, 2), told
    assert "127.0.0.1:9" in out + told
    assert "Traceback" not in told
    assert drafts(made) == []
    after = worker(made, "memory")
    assert json.loads(after.communicate(timeout=120)[0])["drafted"] >= 3 * CLIPS
    made.close()


def test_a_worker_that_is_told_to_end_hands_in_what_it_writes_and_no_more(labelled: MakeWorkspace):
    made = labelled(None)
    watching = worker(made, "memory", "--watch")
    deadline = time.monotonic() + 60
    while not drafts(made) and time.monotonic() < deadline:
        time.sleep(0.05)
    watching.send_signal(signal.SIGTERM)
    out, told = watching.communicate(timeout=60)
    assert watching.returncode == 0, told
    answer = json.loads(out)
    assert answer["stopped"]
    assert answer["drafted"] == len(drafts(made)) > 0
    assert "Ending after the draft" in told
    made.close()


def test_a_worker_that_is_killed_leaves_its_task_to_others(labelled: MakeWorkspace):
    made = labelled(None)
    killed = worker(made, "memory", "--watch")
    deadline = time.monotonic() + 60
    while not drafts(made) and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    deadline = time.monotonic() + 90
    while len({act.stream for act in drafts(made)}) < 3 * CLIPS and time.monotonic() < deadline:
        worker(made, "memory").communicate(timeout=60)  # a lease of a model lapses after 20 s
        time.sleep(1)
    assert len({act.stream for act in drafts(made)}) >= 3 * CLIPS
    assert Counter(act.stream for act in drafts(made)).most_common(1)[0][1] == 1
    made.close()
