"""What the server acknowledged is there, whenever it is killed with -9."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.killable import KillableServer
from tests.support.village import render_clip
from videolect.cli.demo.prepared import CAMPAIGN, PLANTED, people_of
from videolect.cli.demo.script import Play
from videolect.record.acts.labels import Answer
from videolect.record.campaign import Policy
from videolect.wiring import Workspace, WriterChoice


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[tuple[Workspace, dict[str, Answer]]]:
    made = Workspace.create(tmp_path / "workspace", writer=WriterChoice(plant=PLANTED))
    film = tmp_path / "film.mp4"
    truth = render_clip(film, movement="pan_right", seconds=1.0, size=(160, 90), seed=3)
    videos, refused, _ = made.intake.take_in([film])
    assert not refused
    made.intake.open_tasks(CAMPAIGN, videos, policy=Policy())
    yield made, truth
    made.close()


class Caller:
    """Calls the server; keeps what was acknowledged, and looks after each restart whether all of it is there."""

    def __init__(self, server: KillableServer, database: Path, *, kill_before: bool, kill_during: bool) -> None:
        self.server = server
        self.database = database
        self.kill_before = kill_before
        self.kill_during = kill_during
        self.clients: dict[str, httpx.Client] = {}
        self.acknowledged: set[str] = set()
        self.asked: set[str] = set()
        self.dice = random.Random(7)
        self.broken_off = 0

    def __call__(self, who: str, method: str, path: str, body: Any = None) -> Any:
        if self.kill_before:
            self.server.kill()
            self.server.start()
            self.look()
        client = self.clients.setdefault(
            who, httpx.Client(base_url=self.server.address, timeout=30, trust_env=False, transport=_Fresh())
        )
        key = body.get("key") if isinstance(body, dict) else None
        if self.kill_during and key is not None:
            self._break_off(client, method, path, body)
        answer = client.request(method, path, json=body)
        assert answer.status_code < 400, f"{method} {path} -> {answer.status_code}: {answer.text}"
        if key is not None:
            self.acknowledged.add(key)
        if path == "/api/session" and method == "POST":
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        if "ndjson" in answer.headers.get("content-type", ""):
            import json

            return [json.loads(line) for line in answer.text.splitlines()]
        return answer.json() if answer.content else None

    def _break_off(self, client: httpx.Client, method: str, path: str, body: Any) -> None:
        """Send the request and kill the server a moment later, in the midst of it or not."""

        def send() -> None:
            try:
                if client.request(method, path, json=body).status_code < 400:
                    self.acknowledged.add(body["key"])
            except httpx.HTTPError:
                self.broken_off += 1

        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(self.dice.uniform(0.0, 0.03))
        self.server.kill()
        sender.join()
        self.server.start()
        self.look()

    def look(self) -> None:
        """Every acknowledged act is in the database, once."""
        with sqlite3.connect(self.database) as connection:
            kept = [
                key for (key,) in connection.execute("SELECT idempotency_key FROM acts WHERE idempotency_key NOT NULL")
            ]
        assert len(kept) == len(set(kept))
        assert self.acknowledged <= set(kept)


class _Fresh(httpx.HTTPTransport):
    """A connection of its own for every request: an old one would lead to a server that is gone."""

    def __init__(self) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0))


@pytest.mark.slow
@pytest.mark.parametrize("when", ["between any two requests", "in the midst of every act"])
def test_the_scripted_demo_survives_a_server_that_is_killed(
    workspace: tuple[Workspace, dict[str, Answer]], when: str
) -> None:
    made, truth = workspace
    passwords = people_of(made)
    server = KillableServer(made.root, plant=PLANTED)
    server.start()
    try:
        caller = Caller(
            server,
            made.root / "videolect.db",
            kill_before=when.startswith("between"),
            kill_during=when.startswith("in"),
        )
        answer = Play(caller, campaign=CAMPAIGN, passwords=passwords).to_the_end(truth)
    finally:
        server.stop()
    assert answer["settled"] == 6
    assert {triple["aspect"] for triple in answer["triples"]} == {"subject", "scene", "motion", "spatial", "camera"}
    assert server.kills >= 25
    caller.look()
    before = made.ledger.projections_hash()
    made.ledger.rebuild()
    assert made.ledger.projections_hash() == before, "what the killed servers left needs no repair"
