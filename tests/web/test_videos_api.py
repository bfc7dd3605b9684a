"""Small pictures and what a film says of itself, over HTTP: who may, which stretch, what may be kept for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support import movies
from tests.web.conftest import PASSWORD_HASH, PEOPLE, Site
from videolect.oversight.clip_names import ClipNames
from videolect.oversight.roles import Worker
from videolect.record.campaign import Policy
from videolect.record.clip import Stretch
from videolect.record.people import Person
from videolect.video import previews
from videolect.video.backends.pillow import picture_of
from videolect.video.library import PREVIEWS, PROXIES, SAID
from videolect.wiring import Workspace

FRAMES = 60


class Films(Site):
    """A workspace with one film, the film as a clip, and a part of it as another."""

    hash: str
    workspace: Workspace
    refreshed: TestClient

    def get(self, path: str, who: str | None = "ann", **asked: Any) -> Any:
        return self.client(who).get(f"/api/videos/{self.hash}/{path}", params=asked)

    def told(self, **asked: Any) -> Any:
        answer = self.get("previews", **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def about(self) -> Any:
        answer = self.get("about")
        assert answer.status_code == 200, answer.text
        return answer.json()


def films(folder: Path, film: Path) -> Films:
    workspace = Workspace.create(folder / "workspace")
    for person, roles in PEOPLE.items():
        workspace.accounts.add(
            person, name=person.title(), roles=roles, password_hash=PASSWORD_HASH, now=workspace.desk.clock.now()
        )  # fmt: skip
    videos, refused, _ = workspace.intake.take_in([film])
    assert not refused
    workspace.intake.open_tasks("spring", videos, policy=Policy())
    part = ClipNames(workspace.ledger, "spring").clip(videos[0], span_of(workspace, videos[0].hash, 20, 50))
    lead = Worker(actor=Person(id="lea"), roles=("lead",))
    workspace.catalogue.add_clips(lead, workspace.catalogue.campaign("spring"), [part])
    made = Films(app=workspace.app(), desk=workspace.desk)
    made.hash, made.workspace = videos[0].hash, workspace
    return made


def span_of(workspace: Workspace, film: str, start: int, end: int) -> Stretch:
    table = workspace.library.timeline_of(film)
    return Stretch(start, end, table.pts_of(start), table.pts_of(end))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Films]:
    made = films(tmp_path, movies.ntsc_film(tmp_path / "film.mp4", FRAMES))
    yield made
    made.workspace.close()


def test_everybody_who_is_signed_in_sees_the_pictures_and_nobody_else(site: Films) -> None:
    told = site.told()
    assert (told["start_frame"], told["end_frame"], told["frames"][0]) == (0, FRAMES, 0)
    picture = site.client("rev").get(told["picture"])
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/jpeg"
    rows = -(-len(told["frames"]) // told["columns"])
    assert picture_of(picture.content).shape[0] == rows * told["height"]
    for path in ("previews", "about"):
        assert site.get(path, who=None).status_code == 401
    assert site.client(None).get(told["picture"]).status_code == 401


@pytest.mark.parametrize("hash", ["ef" * 32, "x", "a" * 500])
def test_a_film_that_nobody_imported_has_nothing(site: Films, hash: str) -> None:
    address = site.told()["picture"].replace(site.hash, hash)
    for path in (f"/api/videos/{hash}/previews", f"/api/videos/{hash}/about", address):
        assert site.client("ann").get(path).status_code in (404, 422)


def test_a_part_has_pictures_of_its_own(site: Films) -> None:
    clip = "film-20-50"
    told = site.told(campaign="spring", clip=clip)
    assert (told["start_frame"], told["end_frame"], told["frames"][0]) == (20, 50, 20)
    assert max(told["frames"]) < 50
    assert told["picture"] != site.told()["picture"]
    assert site.told(campaign="spring", clip="film")["picture"] == site.told()["picture"]
    assert site.get("previews", campaign="spring", clip="nothing").status_code == 404
    assert site.get("previews", campaign="autumn", clip=clip).status_code == 404


def test_a_clip_of_another_film_is_not_found_here(site: Films, tmp_path: Path) -> None:
    (other,), _, _ = site.workspace.intake.take_in([movies.constant(tmp_path / "other.mp4", 24)])
    answer = site.client("ann").get(
        f"/api/videos/{other.hash}/previews", params={"campaign": "spring", "clip": "film-20-50"}
    )  # fmt: skip
    assert answer.status_code == 404
    assert "another film" in answer.json()["message"]


def test_only_the_sheet_may_be_kept_for_ever_and_its_address_holds_all_that_it_rests_on(
    site: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = site.get("previews")
    assert "immutable" not in answer.headers["cache-control"]
    address = answer.json()["picture"]
    table = site.desk.catalogue.video(site.hash).pts_table_hash
    assert f"table={table}" in address
    sheet = site.client("ann").get(address)
    assert sheet.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert site.client("ann").get(address.replace(table, "ee" * 32)).status_code == 422
    assert site.client("ann").get(address.replace(f"end={FRAMES}", f"end={FRAMES - 1}")).status_code == 404
    for wrong in ("start=x", "start=-1", f"start={2**60}"):
        assert site.client("ann").get(address.replace("start=0", wrong)).status_code == 422
    monkeypatch.setattr(previews, "MADE", "previews-next")  # what is kept is of an older release
    assert site.client("ann").get(address).status_code == 404
    assert site.told()["frames"]


def test_the_sheet_is_made_anew_when_what_is_kept_is_of_another_table_or_damaged(site: Films) -> None:
    address = site.told()["picture"]
    good = site.client("ann").get(address).content
    held = site.workspace.storage.get_bytes(PREVIEWS, site.hash)
    table = site.desk.catalogue.video(site.hash).pts_table_hash.encode()
    for other in (held.replace(table, b"e" * 64), b"damaged"):
        site.workspace.storage.put_bytes(PREVIEWS, site.hash, other)
        assert site.client("ann").get(address).status_code == 404
        assert site.told()["picture"] == address
        assert site.client("ann").get(address).content == good


def test_many_who_ask_at_once_wait_for_one_sheet(site: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    real = previews.laid_out

    def counted(*args: Any, **kw: Any) -> Any:
        drawn.append(args)
        return real(*args, **kw)

    monkeypatch.setattr(previews, "laid_out", counted)
    with site.client("ann"), ThreadPoolExecutor(6) as pool:  # one event loop for all of them, as in a server
        answers = list(pool.map(lambda _: site.told(), range(6)))
    assert len(drawn) == 1
    assert all(answer == answers[0] and answer["frames"] for answer in answers)


def test_a_film_without_pictures_is_no_error(site: Films) -> None:
    with site.workspace.storage.local(site.hash) as path:
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(data[:60])
    told = site.told()
    assert (told["frames"], told["picture"]) == ([], None)


def test_what_a_film_says_of_itself(site: Films) -> None:
    about = site.about()
    assert about["rate"]["exact"] == "24000/1001"
    assert about["rate"]["name"] == "23.976"
    assert not about["rate"]["variable"]
    assert (about["file_name"], about["frames"], about["width"], about["height"]) == ("film.mp4", FRAMES, 320, 180)
    assert (about["shape_name"], about["sample_aspect"], about["rotation"]) == ("16:9", "1:1", 0)
    assert about["duration_s"] == pytest.approx(FRAMES * 1001 / 24000)
    assert (about["told"], about["proxy"], about["timecode"], about["letterbox"]) == (True, False, None, None)
    assert about["colour_assumed"]["matrix"] == "smpte170m"


def test_what_an_odd_film_says_of_itself(tmp_path: Path) -> None:
    film = movies.constant(
        tmp_path / "film.mov", FRAMES, size=(360, 288), sample_aspect=Fraction(64, 45), rotation=90, codec="libx265",
        colour=(9, 16, 9, 1), tags={"timecode": "01:00:00:00"},
    )  # fmt: skip
    site = films(tmp_path, film)
    about = site.about()
    assert (about["shown_width"], about["shown_height"]) == (288, 512)
    assert (about["shape_name"], about["sample_aspect"], about["rotation"]) == ("9:16", "64:45", 90)
    assert about["colour_said"]["primaries"] == "bt2020"
    assert about["hdr_said"]["transfer"] == "pq"
    assert about["timecode"]["code"] == "01:00:00:00"
    assert about["proxy"]
    assert any("High dynamic range" in problem for problem in about["problems"])
    site.workspace.close()


def test_of_an_older_import_only_what_was_decoded_is_told(site: Films) -> None:
    whole = site.about()
    for kept in (b"", b"[]", b"{", b"null"):
        site.workspace.storage.put_bytes(SAID, site.hash, kept)
        about = site.about()
        assert not about["told"]
        assert (about["rate"]["exact"], about["rate"]["name"]) == ("24000/1001", None)
        assert (about["colour_said"], about["alpha"], about["letterbox"]) == (None, None, None)
        for same in ("file_name", "codec", "width", "frames", "duration_s", "shape_name", "problems"):
            assert about[same] == whole[same]


def test_keys_that_a_later_release_keeps_do_no_harm(site: Films) -> None:
    said = json.loads(site.workspace.storage.get_bytes(SAID, site.hash))
    said["colour_said"]["another"] = 1
    said["another"] = {}
    site.workspace.storage.put_bytes(SAID, site.hash, json.dumps(said).encode())
    site.workspace.storage.put_bytes(PROXIES, site.hash, b"ab" * 32)
    assert site.about()["rate"]["name"] == "23.976"
    assert site.about()["proxy"]
