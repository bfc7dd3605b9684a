"""The index follows the ledger: what people label, write and settle is found, under the rules of who may see what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.acts import ANN, LEAD, REV, Bench, bench
from videolect.errors import BadInput, NotAllowed, NotFound
from videolect.language import load_spec
from videolect.ledger.memory import MemoryLedger
from videolect.ledger.memory_search import MemorySearch
from videolect.oversight.searching import Answer, Asked, Searching
from videolect.oversight.streams import Work
from videolect.record.acts.tasks import Withdrawn
from videolect.record.campaign import LABELS

ANSWERS = {
    "shot_transition": False, "steadiness": "very_smooth", "camera_movement": "major_simple",
    "camera_pan": "left_to_right", "camera_motion_speed": "regular", "shot_type": "scenery",
    "scene_movement": "mostly_static", "shot_size_start": "wide",
}  # fmt: skip


@pytest.fixture
def desk() -> Bench:
    """A desk under the language that ships, with two clips."""
    spec: Any = load_spec()
    return bench(spec=spec, clips=("c1", "c2"))


@pytest.fixture
def searching(desk: Bench) -> Searching:
    return Searching(desk.desk.catalogue, MemorySearch())


def clips(answer: Answer) -> list[str]:
    return [f"{hit.clip}/{hit.aspect}" for hit in answer.found.hits]


def test_a_caption_is_found_once_it_is_settled(desk: Bench, searching: Searching):
    desk.label(answers=ANSWERS)
    desk.draft()
    work = desk.claim(ANN)
    desk.desk.rate(ANN, desk.key(), work, 5)
    text = desk.task().round.text
    word = Asked(text=text)
    assert searching.find(ANN, word).found.total == 0
    desk.desk.submit(ANN, desk.key(), work)
    assert searching.find(ANN, word).found.total == 0
    desk.desk.approve(REV, desk.key(), desk.claim(REV), {})
    (hit,) = searching.find(ANN, word).found.hits
    assert (hit.clip, hit.aspect, hit.settled, hit.caption) == ("c1", "subject", True, text)


def test_only_a_lead_searches_what_is_not_final(desk: Bench, searching: Searching):
    desk.label(answers=ANSWERS)
    desk.draft()
    text = desk.task().draft.text
    (hit,) = searching.find(LEAD, Asked(text=text, aspect="subject", unsettled=True)).found.hits
    assert (hit.settled, hit.caption) == (False, text)
    for person in (ANN, REV):
        with pytest.raises(NotAllowed):
            searching.find(person, Asked(text=text, unsettled=True))


def test_clips_are_found_by_the_states_that_their_labels_give(desk: Bench, searching: Searching):
    assert clips(searching.find(ANN, Asked(query="pan_right=?"))) == ["c2/None", "c1/None"]
    desk.label(answers=ANSWERS)
    assert clips(searching.find(ANN, Asked(query="pan_right and not pan_left"))) == ["c1/None"]
    assert clips(searching.find(ANN, Asked(query="rotation:pan_left"))) == []
    assert clips(searching.find(ANN, Asked(query="not pan_right"))) == []
    assert clips(searching.find(ANN, Asked(query="pan_right=?"))) == ["c2/None"]
    assert searching.find(ANN, Asked(query="pan_right")).found.hits[0].states == {"pan_right": True}


def test_the_states_in_the_index_are_those_that_the_specification_derives(desk: Bench):
    index = MemorySearch()
    desk.label(answers=ANSWERS)
    Searching(desk.desk.catalogue, index).catch_up()
    kept = index._states["demo", "c1"]
    derived = load_spec().derive(ANSWERS)
    assert kept.yes == {id_ for id_, state in derived.items() if state is True}
    assert kept.no == {id_ for id_, state in derived.items() if state is False}


def test_a_task_that_was_closed_is_found_no_more(desk: Bench, searching: Searching):
    desk.label(answers=ANSWERS)
    desk.draft()
    asked = Asked(text=desk.task().draft.text, aspect="subject", unsettled=True)
    assert searching.find(LEAD, asked).found.total == 1
    desk.desk.withdraw(LEAD, desk.key(), Work(), target="task", reason="out of focus")
    assert isinstance(desk.desk.ledger.read(desk.key().stream)[-1], Withdrawn)
    assert searching.find(LEAD, asked).found.total == 0


def test_an_index_that_grew_act_by_act_equals_one_that_is_made_anew(desk: Bench, searching: Searching):
    for clip in ("c1", "c2"):
        desk.label(clip, answers=ANSWERS)
        searching.catch_up()
        desk.draft()
        searching.catch_up(most_acts=1)
        desk.settle("subject", clip)
    searching.catch_up()
    again = Searching(desk.desk.catalogue, MemorySearch())
    again.rebuild()
    for asked in (Asked(query="pan_right"), Asked(text=desk.task().final), Asked(query="pan_right", aspect="subject")):
        assert searching.find(LEAD, asked) == again.find(LEAD, asked)
        assert searching.find(LEAD, asked).found.total > 0


def test_who_has_no_time_is_told_how_far_the_index_is_behind(desk: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("videolect.oversight.searching._ACTS_AT_ONCE", 3)
    searching = Searching(desk.desk.catalogue, MemorySearch())
    acts = desk.desk.ledger.horizon()
    assert searching.find(ANN, Asked(query="pan_left=?"), most_acts=3).behind == acts - 3
    assert searching.find(ANN, Asked(query="pan_left=?")).behind == 0
    told: list[tuple[int, int]] = []
    Searching(desk.desk.catalogue, MemorySearch()).catch_up(progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (acts, acts)
    assert len(told) == -(-acts // 3)


def test_over_a_ledger_from_a_backup_the_index_is_made_anew(desk: Bench):
    index = MemorySearch()
    desk.label(answers=ANSWERS)
    Searching(desk.desk.catalogue, index).catch_up()
    assert isinstance(desk.desk.ledger, MemoryLedger)
    older: Any = bench(spec=load_spec(), clips=("c1",))  # type: ignore[arg-type]
    searching = Searching(older.desk.catalogue, index)
    assert searching.find(ANN, Asked(query="pan_right")).found.total == 0
    assert index.seen() == older.desk.ledger.horizon()


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        (Asked(), BadInput, "Nothing is looked for"),
        (Asked(text="  ", query=" "), BadInput, "Nothing is looked for"),
        (Asked(text="!?"), BadInput, "no word"),
        (Asked(text="x" * 2000), BadInput, "signs"),
        (Asked(text=" ".join(f"w{n}" for n in range(50))), BadInput, "50 words"),
        (Asked(query="pan_lef"), BadInput, "Perhaps"),
        (Asked(text="dog", limit=0), BadInput, "from 1 to 500"),
        (Asked(text="dog", limit=501), BadInput, "from 1 to 500"),
        (Asked(text="dog", aspect="sound"), NotFound, "no aspect"),
        (Asked(text="dog", campaign="winter"), NotFound, "campaign"),
    ],
)
def test_what_is_asked_wrongly_is_told(searching: Searching, asked: Asked, error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        searching.find(LEAD, asked)


def test_the_task_of_labels_is_no_caption(desk: Bench, searching: Searching):
    desk.label(answers=ANSWERS)
    found = searching.find(LEAD, Asked(query="pan_right", unsettled=True)).found
    assert all(hit.aspect != LABELS for hit in found.hits)
