"""People's edits of a film's cuts: the fold, the verbs, and how they lie over what a detector found."""

from __future__ import annotations

import subprocess
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.acts import LEAD, REV, START, SimulatedClock, catalogue, person
from videolect.errors import BadInput, CannotRead, KeyReused, NotAllowed, NotFound, NotYourTurn, StaleVersion
from videolect.language.spec import Spec
from videolect.oversight.cuts import CutsDesk, fold, told
from videolect.oversight.streams import Work
from videolect.record.acts.cuts import CutAdded, CutMoved, CutRemoved, CutUndone, cuts_stream
from videolect.record.clip import Video
from videolect.record.codec import decode_act, encode_act
from videolect.storage import CannotReach, open_storage
from videolect.video import sandbox, strips
from videolect.video.backends.pillow import picture_of
from videolect.video.backends.pyav import write_mp4
from videolect.video.blends import Blends
from videolect.video.edits import laid_over
from videolect.video.evidence import CutFinder
from videolect.video.library import TIMELINES
from videolect.video.probe import probe
from videolect.video.strips import around

SPEC = Spec.load(Path(__file__).parents[1] / "data" / "spec" / "mini")
HASH, TABLE = "ab" * 32, "cd" * 32
EVE = person("eve", "lead")


class Bare:
    """Footage that knows nothing wrong."""

    def check(self, video: Any, edits: Any, new: Any) -> bool:
        self.asked = (len(edits), new)
        return True


def video(**other: Any) -> Video:
    said: dict[str, Any] = {
        "hash": HASH, "file_name": "film.mp4", "size_bytes": 2048, "container": "mov,mp4", "codec": "h264",
        "pixel_format": "yuv420p", "bit_depth": 8, "width": 640, "height": 360, "rotation": 0,
        "sample_aspect_ratio": Fraction(1), "time_base": Fraction(1, 24), "start_pts": 0, "end_pts": 100,
        "container_start_s": Fraction(0), "frames": 100, "variable_rate": False, "pts_table_hash": TABLE,
        "browser_playable": True,
    }  # fmt: skip
    return Video(**{**said, **other})


@pytest.fixture
def cuts() -> CutsDesk:
    of = catalogue(SPEC, clock=SimulatedClock(START))
    of.record_video(LEAD, video())
    return CutsDesk(of, Bare())


def places(cuts: CutsDesk) -> list[tuple[str, int]]:
    return [(type(edit).__name__, edit.start_frame) for edit in cuts.look(HASH).edits]


# ------------------------------------------------------------------------------------------------------------ the fold


def test_edits_are_acts_on_the_films_own_stream_and_come_back_from_json(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "cut", 10, 10)
    cuts.move(REV, HASH, (10, 10), "cut", 12, 12)
    cuts.remove(LEAD, HASH, 12, 12)
    state = cuts.undo(LEAD, HASH)
    assert [type(act) for act in state.acts] == [CutAdded, CutMoved, CutRemoved, CutUndone]
    assert state.version == 4
    assert [edit.worker for edit in state.edits] == [LEAD.id, REV.id]
    assert all(edit.pts_table_hash == TABLE for edit in state.edits)
    assert [decode_act(encode_act(act)) for act in state.acts] == list(state.acts)
    assert fold(cuts.catalogue.ledger.read(cuts_stream(HASH))) == state


def test_only_ones_own_latest_edit_is_taken_back(cuts: CutsDesk) -> None:
    with pytest.raises(NotYourTurn, match="no edit"):
        cuts.undo(LEAD, HASH)
    cuts.add(LEAD, HASH, "cut", 10, 10)
    cuts.add(REV, HASH, "cut", 20, 20)
    with pytest.raises(NotYourTurn, match="rev added the cut at frame 20"):
        cuts.undo(LEAD, HASH)
    cuts.undo(REV, HASH)
    cuts.undo(LEAD, HASH)
    assert places(cuts) == []


