"""A film's cuts over HTTP: who may, two at once, bad input, detection in the background, and strips of frames."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.web.conftest import PASSWORD, PASSWORD_HASH, PEOPLE, Site
from videolect.storage import CannotReach
from videolect.video.backends.pillow import picture_of
from videolect.video.backends.pyav import write_mp4
from videolect.wiring import Workspace

FRAMES = 60


def tiles(seed: int) -> np.ndarray:
    return np.kron(np.random.default_rng(seed).integers(0, 256, (5, 10, 3)), np.ones((18, 16, 1))).astype(np.uint8)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A cut at 20 and one at 40."""
    path = tmp_path / "film.mp4"
    write_mp4(path, [tiles(1 + number // 20) for number in range(FRAMES)], fps=Fraction(24), size=(160, 90))
    return path


class Cutting(Site):
    """A workspace with one film, and its addresses."""

    hash: str
    workspace: Workspace

    def cuts(self, who: str = "lea") -> Any:
        return self.call(who, "GET", f"/api/videos/{self.hash}/cuts")

    def edit(self, who: str, verb: str, expect: int = 200, **body: Any) -> Any:
        return self.call(who, "POST", f"/api/videos/{self.hash}/cuts/{verb}", body, expect=expect)

    def detected(self) -> Any:
        self.edit("lea", "detect")
        for _ in range(600):
            if (found := self.cuts())["detection"]["state"] not in ("waiting", "running"):
                return found
            time.sleep(0.05)
        raise AssertionError("the detector goes on and on")

    def strip(self, who: str | None = "ann", **asked: Any) -> Any:
        return self.client(who).get(f"/api/videos/{self.hash}/strip", params=asked)


@pytest.fixture
def site(tmp_path: Path, film: Path) -> Iterator[Cutting]:
    workspace = Workspace.create(tmp_path / "workspace")
    for person, roles in PEOPLE.items():
        workspace.accounts.add(
            person, name=person.title(), roles=roles, password_hash=PASSWORD_HASH, now=workspace.desk.clock.now()
        )  # fmt: skip
    videos, refused, _ = workspace.intake.take_in([film])
    assert not refused
    made = Cutting(app=workspace.app(), desk=workspace.desk)
    made.hash, made.workspace = videos[0].hash, workspace
    yield made
    workspace.close()


def frames(shown: Any) -> list[tuple[str, int, int]]:
    return [(one["kind"], one["start_frame"], one["end_frame"]) for one in shown["transitions"]]


def test_the_detector_runs_on_demand_and_everybody_sees_what_it_found(site: Cutting) -> None:
    before = site.cuts("ann")
    assert (before["detection"]["state"], before["transitions"]) == ("none", [])
    assert (before["seen"], before["may_edit"], before["may_undo"], before["last_edit"]) == (0, False, False, None)
    found = site.detected()
    assert frames(found) == [("cut", 20, 20), ("cut", 40, 40)]
    assert found["detection"]["frames_done"] == FRAMES
    first = found["transitions"][0]
    assert first["start_s"] == pytest.approx(20 / 24)
    assert first["found_by"].startswith("videolect-blends")
    assert (first["edited_by"], first["edited_at"]) == (None, None)
    assert found["video"] == {
        "hash": site.hash, "file_name": "film.mp4", "frames": FRAMES,
        "table": site.desk.catalogue.video(site.hash).pts_table_hash, "aspect": 1.7778,
    }  # fmt: skip
    assert site.edit("rev", "detect")["detection"]["state"] == "done"
    assert site.workspace.storage.get_bytes("shots-blends", site.hash)


def test_a_cut_is_moved_added_removed_and_taken_back_frame_by_frame(site: Cutting) -> None:
    table = site.detected()["video"]["table"]
    shown = site.edit("lea", "move", was_start=20, start_frame=22, seen=0, table=table)
    assert (shown["transitions"][0]["found_by"], shown["transitions"][0]["edited_by"]) == ("lea", "lea")
    assert shown["transitions"][0]["score"] == 1
    assert shown["last_edit"] == "lea moved the cut at frame 20 to 22"
    shown = site.edit("rev", "add", kind="dissolve", start_frame=30, end_frame=35, seen=1)
    shown = site.edit("lea", "remove", start_frame=40, seen=shown["seen"])
    assert frames(shown) == [("cut", 22, 22), ("dissolve", 30, 35)]
    assert site.edit("rev", "undo", expect=409)["error"] == "NotYourTurn"
    shown = site.edit("lea", "undo", seen=shown["seen"])
    assert frames(shown) == frames(site.cuts("ann")) == [("cut", 22, 22), ("dissolve", 30, 35), ("cut", 40, 40)]
    assert not shown["may_undo"]
    assert site.cuts("rev")["may_undo"]


def test_of_two_at_once_at_one_place_the_later_is_told_who_changed_what(site: Cutting) -> None:
    site.detected()
    site.edit("lea", "move", was_start=20, start_frame=21, seen=0)
    for verb, body in (
        ("move", {"was_start": 20, "start_frame": 17}), ("add", {"start_frame": 23}), ("remove", {"start_frame": 21}),
        ("undo", {}),
    ):  # fmt: skip
        refused = site.edit("lex", verb, expect=409, seen=0, **body)
        assert refused["error"] == "StaleVersion"
        assert "lea moved the cut at frame 20 to 21" in refused["message"]
        assert refused["mend"]
    shown = site.edit("lex", "remove", start_frame=40, seen=0)
    assert frames(shown) == [("cut", 21, 21)]
    told = [{name: act[name] for name in ("version", "by", "what", "was", "now")} for act in shown["acts"]]
    assert told == [
        {"version": 1, "by": "lea", "what": "lea moved the cut at frame 20 to 21", "was": [20, 20], "now": [21, 21]},
        {"version": 2, "by": "lex", "what": "lex removed the cut at frame 40", "was": [40, 40], "now": None},
    ]
    assert all(0 <= act["ago_s"] < 60 for act in shown["acts"])


@pytest.mark.parametrize(("apart", "statuses"), [(0, [200, 409, 409]), (5, [200, 200, 200])])
def test_of_many_at_the_very_same_moment_those_at_one_place_are_told(
    site: Cutting, apart: int, statuses: list[int]
) -> None:
    people = ["lea", "lex", "rev"]
    for who in people:
        site.client(who)
    ready = threading.Barrier(len(people))

    def add(who: str) -> int:
        ready.wait()
        body = {"start_frame": 10 + apart * people.index(who), "seen": 0}
        return int(site.client(who).post(f"/api/videos/{site.hash}/cuts/add", json=body).status_code)

    with ThreadPoolExecutor(len(people)) as pool:
        assert sorted(pool.map(add, people)) == statuses
    assert site.cuts()["seen"] == len(site.cuts()["transitions"]) == statuses.count(200)


def test_the_same_request_at_the_very_same_moment_counts_once(site: Cutting) -> None:
    site.client("lea")
    ready = threading.Barrier(4)

    def add(_: int) -> int:
        ready.wait()
        body = {"start_frame": 10, "seen": 0, "key": "k"}
        return int(site.client("lea").post(f"/api/videos/{site.hash}/cuts/add", json=body).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(add, range(4))) == [200] * 4
    assert site.cuts()["seen"] == 1


def test_the_same_key_again_adds_nothing_and_serves_no_other_act(site: Cutting) -> None:
    for _ in range(2):
        assert site.edit("lea", "add", start_frame=10, seen=0, key="k-1")["seen"] == 1
    assert site.edit("lea", "add", expect=409, start_frame=15, key="k-1")["error"] == "KeyReused"
    assert site.edit("lea", "undo", expect=409, key="k-1")["error"] == "KeyReused"
    assert frames(site.cuts()) == [("cut", 10, 10)]


def test_a_long_list_is_packed_and_pictures_are_not(site: Cutting) -> None:
    for frame in range(3, 57, 3):
        site.edit("lea", "add", start_frame=frame)
    answer = site.client("ann").get(f"/api/videos/{site.hash}/cuts")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["transitions"]) == 18
    assert "content-encoding" not in site.strip(frame=20).headers
    assert "content-encoding" not in site.client("ann").get("/api/session").headers


def test_a_storage_that_fails_is_told_without_its_address(site: Cutting, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Any:
        raise CannotReach("s3://films at http://10.0.0.1 refuses AKIA123.", mend="Check AWS_ACCESS_KEY_ID.")

    monkeypatch.setattr(site.workspace.storage, "get_bytes", away)
    answer = site.client("lea").get(f"/api/videos/{site.hash}/cuts")
    assert answer.status_code == 503
    assert answer.json()["message"] == "The storage of the films does not answer."
    assert "AWS" not in answer.text


def test_only_leads_and_reviewers_edit(site: Cutting) -> None:
    for verb, body in (
        ("detect", {}), ("add", {"start_frame": 10}), ("move", {"was_start": 20, "start_frame": 21}),
        ("remove", {"start_frame": 20}), ("undo", {}),
    ):  # fmt: skip
        assert site.edit("ann", verb, expect=403, **body)["error"] == "NotAllowed"
        assert site.client().post(f"/api/videos/{site.hash}/cuts/{verb}", json=body).status_code in (401, 403)
    assert site.client().get(f"/api/videos/{site.hash}/cuts").status_code == 401
    assert site.strip(None, frame=20).status_code == 401
    assert site.edit("rev", "add", start_frame=10)["seen"] == 1


@pytest.mark.parametrize(
    ("verb", "body", "told"),
    [
        ("add", {"start_frame": 0}, "inside a film"), ("add", {"start_frame": FRAMES}, "inside a film"),
        ("add", {"start_frame": -1}, "start_frame"), ("add", {"start_frame": 1.5}, "start_frame"),
        ("add", {"start_frame": "10"}, "start_frame"), ("add", {"start_frame": 2**60}, "start_frame"),
        ("add", {"start_frame": 10, "kind": "wipe"}, "kind"), ("add", {"start_frame": 10, "end_frame": 12}, "2 frames"),
        ("add", {"start_frame": 10, "table": "ee" * 32}, "another table"), ("add", {"start_frame": 41}, "too near"),
        ("add", {"start_frame": 10, "more": 1}, "more"), ("add", {"start_frame": 10, "seen": -1}, "seen"),
        ("add", {"start_frame": 10, "key": "k" * 300}, "key"), ("add", {}, "start_frame"),
        ("move", {"was_start": 25, "start_frame": 26}, "no transition at frame 25"),
        ("move", {"was_start": 20, "start_frame": 39}, "too near"), ("move", {"start_frame": 30}, "was_start"),
        ("remove", {"start_frame": 25}, "no transition at frame 25"),
    ],
)  # fmt: skip
def test_what_is_no_edit_is_refused_and_nothing_is_kept(
    site: Cutting, verb: str, body: dict[str, Any], told: str
) -> None:
    site.detected()
    refused = site.edit("lea", verb, expect=422, **body)
    assert told in f"{refused['message']} {refused['details']}"
    assert site.cuts()["seen"] == 0


@pytest.mark.parametrize("hash", ["ef" * 32, "x", "a" * 500])
def test_a_film_that_nobody_imported_has_no_cuts(site: Cutting, hash: str) -> None:
    for method, path in (("GET", "cuts"), ("POST", "cuts/detect"), ("GET", "strip?frame=1")):
        answer = site.client("lea").request(method, f"/api/videos/{hash}/{path}", json={} if method == "POST" else None)
        assert answer.status_code in (404, 422), answer.text
    assert site.client("lea").post(f"/api/videos/{hash}/cuts/add", json={"start_frame": 1}).status_code in (404, 422)


def test_a_film_whose_bytes_are_gone_says_why(site: Cutting) -> None:
    site.workspace.storage.local(site.hash).__enter__().unlink()
    told = site.detected()["detection"]
    assert told["state"] == "failed"
    assert told["why"]
    assert told["mend"]
    assert site.strip(frame=20).status_code == 404


def test_a_strip_shows_the_frames_around_a_cut_and_may_be_kept(site: Cutting) -> None:
    table = site.cuts()["video"]["table"]
    answer = site.strip(frame=20, before=1, after=2, table=table)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    picture = picture_of(answer.content)
    assert picture.shape == (90, 3 * 160, 3)
    for place, seed in enumerate((1, 2, 2)):
        cell = picture[:, 160 * place : 160 * (place + 1)].astype(int)
        near = [np.abs(cell - tiles(other)).mean() for other in (1, 2, 3)]
        assert near.index(min(near)) == seed - 1
    assert "immutable" not in site.strip(frame=20).headers["cache-control"]
    assert picture_of(site.strip(frame=58, height=36).content).shape == (36, 6 * 64, 3)
    assert picture_of(site.strip(frame=20, end=31, before=2, after=2).content).shape[1] == 8 * 160
    for wrong in (
        {"frame": FRAMES}, {"frame": -1}, {"frame": 20, "before": 1000}, {"frame": 20, "height": 5000}, {"frame": "x"},
        {"frame": 20, "height": 0}, {"frame": 20, "end": 10}, {"frame": 20, "before": 0, "after": 0},
        {"frame": 20, "table": "ee" * 32}, {"frame": 2**60},
    ):  # fmt: skip
        assert site.strip(**wrong).status_code == 422, wrong


def test_signing_in_is_the_same_as_for_films(site: Cutting) -> None:
    client = TestClient(site.app, base_url="http://testserver")
    assert client.post("/api/session", json={"person": "lea", "password": PASSWORD}).status_code == 200
    no_token = client.post(f"/api/videos/{site.hash}/cuts/add", json={"start_frame": 10})
    assert no_token.status_code == 403
    assert site.cuts()["seen"] == 0
