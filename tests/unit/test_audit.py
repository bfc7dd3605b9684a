"""Audits: the fold, who may do what, and that nothing is lost with several people at once."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.acts import ANN, BOB, DRAFTER, LEAD, REV, START, SimulatedClock, catalogue, person
from tests.support.audits import CAPTION, item, ratings, span
from videolect.errors import BadInput, KeyReused, NotAllowed, NotFound, NotYourTurn, StaleVersion
from videolect.language.spec import Spec
from videolect.oversight.audit import Audit, AuditDesk, fold
from videolect.oversight.streams import Work
from videolect.record.acts.audits import AuditClosed, Audited, AuditItemAdded, AuditOpened, audit_stream
from videolect.record.acts.cuts import CutUndone
from videolect.record.audit import AuditRatings, AuditSpan
from videolect.record.codec import decode_act, encode_act

SPEC = Spec.load(Path(__file__).parents[1] / "data" / "spec" / "mini")


@pytest.fixture
def audits() -> AuditDesk:
    of = catalogue(SPEC, clock=SimulatedClock(START))
    made = AuditDesk(of)
    made.add(LEAD, "spring", [item("s1"), item("s2"), item("s1", "Other Set")])
    return made


def answers(audit: Audit) -> dict[tuple[int, str], int]:
    return {place: act.ratings.overall for place, act in audit.answers.items()}


# ------------------------------------------------------------------------------------------------------------ the fold


def test_an_audit_is_acts_on_its_own_stream_which_come_back_from_json(audits: AuditDesk):
    audits.answer(
        ANN, "spring", 1, ratings(), spans=[span()], critique="Nothing of the lens. 👀", work=Work(active_seconds=12.5)
    )
    audits.close(LEAD, "spring", reason="done")
    acts = audits.catalogue.ledger.read(audit_stream("spring"))
    assert [type(act) for act in acts] == [AuditOpened, *[AuditItemAdded] * 3, Audited, AuditClosed]
    assert [decode_act(encode_act(act)) for act in acts] == list(acts)
    assert fold(acts) == audits.look("spring")
    assert fold(acts[4:], fold(acts[:4])) == fold(acts)


def test_an_act_that_may_not_follow_is_refused(audits: AuditDesk):
    acts = list(audits.catalogue.ledger.read(audit_stream("spring")))
    with pytest.raises(StaleVersion):
        fold(acts[1:])
    said: dict[str, Any] = {
        "stream": "audit/x", "version": 1, "actor": LEAD.actor, "at": START, "spec_version": "1"
    }  # fmt: skip
    with pytest.raises(NotYourTurn, match="begins with AuditOpened"):
        fold([AuditItemAdded(**said, item=item())])
    with pytest.raises(NotYourTurn, match="does not belong"):
        fold([CutUndone(**{**said, "version": 5}, undone=1)], fold(acts))
    with pytest.raises(NotYourTurn, match="already"):
        fold([AuditItemAdded(**{**said, "version": 5}, item=item("s1"))], fold(acts))
    with pytest.raises(NotYourTurn, match="no item 's9'"):
        fold([Audited(**{**said, "version": 5}, dataset="Their Set", item="s9", ratings=ratings())], fold(acts))


# ------------------------------------------------------------------------------------------------------------ captions


def test_captions_are_added_once_and_other_words_under_the_same_name_are_refused(audits: AuditDesk):
    taken = audits.add(LEAD, "spring", [item("s1"), item("s3"), item("s2", caption="Other words.")])
    assert (taken.new, taken.known, len(taken.audit.items)) == (1, 1, 4)
    assert [(each.id, "other words" in why) for each, why in taken.refused] == [("s2", True)]
    again = audits.add(LEAD, "spring", [item("s1"), item("s3")])
    assert (again.new, again.known, again.audit.version) == (0, 2, taken.audit.version)


def test_who_audits_how_many_times_is_settled_when_the_audit_is_opened(audits: AuditDesk):
    with pytest.raises(BadInput, match="opened for 1 people"):
        audits.add(LEAD, "spring", [item("s9")], people=2)
    assert audits.add(LEAD, "spring", [item("s9")], people=1).new == 1
    with pytest.raises(BadInput, match="0 people"):
        audits.add(LEAD, "autumn", [item("s9")], people=0)
    assert audits.audits() == ["spring"]


def test_only_leads_import_close_and_reopen(audits: AuditDesk):
    for who in (ANN, REV):
        with pytest.raises(NotAllowed):
            audits.add(who, "spring", [item("s9")])
        with pytest.raises(NotAllowed):
            audits.close(who, "spring")
        with pytest.raises(NotAllowed):
            audits.reopen(who, "spring")
    with pytest.raises(NotFound, match="no audit nosuch"):
        audits.close(LEAD, "nosuch")


# -------------------------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize("who", [ANN, REV, LEAD], ids=lambda who: who.id)
def test_everybody_with_a_role_audits(audits: AuditDesk, who: Any):
    assert answers(audits.answer(who, "spring", 1, ratings(5))) == {(1, who.id): 5}


@pytest.mark.parametrize("who", [DRAFTER, person("eve")], ids=["a model", "without a role"])
def test_models_and_people_without_a_role_do_not(audits: AuditDesk, who: Any):
    with pytest.raises(NotAllowed, match="may not audit"):
        audits.answer(who, "spring", 1, ratings())


def test_one_answer_counts_a_person_and_item_and_the_later_amends_the_earlier(audits: AuditDesk):
    audits.answer(ANN, "spring", 1, ratings(2))
    audits.answer(BOB, "spring", 1, ratings(4))
    state = audits.answer(ANN, "spring", 1, ratings(3))
    assert answers(state) == {(1, "ann"): 3, (1, "bob"): 4}
    assert len([act for act in audits.catalogue.ledger.read(audit_stream("spring")) if isinstance(act, Audited)]) == 3
    assert audits.answer(ANN, "spring", 1, ratings(3)).version == state.version  # says nothing new


def test_a_window_that_has_not_seen_the_last_answer_is_told(audits: AuditDesk):
    first = audits.answer(ANN, "spring", 1, ratings(2), work=Work(seen=0)).answers[1, "ann"].version
    audits.answer(BOB, "spring", 1, ratings(4), work=Work(seen=0))  # what others say is no reason
    with pytest.raises(StaleVersion, match="in another window"):
        audits.answer(ANN, "spring", 1, ratings(5), work=Work(seen=0))
    assert answers(audits.answer(ANN, "spring", 1, ratings(5), work=Work(seen=first)))[1, "ann"] == 5


def test_the_same_request_again_adds_nothing_and_another_one_under_its_key_is_refused(audits: AuditDesk):
    first = audits.answer(ANN, "spring", 1, ratings(2), work=Work(seen=0, key="k1"))
    assert audits.answer(ANN, "spring", 1, ratings(2), work=Work(seen=0, key="k1")).version == first.version
    with pytest.raises(KeyReused):
        audits.answer(ANN, "spring", 1, ratings(4), work=Work(key="k1"))
    with pytest.raises(KeyReused):
        audits.answer(ANN, "spring", 2, ratings(2), work=Work(key="k1"))


def test_nothing_is_answered_once_it_is_closed_and_a_lead_may_reopen_it(audits: AuditDesk):
    audits.answer(ANN, "spring", 1, ratings(2))
    audits.close(LEAD, "spring")
    assert audits.close(LEAD, "spring").version == audits.look("spring").version
    for number in (1, 2):
        with pytest.raises(NotYourTurn, match="closed"):
            audits.answer(ANN, "spring", number, ratings(3))
    with pytest.raises(NotYourTurn, match="closed"):
        audits.add(LEAD, "spring", [item("s9")])
    audits.reopen(LEAD, "spring")
    assert answers(audits.answer(ANN, "spring", 1, ratings(3))) == {(1, "ann"): 3}


def test_there_is_no_item_beyond_the_last(audits: AuditDesk):
    for number in (0, -1, 4):
        with pytest.raises(NotFound, match="1 to 3"):
            audits.answer(ANN, "spring", number, ratings())
    with pytest.raises(NotFound, match="no audit"):
        audits.answer(ANN, "summer", 1, ratings())


# ------------------------------------------------------------------------------------------------------- what is said


@pytest.mark.parametrize("given", [0, 6, -1, True, 3.0, "3", None, float("nan")])
def test_a_rating_off_the_scale_is_refused(given: Any):
    with pytest.raises(BadInput, match="The rating camera"):
        AuditRatings(overall=3, subject=3, scene=3, motion=3, spatial=3, camera=given)


def test_marked_words_are_code_points_of_the_caption(audits: AuditDesk):
    start = CAPTION.index("walks")  # behind an emoji of three code points
    good = AuditSpan(start=start, end=start + 5, words="walks", failure="imprecise_term")
    act = audits.answer(ANN, "spring", 1, ratings(), spans=[good]).answers[1, "ann"]
    assert CAPTION[act.spans[0].start : act.spans[0].end] == "walks"
    for bad, why in (
        (AuditSpan(start=start + 2, end=start + 7, words="walks", failure="subjective"), "speaks of 'walks'"),
        (AuditSpan(start=0, end=999, words=CAPTION, failure="subjective"), "ends at character 999"),
    ):
        with pytest.raises(BadInput, match=why):
            audits.answer(ANN, "spring", 1, ratings(), spans=[bad])


def test_missing_information_may_be_marked_where_no_words_are(audits: AuditDesk):
    here = len(CAPTION)
    missing = AuditSpan(start=here, end=here, words="", failure="missing_information")
    assert audits.answer(ANN, "spring", 1, ratings(), spans=[missing]).answers[1, "ann"].spans == (missing,)
    with pytest.raises(BadInput, match="hallucination is empty"):
        AuditSpan(start=here, end=here, words="", failure="hallucination")
    with pytest.raises(BadInput, match="no failure 'dull'"):
        AuditSpan(start=0, end=1, words="A", failure="dull")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="twice"):
        audits.answer(ANN, "spring", 1, ratings(), spans=[missing, missing])


# ---------------------------------------------------------------------------------------------------- what comes next


def test_each_person_gets_every_item_that_lacks_people_once(audits: AuditDesk):
    order = []
    while (number := audits.look("spring").next_for("ann")) is not None:
        order.append(number)
        audits.answer(ANN, "spring", number, ratings())
    assert sorted(order) == [1, 2, 3]
    state = audits.look("spring")
    assert (state.next_for("bob"), state.left_for("bob"), state.by("ann")) == (None, 0, order[::-1])
    assert answers(audits.answer(BOB, "spring", 1, ratings(5)))[1, "bob"] == 5  # who wants to may all the same


def test_what_is_skipped_comes_last(audits: AuditDesk):
    state = audits.look("spring")
    first = state.next_for("ann")
    assert first is not None
    second = state.next_for("ann", [first])
    assert second not in (first, None)
    assert state.next_for("ann", [1, 2, 3]) == first


def test_items_without_an_answer_come_before_those_that_lack_a_second(audits: AuditDesk):
    audits.add(LEAD, "pairs", [item(f"s{n}") for n in range(6)], people=2)
    for number in (1, 2, 3):
        audits.answer(ANN, "pairs", number, ratings())
    state = audits.look("pairs")
    assert state.next_for("bob") in (4, 5, 6)
    assert state.left_for("bob") == 6
    assert state.left_for("ann") == 3


def test_the_order_is_drawn_for_each_person_and_mixes_the_data_sets(audits: AuditDesk):
    many = [item(f"s{n}", dataset) for dataset in ("A", "B") for n in range(100)]
    state = audits.add(LEAD, "many", many, people=9).audit
    firsts = Counter(state.next_for(f"person-{n}") for n in range(50))
    assert max(firsts.values()) < 10
    assert {state.items[number - 1].dataset for number in firsts if number} == {"A", "B"}


def test_nothing_is_lost_with_many_at_once(audits: AuditDesk):
    people = [person(f"p{n}", "annotator") for n in range(8)]
    start = threading.Barrier(len(people))
    failed: list[Exception] = []

    def work(who: Any) -> None:
        start.wait()
        try:
            for number in (1, 2, 3):
                audits.answer(who, "spring", number, ratings(number))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not failed
    assert answers(AuditDesk(audits.catalogue).look("spring")) == {(n, who.id): n for n in (1, 2, 3) for who in people}