def test_an_edit_is_told_in_words(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "cut", 10, 10)
    cuts.move(LEAD, HASH, (10, 10), "cut", 12, 12)
    cuts.move(LEAD, HASH, (12, 12), "fade_black", 12, 20)
    cuts.move(LEAD, HASH, (12, 20), "cut", 15, 15)
    cuts.remove(LEAD, HASH, 15, 15)
    assert [told(act) for act in cuts.undo(LEAD, HASH).acts] == [
        f"{LEAD.id} added the cut at frame 10",
        f"{LEAD.id} moved the cut at frame 10 to 12",
        f"{LEAD.id} made the transition at frame 12 a fade black from 12 to 20",
        f"{LEAD.id} made the transition at frame 12 a cut at 15",
        f"{LEAD.id} removed the cut at frame 15",
        f"{LEAD.id} took an edit back",
    ]


def test_who_edits_after_somebody_else_at_the_same_place_is_told_who_did_what(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "cut", 10, 10, work=Work(seen=0))
    for near in (8, 10, 12):
        with pytest.raises(StaleVersion, match=f"{LEAD.id} added the cut at frame 10"):
            cuts.add(EVE, HASH, "cut", near, near, work=Work(seen=0))
    cuts.move(EVE, HASH, (10, 10), "cut", 12, 12, work=Work(seen=1))
    for stale in (
        lambda: cuts.undo(EVE, HASH, work=Work(seen=1)),
        lambda: cuts.remove(LEAD, HASH, 12, 12, work=Work(seen=1)),
    ):
        with pytest.raises(StaleVersion, match="eve moved the cut at frame 10 to 12"):
            stale()
    with pytest.raises(StaleVersion, match="eve moved"):  # where it was is touched too
        cuts.add(LEAD, HASH, "cut", 9, 9, work=Work(seen=1))
    cuts.undo(EVE, HASH, work=Work(seen=2))
    with pytest.raises(StaleVersion, match="eve took an edit back: eve moved the cut at frame 10 to 12"):
        cuts.move(LEAD, HASH, (12, 12), "cut", 13, 13, work=Work(seen=2))
    assert places(cuts) == [("CutAdded", 10)]
    with pytest.raises(StaleVersion):
        cuts.add(LEAD, HASH, "cut", 50, 50, work=Work(seen=9))


def test_two_people_at_different_ends_of_a_film_do_not_refuse_each_other(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "cut", 10, 10, work=Work(seen=0))
    assert cuts.add(EVE, HASH, "cut", 13, 13, work=Work(seen=0)).version == 2
    assert cuts.move(LEAD, HASH, (10, 10), "cut", 9, 9, work=Work(seen=1)).version == 3
    assert cuts.remove(EVE, HASH, 13, 13, work=Work(seen=2)).version == 4
    with pytest.raises(StaleVersion, match=r"eve removed the cut at frame 13"):
        cuts.undo(LEAD, HASH, work=Work(seen=3))


def test_an_edit_that_another_overtakes_in_the_ledger_is_made_again(cuts: CutsDesk) -> None:
    class Overtaken(Bare):
        def check(self, video: Any, edits: Any, new: Any) -> bool:
            if not edits:
                CutsDesk(cuts.catalogue, Bare()).add(EVE, HASH, "cut", 60, 60)
            return super().check(video, edits, new)

    state = CutsDesk(cuts.catalogue, Overtaken()).add(LEAD, HASH, "cut", 10, 10, work=Work(seen=0))
    assert [(act.worker, act.version) for act in state.acts] == [(EVE.id, 1), (LEAD.id, 2)]
    assert cuts.look(HASH) == state


def test_what_others_wrote_is_read_though_the_rest_is_remembered(cuts: CutsDesk) -> None:
    other = CutsDesk(cuts.catalogue, Bare())  # another process
    read: list[int] = []
    ledger = cuts.catalogue.ledger
    original = ledger.read

    def counted(stream: str, *, after: int = 0) -> Any:
        found = original(stream, after=after)
        if stream == cuts_stream(HASH):
            read.append(len(found))
        return found

    ledger.read = counted  # type: ignore[method-assign]
    for frame in range(10, 50, 5):
        cuts.add(LEAD, HASH, "cut", frame, frame)
    other.add(EVE, HASH, "cut", 60, 60)
    assert cuts.look(HASH) == other.look(HASH) == fold(original(cuts_stream(HASH)))
    assert max(read) == 8  # all, once: by the other
    assert read.count(8) == 1


