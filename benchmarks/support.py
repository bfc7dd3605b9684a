"""What several benchmarks need: databases side by side, a desk with many tasks, percentiles."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from tests.support import postgres

from videolect.language.shelf import Shelf
from videolect.language.spec import load_spec
from videolect.ledger.database import Database, open_database
from videolect.ledger.sql import SqlLedger
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.roles import Worker
from videolect.oversight.standing import QueueProjector
from videolect.record.clip import Clip
from videolect.record.people import Person

LEAD = Worker(actor=Person(id="lead"), roles=("lead",))


@contextlib.contextmanager
def databases() -> Iterator[dict[str, str]]:
    """URLs of an empty SQLite file and, where its programs are installed, of an empty PostgreSQL database."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="videolect-bench-"))
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'desk.db'}"}
        programs = postgres.find_postgres()
        if programs is None:
            print("PostgreSQL is not installed: its side is left out.")
        else:
            cluster = stack.enter_context(postgres.cluster(programs))
            urls["PostgreSQL"] = stack.enter_context(postgres.fresh_database(cluster, "bench"))
        yield urls


def desk_on(url: str) -> tuple[Desk, Database]:
    """A desk without a writer."""
    database = open_database(url)
    spec = load_spec()
    shelf = Shelf(spec)
    return Desk(Catalogue(SqlLedger(database, QueueProjector(shelf)), shelf)), database


def open_clips(desk: Desk, campaign: str, count: int) -> None:
    """A campaign with this many clips (six tasks each)."""
    found = desk.catalogue.open_campaign(LEAD, campaign)
    desk.catalogue.add_clips(LEAD, found, (clip(f"clip-{number:06}") for number in range(count)))


def clip(name: str) -> Clip:
    """A clip of a film that nobody will look at."""
    return Clip(
        id=name, video_hash="ab" * 32, source_id=name, start_pts=0, end_pts=240, time_base=Fraction(1, 24),
        start_frame=0, end_frame=240,
    )  # fmt: skip


def milliseconds(work: Callable[[], object], times: int) -> str:
    """Median and 95th percentile of one call."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return spread(taken)


def spread(taken_ms: Sequence[float]) -> str:
    """Median and 95th percentile, in words."""
    p95 = statistics.quantiles(taken_ms, n=20)[-1]
    return f"median {statistics.median(taken_ms):7.1f} ms   p95 {p95:7.1f} ms   n {len(taken_ms)}"
