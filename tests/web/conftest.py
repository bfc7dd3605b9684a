"""A whole desk behind its HTTP interface, on SQLite and on PostgreSQL, with three people signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import argon2
import pytest
from starlette.testclient import TestClient

from videolect.dataset.triple_files import as_jsonl
from videolect.dataset.triples import triples
from videolect.language.shelf import Shelf
from videolect.language.spec import load_spec
from videolect.ledger.accounts import SqlAccounts
from videolect.ledger.database import open_database
from videolect.ledger.scratch import SqlScratch
from videolect.ledger.search import SqlSearch
from videolect.ledger.sql import SqlLedger
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.roles import Worker
from videolect.oversight.searching import Searching
from videolect.oversight.spec_draft import LanguageDesk
from videolect.oversight.standing import QueueProjector
from videolect.oversight.worker import draft_all, drafter
from videolect.record.campaign import Policy
from videolect.record.clip import Clip, Video
from videolect.record.people import Person
from videolect.stage.glossary import Glossary
from videolect.storage import open_storage
from videolect.video.blends import Blends
from videolect.video.evidence import CutFinder
from videolect.video.previews import PreviewMaker
from videolect.web.app import create_app
from videolect.writing.labels.writer import LabelsWriter

PEOPLE = {"ann": ("annotator",), "bob": ("annotator",), "rev": ("reviewer",), "lea": ("lead",), "lex": ("lead",)}
PASSWORD = "a password for tests"
PASSWORD_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""At the lowest cost: argon2 is slow on purpose, and what is tested here is not its strength."""
HASH = "ab" * 32
ANSWERS = {
    "shot_transition": False, "steadiness": "very_smooth", "camera_movement": "major_simple",
    "camera_pan": "left_to_right",
    "camera_motion_speed": "regular", "shot_type": "scenery", "scene_movement": "mostly_static",
    "shot_size_start": "wide",
}  # fmt: skip


class OneFilm:
    """Serves the same bytes for every film: what is tested here is the interface, not the decoding."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(range(256)) * 8)

    def file(self, video_hash: str) -> Path:
        return self.path

    def proxy_of(self, video_hash: str) -> str | None:
        return None

    def said_of(self, video_hash: str) -> dict[str, Any]:
        return {}

    def shown_timeline(self, video_hash: str) -> dict[str, Any]:
        return {"hash": "x"}


@dataclass
class Site:
    """The application, and a signed-in browser per person."""

    app: Any
    desk: Desk
    clients: dict[str, TestClient] = field(default_factory=dict)

    def client(self, who: str | None = None) -> TestClient:
        """A browser; with ``who`` it has signed in, and sends its CSRF token."""
        if who is None:
            return TestClient(self.app, base_url="http://testserver")
        if who not in self.clients:
            client = TestClient(self.app, base_url="http://testserver")
            answer = client.post("/api/session", json={"person": who, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            self.clients[who] = client
        return self.clients[who]

    def call(self, who: str, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """One request; its JSON."""
        answer = self.client(who).request(method, path, json=body)
        assert answer.status_code == expect, f"{method} {path} -> {answer.status_code}: {answer.text}"
        return answer.json() if answer.content else None

    def take(self, who: str, aspect: str) -> int:
        return int(self.call(who, "POST", f"/api/tasks/spring/c1/{aspect}/claim")["lease"]["token"])

    def act(self, who: str, aspect: str, verb: str, token: int, *, expect: int = 200, **body: Any) -> Any:
        return self.call(who, "POST", f"/api/tasks/spring/c1/{aspect}/{verb}", {"token": token, **body}, expect=expect)

    def view(self, who: str, aspect: str) -> Any:
        return self.call(who, "GET", f"/api/tasks/spring/c1/{aspect}")

    def draft(self) -> None:
        assert self.desk.writer is not None
        draft_all(self.desk, self.desk.writer, drafter())

    def labelled(self) -> None:
        """Labels are in, drafts are written."""
        self.act("ann", "labels", "label", self.take("ann", "labels"), answers=ANSWERS)
        self.draft()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both databases that a desk runs on."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_database"))
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def make_site(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes a site; ``policy`` is the campaign's, ``plant`` the number of planted errors per draft.

    ``glossary``: a folder with pictures of the language.
    """
    database = open_database(database_url)

    def make(*, policy: Policy | None = None, plant: int = 0, glossary: Path | None = None) -> Site:
        spec = load_spec()
        shelf = Shelf(spec, tmp_path / "specs")
        ledger = SqlLedger(database, QueueProjector(shelf))
        desk = Desk(Catalogue(ledger, shelf), writer=LabelsWriter(spec, plant=plant))
        accounts = SqlAccounts(database)
        for person, roles in PEOPLE.items():
            accounts.add(person, name=person.title(), roles=roles, password_hash=PASSWORD_HASH, now=desk.clock.now())
        lead = Worker(actor=Person(id="lea"), roles=("lead",))
        desk.catalogue.record_video(lead, _video())
        clip = Clip(
            id="c1", video_hash=HASH, source_id="film", start_pts=0, end_pts=2400, time_base=Fraction(1, 24),
            start_frame=0, end_frame=100,
        )  # fmt: skip
        desk.catalogue.add_clips(lead, desk.catalogue.open_campaign(lead, "spring", policy=policy), [clip])
        app = create_app(
            desk, accounts=accounts, scratch=SqlScratch(database), library=OneFilm(tmp_path / "film.mp4"),
            triples=lambda campaign: as_jsonl(triples(ledger, campaign=campaign)),
            language=LanguageDesk(desk.catalogue),
            cuts=CutFinder(open_storage(str(tmp_path / "films")), Blends(), "blends"),
            previews=PreviewMaker(open_storage(str(tmp_path / "films"))),
            searching=Searching(desk.catalogue, SqlSearch(database)),
            glossary=None if glossary is None else Glossary.read(glossary),
        )  # fmt: skip
        return Site(app=app, desk=desk)

    yield make
    database.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A site with one clip whose labels are not in yet."""
    return make_site()


def _video() -> Video:
    return Video(
        hash=HASH, file_name="film.mp4", size_bytes=2048, container="mov,mp4,m4a", codec="h264", pixel_format="yuv420p",
        bit_depth=8, width=640, height=360, rotation=0, sample_aspect_ratio=Fraction(1), time_base=Fraction(1, 24),
        start_pts=0, end_pts=2400, container_start_s=Fraction(0), frames=100, variable_rate=False,
        pts_table_hash="cd" * 32, browser_playable=True,
    )  # fmt: skip