def test_the_same_key_again_adds_nothing_and_serves_no_other_act(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "cut", 10, 10, work=Work(seen=0, key="k"))
    assert cuts.add(LEAD, HASH, "cut", 10, 10, work=Work(seen=0, key="k")).version == 1
    cuts.catalogue.record_video(LEAD, video(hash="ef" * 32))
    for other in (
        lambda: cuts.add(LEAD, "ef" * 32, "cut", 10, 10, work=Work(key="k")),
        lambda: cuts.add(LEAD, HASH, "cut", 20, 20, work=Work(key="k")),
        lambda: cuts.add(LEAD, HASH, "dissolve", 10, 12, work=Work(key="k")),
        lambda: cuts.move(LEAD, HASH, (10, 10), "cut", 10, 10, work=Work(key="k")),
        lambda: cuts.remove(LEAD, HASH, 10, 10, work=Work(key="k")),
        lambda: cuts.undo(LEAD, HASH, work=Work(key="k")),
    ):
        with pytest.raises(KeyReused):
            other()
    cuts.undo(LEAD, HASH, work=Work(key="u"))
    assert cuts.undo(LEAD, HASH, work=Work(key="u")).version == 2
    assert cuts.add(EVE, HASH, "cut", 20, 20, work=Work(key="k")).version == 3  # a key is its owner's


def test_the_time_at_it_stands_in_the_acts(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "cut", 10, 10, work=Work(active_seconds=4.5))
    cuts.undo(LEAD, HASH)
    assert [act.active_seconds for act in cuts.look(HASH).acts] == [4.5, 0.0]


