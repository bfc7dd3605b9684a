"""The scripted annotator and reviewer: one clip from its labels to five settled captions, over HTTP."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.support import LEAD, clip
from videolect.cli.demo.prepared import CAMPAIGN, PLANTED, people_of
from videolect.cli.demo.script import Play, http_caller
from videolect.cli.serving import served
from videolect.wiring import Workspace, WriterChoice


def run(*, quick: bool) -> None:
    """On SQLite, with the drafting thread of a served desk."""
    clips = 2 if quick else 10
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        workspace = Workspace.create(Path(folder) / "workspace", writer=WriterChoice(plant=PLANTED))
        passwords = people_of(workspace)
        campaign = workspace.catalogue.open_campaign(LEAD, CAMPAIGN)
        workspace.catalogue.add_clips(LEAD, campaign, [clip(f"c{number}") for number in range(clips)])
        with served(workspace) as address:
            begun = time.perf_counter()
            for _ in range(clips):
                Play(http_caller(address), campaign=CAMPAIGN, passwords=passwords).to_the_end()
            taken = time.perf_counter() - begun
        acts = sum(1 for _ in workspace.ledger.every())
        print(
            f"SQLite      {taken / clips:.2f} s per clip (5 captions, {acts // clips} acts), {acts / taken:.0f} acts/s"
        )
        workspace.close()
