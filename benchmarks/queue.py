"""The queue and the board over HTTP, from a real server, with many tasks."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.support import clip, databases, milliseconds
from videolect.cli.demo.prepared import people_of
from videolect.cli.serving import served
from videolect.wiring import OPERATOR, Workspace


def run(*, quick: bool) -> None:
    """SQLite and PostgreSQL."""
    clips = 200 if quick else 16_667
    with databases() as urls, tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        for name, url in urls.items():
            workspace = Workspace.create(Path(folder) / name, database_url=url)
            passwords = people_of(workspace)
            campaign = workspace.catalogue.open_campaign(OPERATOR, "bench")
            begun = time.perf_counter()
            made = (clip(f"clip-{number:06}") for number in range(clips))
            tasks = workspace.catalogue.add_clips(OPERATOR, campaign, made)
            print(f"{name:11} {tasks:,} tasks opened in {time.perf_counter() - begun:.0f} s")
            with served(workspace) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                client.post("/api/session", json={"person": "rev", "password": passwords["rev"]}).raise_for_status()
                for what, path in {
                    "queue, first page": "/api/queue",
                    "queue, one stage": "/api/queue?campaign=bench&stage=label",
                    "queue, far down": f"/api/queue?after=0.{tasks // 2}",
                    "queue, one aspect": "/api/queue?aspect=spatial&status=blocked",
                    "board": "/api/board",
                }.items():
                    client.get(path).raise_for_status()
                    print(
                        f"{name:11} {what:18} {milliseconds(lambda path=path: client.get(path), 20 if quick else 200)}"
                    )  # type: ignore[misc]
            workspace.close()
