"""Appending and folding: one task's whole life per stream, verb by verb as the desk does it."""

from __future__ import annotations

import time

from benchmarks.support import LEAD, clip, databases, desk_on
from videolect.language.shelf import Shelf
from videolect.language.spec import load_spec
from videolect.ledger.memory import MemoryLedger
from videolect.oversight.caption_task import fold
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.roles import Worker
from videolect.oversight.standing import QueueProjector
from videolect.oversight.streams import Work
from videolect.record.campaign import Policy, TaskKey
from videolect.record.codec import decode_act, encode_act
from videolect.record.people import Person

ANN = Worker(actor=Person(id="ann"), roles=("annotator",))
REV = Worker(actor=Person(id="rev"), roles=("reviewer",))


def run(*, quick: bool) -> None:
    """Memory, SQLite, PostgreSQL."""
    clips = 20 if quick else 300
    spec = load_spec()
    _one("memory", Desk(Catalogue(MemoryLedger(QueueProjector(Shelf(spec))), Shelf(spec))), clips)
    with databases() as urls:
        for name, url in urls.items():
            desk, database = desk_on(url)
            _one(name, desk, clips)
            database.close()


def _one(name: str, desk: Desk, clips: int) -> None:
    campaign = desk.catalogue.open_campaign(LEAD, "bench", policy=Policy(modes={"write": 1.0}), aspects=["camera"])
    desk.catalogue.add_clips(LEAD, campaign, [clip(f"c{number}") for number in range(clips)])
    acts = 0
    begun = time.perf_counter()
    for number in range(clips):
        labels = TaskKey(campaign="bench", clip=f"c{number}", aspect="labels")
        desk.label(ANN, labels, Work(token=desk.claim(ANN, labels).token), {})
        key = labels.sibling("camera")
        work = Work(token=desk.claim(ANN, key).token)
        desk.edit(ANN, key, work, "The camera rests on a street while two people cross it from left to right.")
        desk.submit(ANN, key, work)
        desk.approve(REV, key, Work(token=desk.claim(REV, key).token), {})
        acts += 7
    taken = time.perf_counter() - begun
    stream = desk.ledger.read(TaskKey(campaign="bench", clip="c0", aspect="camera").stream)
    lines = [encode_act(act) for act in stream]
    rounds = 2000
    begun = time.perf_counter()
    for _ in range(rounds):
        fold(stream)
    folded = time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in range(rounds):
        fold([decode_act(line) for line in lines])
    decoded = time.perf_counter() - begun
    per_s = rounds * len(stream)
    print(
        f"{name:11} desk verbs (load, check, append, project) {acts / taken:7.0f} acts/s   "
        f"fold {per_s / folded:8.0f} acts/s   decode and fold {per_s / decoded:7.0f} acts/s"
    )