@pytest.mark.parametrize("role", ["annotator", None])
def test_others_than_leads_and_reviewers_only_look(cuts: CutsDesk, role: str | None) -> None:
    someone = person("someone", *([role] if role else []))
    for verb in (
        lambda: cuts.add(someone, HASH, "cut", 10, 10),
        lambda: cuts.move(someone, HASH, (10, 10), "cut", 12, 12),
        lambda: cuts.remove(someone, HASH, 10, 10),
        lambda: cuts.undo(someone, HASH),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert cuts.look(HASH).version == 0


@pytest.mark.parametrize(
    ("kind", "start", "end", "why"),
    [
        ("cut", 0, 0, "inside a film of 100"), ("cut", 100, 100, "inside a film of 100"), ("cut", 10, 12, "2 frames"),
        ("dissolve", 10, 10, "0 frames"), ("dissolve", 90, 101, "inside"), ("dissolve", 12, 10, "from frame 12 to 10"),
        ("cut", -1, -1, "from frame -1"), ("wipe", 10, 12, "no transition of kind"),
    ],
)  # fmt: skip
def test_frames_that_are_no_transition_of_the_film_are_refused(
    cuts: CutsDesk, kind: Any, start: int, end: int, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        cuts.add(LEAD, HASH, kind, start, end)
    with pytest.raises(BadInput, match=why):
        cuts.move(LEAD, HASH, (5, 5), kind, start, end)
    assert cuts.look(HASH).version == 0


def test_frames_of_another_table_and_films_that_nobody_imported_are_refused(cuts: CutsDesk) -> None:
    with pytest.raises(BadInput, match="another table"):
        cuts.add(LEAD, HASH, "cut", 10, 10, table="ee" * 32)
    with pytest.raises(NotFound):
        cuts.add(LEAD, "ef" * 32, "cut", 10, 10)
    with pytest.raises(NotFound):
        cuts.look("ef" * 32)


def test_a_gradual_transition_may_reach_both_ends_of_the_film(cuts: CutsDesk) -> None:
    cuts.add(LEAD, HASH, "fade_black", 0, 20)
    cuts.add(LEAD, HASH, "fade_black", 90, 100)
    assert places(cuts) == [("CutAdded", 0), ("CutAdded", 90)]


# -------------------------------------------------------------------------------------------------- over a detector's


def tiles(seed: int) -> np.ndarray:
    return np.kron(np.random.default_rng(seed).integers(0, 256, (5, 10, 3)), np.ones((18, 16, 1))).astype(np.uint8)


@pytest.fixture
def film(tmp_path: Path) -> tuple[CutFinder, CutsDesk, Video]:
    """Cuts at 20 and 40 of 60 frames."""
    path = tmp_path / "film.mp4"
    write_mp4(path, [tiles(1 + number // 20) for number in range(60)], fps=Fraction(24), size=(160, 90))
    probed = probe(path)
    storage = open_storage(str(tmp_path / "films"))
    storage.put_file(path)
    storage.put_bytes(TIMELINES, probed.video.hash, probed.timeline.to_bytes())
    finder = CutFinder(storage, Blends(), "blends")
    of = catalogue(SPEC, clock=SimulatedClock(START))
    of.record_video(LEAD, probed.video)
    return finder, CutsDesk(of, finder), probed.video


def detected(finder: CutFinder, video: Video) -> str:
    finder.detect(video)
    for _ in range(600):
        if (state := finder.detection(video).state) not in ("waiting", "running"):
            return state
        time.sleep(0.05)
    raise AssertionError("the detector goes on and on")


def shown(finder: CutFinder, cuts: CutsDesk, video: Video) -> list[tuple[int, str]]:
    found = finder.transitions(video, cuts.look(video.hash).edits)
    return [(one.start_frame, one.found_by) for one in found]


def test_edits_lie_over_what_the_detector_found_and_are_kept_when_it_runs_again(
    film: tuple[CutFinder, CutsDesk, Video], tmp_path: Path
) -> None:
    finder, cuts, video = film
    blends = Blends.found_by
    assert finder.detection(video).state == "none"
    assert detected(finder, video) == "done"
    assert shown(finder, cuts, video) == [(20, blends), (40, blends)]
    cuts.move(LEAD, video.hash, (20, 20), "cut", 22, 22)
    cuts.add(REV, video.hash, "cut", 50, 50)
    cuts.remove(REV, video.hash, 40, 40)
    expected = [(22, LEAD.id), (50, REV.id)]
    assert shown(finder, cuts, video) == expected
    again = CutFinder(finder.storage, Blends(), "blends")  # another process: it reads the bytes, and decodes nothing
    assert again.detection(video).state == "done"
    assert shown(again, cuts, video) == expected
    cuts.undo(REV, video.hash)
    assert shown(finder, cuts, video) == [(22, LEAD.id), (40, blends), (50, REV.id)]


def test_an_edit_that_cannot_follow_is_refused_before_it_is_kept(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, cuts, video = film
    detected(finder, video)
    for wrong, why in (
        (lambda: cuts.remove(LEAD, video.hash, 21, 21), "no transition at frame 21"),
        (lambda: cuts.move(LEAD, video.hash, (30, 30), "cut", 31, 31), "no transition at frame 30"),
        (lambda: cuts.add(LEAD, video.hash, "cut", 22, 22), "cut at frame 20 already, too near to frame 22"),
        (lambda: cuts.move(LEAD, video.hash, (20, 20), "cut", 38, 38), "cut at frame 40 already, too near to frame 38"),
    ):
        with pytest.raises(BadInput, match=why):
            wrong()
    cuts.add(LEAD, video.hash, "cut", 30, 30)
    with pytest.raises(BadInput, match="cut at frame 30"):
        cuts.add(REV, video.hash, "cut", 30, 30)
    cuts.add(REV, video.hash, "cut", 31, 31)  # beside a person's: people may say that a shot has one frame
    with pytest.raises(BadInput, match="cut at frame 30 already: a dissolve from frame 29 to 31 would lie over it"):
        cuts.add(REV, video.hash, "dissolve", 29, 31)
    assert [start for start, _ in shown(finder, cuts, video)] == [20, 30, 31, 40]


def test_a_shot_of_no_frames_is_refused(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, cuts, video = film
    cuts.add(LEAD, video.hash, "dissolve", 20, 30)
    for start, end, kind in ((20, 20, "cut"), (30, 30, "cut"), (30, 35, "fade_black"), (10, 20, "fade_black")):
        with pytest.raises(BadInput, match=r"dissolve from frame 20 to 30 already: .* no frame between the two"):
            cuts.add(REV, video.hash, kind, start, end)  # type: ignore[arg-type]
    cuts.add(REV, video.hash, "cut", 31, 31)
    cuts.add(REV, video.hash, "cut", 19, 19)
    CutsDesk(cuts.catalogue, Bare()).add(REV, video.hash, "cut", 50, 50)
    CutsDesk(cuts.catalogue, Bare()).add(REV, video.hash, "dissolve", 45, 50)  # from before there was this rule
    cuts.move(LEAD, video.hash, (45, 50), "fade_black", 45, 50)
    cuts.remove(LEAD, video.hash, 50, 50)
    cuts.remove(LEAD, video.hash, 45, 50)
    assert [start for start, _ in shown(finder, cuts, video)] == [19, 20, 31]


def test_a_move_onto_the_same_place_makes_no_act(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, cuts, video = film
    detected(finder, video)
    assert cuts.move(LEAD, video.hash, (20, 20), "cut", 20, 20).version == 0
    cuts.add(LEAD, video.hash, "dissolve", 30, 35)
    assert cuts.move(LEAD, video.hash, (30, 35), "dissolve", 30, 35).version == 1
    assert cuts.move(LEAD, video.hash, (30, 35), "fade_white", 30, 35).version == 2


def test_the_remembered_list_is_what_a_new_look_gives(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, cuts, video = film
    detected(finder, video)
    cuts.move(LEAD, video.hash, (20, 20), "cut", 24, 24)
    early = cuts.look(video.hash).edits
    cuts.add(REV, video.hash, "cut", 30, 30)
    late = cuts.look(video.hash).edits
    for edits in (late, early, (), late, late[1:]):  # whoever asks for which
        assert finder.transitions(video, edits) == laid_over(finder.find(video), video, edits)


def test_a_detector_that_fails_says_why_and_may_be_asked_again(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, _, video = film
    table = finder.storage.get_bytes(TIMELINES, video.hash)
    finder.storage.put_bytes(TIMELINES, video.hash, b"no table")
    assert detected(finder, video) == "failed"
    failed = finder.detection(video)
    assert failed.why
    assert failed.mend
    finder.storage.put_bytes(TIMELINES, video.hash, table)
    assert detected(finder, video) == "done"


def test_damaged_bytes_of_the_detector_count_as_none(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, _, video = film
    finder.storage.put_bytes("shots-blends", video.hash, b"nonsense")
    assert finder.detection(video).state == "none"
    assert detected(finder, video) == "done"


def test_bytes_that_go_while_the_desk_runs_are_made_again_when_asked_for(
    film: tuple[CutFinder, CutsDesk, Video],
) -> None:
    finder, _, video = film
    assert detected(finder, video) == "done"
    kept = finder.storage.get_bytes("shots-blends", video.hash)
    finder.storage.put_bytes("shots-blends", video.hash, b"nonsense")
    assert finder.detect(video).state == "running"
    assert detected(finder, video) == "done"
    assert finder.storage.get_bytes("shots-blends", video.hash) == kept


def test_bytes_that_cannot_be_read_are_told(film: tuple[CutFinder, CutsDesk, Video], tmp_path: Path) -> None:
    finder, _, video = film
    (tmp_path / "films" / "shots-blends" / video.hash[:2] / video.hash).mkdir(parents=True)
    with pytest.raises(CannotRead, match=r"shots-blends of .* cannot be read: Is a directory"):
        finder.storage.get_bytes("shots-blends", video.hash)
    assert finder.detection(video).state == "none"
    assert detected(finder, video) == "failed"
    assert str(tmp_path) not in finder.detection(video).why


class Held:
    """The detector, when it is let go."""

    found_by, size, threshold = Blends.found_by, Blends().size, Blends().threshold

    def __init__(self) -> None:
        self.go = threading.Event()
        self.threads = set[int]()

    def score(self, pictures: Any, rate: float) -> Any:
        self.threads.add(threading.get_ident())
        self.go.wait(30)
        return Blends().score(pictures, rate)

    def read(self, scores: Any, threshold: float) -> Any:
        return Blends().read(scores, threshold)


def test_films_wait_for_their_turn_in_one_thread(film: tuple[CutFinder, CutsDesk, Video], tmp_path: Path) -> None:
    _, _, first = film
    storage = open_storage(str(tmp_path / "films"))
    path = tmp_path / "second.mp4"
    write_mp4(path, [tiles(7)] * 10, fps=Fraction(24), size=(160, 90))
    probed = probe(path)
    storage.put_file(path)
    storage.put_bytes(TIMELINES, probed.video.hash, probed.timeline.to_bytes())
    held = Held()
    finder = CutFinder(storage, held, "blends")
    assert finder.detect(first).state == "running"
    assert finder.detect(probed.video).state == "waiting"
    assert finder.detect(probed.video).state == "waiting"
    held.go.set()
    assert detected(finder, first) == detected(finder, probed.video) == "done"
    assert len(held.threads) == 1


class Stopping(Held):
    """Somebody stops the decoder in the middle of the film."""

    def __init__(self, children: list[subprocess.Popen[bytes]]) -> None:
        super().__init__()
        self.children = children

    def score(self, pictures: Any, rate: float) -> Any:
        rest = iter(pictures)
        next(rest)
        self.children[-1].kill()
        return Blends().score(rest, rate)


def test_a_decoder_that_was_stopped_is_told_so_by_the_films_name(
    film: tuple[CutFinder, CutsDesk, Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def started(*how: Any, **more: Any) -> subprocess.Popen[bytes]:
        children.append(start(*how, **more))
        return children[-1]

    monkeypatch.setattr(sandbox.subprocess, "Popen", started)
    video = film[2]
    finder = CutFinder(film[0].storage, Stopping(children), "blends")
    assert detected(finder, video) == "failed"
    told = "film.mp4 was not decoded: the decoder was stopped from outside (signal 9)."
    assert finder.detection(video).why == told


def test_a_strip_that_cannot_be_drawn_names_the_film_and_not_its_place(
    film: tuple[CutFinder, CutsDesk, Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    finder, _, video = film

    def broken(path: Path, *_: Any, **__: Any) -> Any:
        raise CannotRead(f"{path} no longer gives frame 1.", mend="Import it again.")

    monkeypatch.setattr(strips, "frames", broken)
    with pytest.raises(CannotRead, match=r"^film\.mp4 no longer gives frame 1"):
        finder.strip(video, [1], 90)


def test_the_table_of_timestamps_is_read_once(
    film: tuple[CutFinder, CutsDesk, Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    finder, _, video = film
    read: list[str] = []
    original = finder.storage.get_bytes
    monkeypatch.setattr(finder.storage, "get_bytes", lambda kind, hash: read.append(kind) or original(kind, hash))
    times = [finder.times(video)(frame) for frame in (0, 20, 60)]
    assert times == [0, pytest.approx(20 / 24), 2.5]
    finder.strip(video, [1], 90)
    assert read.count(TIMELINES) == 1


def test_a_storage_that_fails_keeps_its_address_to_itself(
    film: tuple[CutFinder, CutsDesk, Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    finder, _, video = film

    def away(*_: Any) -> Any:
        raise CannotReach("http://10.0.0.1/secret refuses AKIA123.", mend="Check AWS_ACCESS_KEY_ID.")

    monkeypatch.setattr(finder.storage, "put_bytes", away)
    assert detected(finder, video) == "failed"
    failed = finder.detection(video)
    assert failed.why == "The storage of the films does not answer."
    assert "AWS" not in failed.mend


def test_a_strip_shows_the_frames_that_were_asked_for(film: tuple[CutFinder, CutsDesk, Video]) -> None:
    finder, _, video = film
    strip = picture_of(finder.strip(video, around(60, 20, None, 2, 2), 90))
    assert strip.shape == (90, 4 * 160, 3)
    for place, seed in ((0, 1), (1, 1), (2, 2), (3, 2)):
        cell = strip[:, 160 * place : 160 * (place + 1)].astype(int)
        near = [np.abs(cell - tiles(other)).mean() for other in (1, 2, 3)]
        assert near.index(min(near)) == seed - 1
    for height, frames in ((10, [1]), (2000, [1]), (90, []), (90, list(range(25)))):
        with pytest.raises(BadInput):
            finder.strip(video, frames, height)


def test_the_frames_around_a_place_stay_inside_the_film() -> None:
    assert around(60, 2, None, 4, 4) == [0, 1, 2, 3, 4, 5]
    assert around(60, 59, None, 2, 4) == [57, 58, 59]
    assert around(60, 20, 31, 2, 2) == [18, 19, 20, 23, 26, 30, 31, 32]
    assert around(60, 20, 22, 1, 1) == [19, 20, 21, 22]
    for start, end in ((60, None), (-1, None), (20, 61), (20, 10)):
        with pytest.raises(BadInput):
            around(60, start, end, 4, 4)
