"""The desk's verbs on a ledger in memory: what each answers, keeps and refuses. Long as the list of verbs is."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from types import MethodType
from typing import Any

import pytest

from tests.support.acts import (
    ANN,
    ANSWERS,
    BOB,
    CAMPAIGN,
    DRAFTER,
    LATE_FREE,
    LEAD,
    REV,
    REX,
    START,
    Bench,
    FakeWriter,
    bench,
    clip,
    critique,
    key_of,
    point,
    video,
)
from videolect.errors import (
    BadInput,
    HeldByAnother,
    KeyReused,
    LeaseLost,
    NotAllowed,
    NotFound,
    NotYourTurn,
    StaleVersion,
)
from videolect.oversight.catalogue import drawn_mode
from videolect.oversight.desk import LabelsContradict
from videolect.oversight.ports import QueueQuery
from videolect.oversight.streams import Work
from videolect.record.acts.labels import hash_of_answers
from videolect.record.campaign import LABELS, Policy
from videolect.record.checks import content_hash
from videolect.record.codec import from_plain, to_plain

WRITE, EDIT = Policy(modes={"write": 1}), Policy(modes={"edit": 1})
LEASE = 150


def acts_in(made: Bench) -> int:
    """How many acts the ledger holds."""
    return sum(1 for _ in made.desk.ledger.every())


# ------------------------------------------------------------------------------------------------------------ the whole


def test_one_caption_goes_all_the_way():
    made = bench()
    assert made.status() == "blocked"
    made.label()
    assert made.status() == "to_draft"
    assert made.draft() == 2
    work = made.claim(ANN)
    key = made.key()
    made.desk.rate(ANN, key, work, 3)
    text = made.task().draft.text
    made.desk.critique(ANN, key, work, critique(point(words="c1", text=text)))
    revised = made.desk.revise(ANN, key, work)
    assert revised.act.actor.name == "rules"
    assert revised.act.asked_by == "ann"
    assert made.desk.submit(ANN, key, work).task.status == "to_review"
    review = made.claim(REV)
    assert made.desk.approve(REV, key, review, {"p1": "agreed"}).task.status == "settled"
    assert made.task().final == revised.act.text
    assert made.status("motion") == "to_draft"


def test_a_draft_is_written_from_the_labels_and_the_final_parents():
    made = bench()
    made.settle("subject")
    made.draft()
    draft = made.task("motion").draft
    assert draft.parents == {"subject": content_hash(made.task("subject").final), "labels": hash_of_answers(ANSWERS)}
    assert made.writer.drafts[-1].parents == {"subject": made.task("subject").final}
    assert made.writer.drafts[-1].answers == ANSWERS
    assert draft.worker == DRAFTER.id


def test_a_label_form_that_breaks_rules_is_refused_with_all_of_them():
    made = bench()
    work = made.claim(ANN, LABELS)
    with pytest.raises(LabelsContradict, match="wrong is never wrong") as refused:
        made.desk.label(ANN, made.key(LABELS), work, {"wrong": 1})
    assert len(refused.value.violations) == 1
    assert made.status(LABELS) == "to_label"


def test_answers_are_kept_as_they_are_meant():
    made = bench()
    made.label(answers={"subjects": ["man"], "shot": None})
    assert made.task(LABELS).labelled.answers == {"subjects": ("man",)}


@pytest.mark.parametrize("verb", ["label", "rate"])
def test_a_verb_for_the_other_sort_of_task_is_refused_in_words(verb: str):
    made = bench()
    if verb == "label":
        work = made.begin()
        with pytest.raises(NotYourTurn):
            made.desk.label(ANN, made.key(), work, ANSWERS)
    else:
        work = made.claim(ANN, LABELS)
        for call in (
            lambda: made.desk.rate(ANN, made.key(LABELS), work, 3),
            lambda: made.desk.critique(ANN, made.key(LABELS), work, critique()),
            lambda: made.desk.revise(ANN, made.key(LABELS), work),
            lambda: made.desk.submit(ANN, made.key(LABELS), work),
            lambda: made.desk.edit(ANN, made.key(LABELS), work, "A."),
            lambda: made.desk.withdraw(ANN, made.key(LABELS), work, "submission", ""),
        ):
            with pytest.raises(NotYourTurn):
                call()


@pytest.mark.parametrize("verb", ["look", "rate", "claim", "release"])
def test_a_task_that_is_not_there_is_not_found(verb: str):
    made = bench()
    key = key_of(clip="c9")
    call = {
        "look": lambda: made.desk.look(key),
        "rate": lambda: made.desk.rate(ANN, key, Work(token=1), 3),
        "claim": lambda: made.desk.claim(ANN, key),
        "release": lambda: made.desk.release(ANN, key, 1),
    }[verb]
    with pytest.raises(NotFound, match="There is no task task/demo/c9/subject"):
        call()


def test_points_fit_the_draft_the_clip_and_the_specification():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    text = made.task().draft.text
    for bad in (
        point(words="man"),
        dataclasses.replace(point(words="c1", text=text), start_frame=0, end_frame=49),
        dataclasses.replace(point(words="c1", text=text), primitive="pan_up"),
    ):
        with pytest.raises(BadInput):
            made.desk.critique(ANN, made.key(), work, critique(bad))
    good = dataclasses.replace(point(words="c1", text=text), start_frame=0, end_frame=48, primitive="pan_left")
    assert made.desk.critique(ANN, made.key(), work, critique(good)).outcome == "done"


# ---------------------------------------------------------------------------------------------------- campaigns, videos


def test_only_a_lead_opens_campaigns_and_adds_clips():
    made = bench()
    with pytest.raises(NotAllowed):
        made.desk.catalogue.open_campaign(ANN, "other")
    with pytest.raises(NotAllowed):
        made.desk.catalogue.add_clips(REV, made.campaign, [clip("c2")])


def test_a_campaign_s_name_is_taken_once():
    made = bench()
    with pytest.raises(BadInput, match="There is a campaign demo already"):
        made.desk.catalogue.open_campaign(LEAD, CAMPAIGN)
    made.desk.catalogue.open_campaign(LEAD, "other", aspects=["subject"])
    assert [campaign.name for campaign in made.desk.catalogue.campaigns()] == ["demo", "other"]
    assert made.desk.catalogue.campaign("other").aspects == ("subject",)
    with pytest.raises(NotFound):
        made.desk.catalogue.campaign("third")
    with pytest.raises(BadInput, match="no aspect 'smell'"):
        made.desk.catalogue.open_campaign(LEAD, "third", aspects=["smell"])


def test_clips_that_are_there_are_left():
    made = bench()
    assert made.desk.catalogue.add_clips(LEAD, made.campaign, [clip("c1"), clip("c2")]) == 5
    assert made.desk.catalogue.add_clips(LEAD, made.campaign, [clip("c1"), clip("c2")]) == 0
    assert made.desk.catalogue.add_clips(LEAD, made.campaign, []) == 0


def test_a_clip_that_is_named_twice_in_one_go_is_opened_once():
    made = bench()
    assert made.desk.catalogue.add_clips(LEAD, made.campaign, [clip("c2"), clip("c2")]) == 5


def test_many_clips_are_opened_in_order_of_priority_and_age():
    made = bench(clips=[f"c{n}" for n in range(200)])
    made.desk.catalogue.add_clips(LEAD, made.campaign, [clip("urgent")], priority=9)
    rows = made.desk.queue(QueueQuery(stages=("label",), limit=500))
    assert [row.clip for row in rows] == ["urgent", *(f"c{n}" for n in range(200))]


def test_a_video_is_recorded_once():
    made = bench()
    assert made.desk.catalogue.record_video(LEAD, video())
    assert not made.desk.catalogue.record_video(ANN, video())
    assert made.desk.catalogue.video("ab" * 32) == video()
    with pytest.raises(NotFound):
        made.desk.catalogue.video("00" * 32)


# ---------------------------------------------------------------------------------------------------------- drawn modes


def test_drawn_arms_match_their_weights():
    policy = Policy(modes={"critique": 5, "edit": 3, "write": 2})
    drawn = Counter(drawn_mode(policy, key_of(clip=f"c{n}")) for n in range(5000))
    for mode, share in (("critique", 0.5), ("edit", 0.3), ("write", 0.2)):
        assert abs(drawn[mode] / 5000 - share) < 0.03, drawn


def test_an_arm_of_weight_0_is_never_drawn():
    policy = Policy(modes={"critique": 0, "edit": 1e-9, "write": 0.0})
    assert {drawn_mode(policy, key_of(clip=f"c{n}")) for n in range(300)} == {"edit"}


def test_an_arm_is_drawn_again_the_same():
    """From the policy as the lead wrote it, and from the one that comes back from the ledger with sorted keys."""
    policy = Policy(modes={"write": 1, "edit": 1, "critique": 1})
    back = from_plain(Policy, dict(to_plain(policy), modes=dict(sorted(to_plain(policy)["modes"].items()))))
    keys = [key_of(clip=f"c{n}") for n in range(100)]
    assert [drawn_mode(policy, key) for key in keys] == [drawn_mode(back, key) for key in keys]


def test_tasks_are_opened_with_their_arm():
    made = bench(policy=Policy(modes={"critique": 1, "edit": 1, "write": 1}), clips=[f"c{n}" for n in range(30)])
    assert {row.mode for row in made.desk.queue(QueueQuery(limit=500))} == {"critique", "edit", "write"}


# --------------------------------------------------------------------------------------------------------------- leases


def test_a_task_is_one_worker_s_until_the_lease_lapses():
    made = bench()
    made.begin(ANN)
    with pytest.raises(HeldByAnother, match="Someone else is working on"):
        made.claim(BOB)
    made.clock.advance(LEASE - 0.001)
    with pytest.raises(HeldByAnother):
        made.claim(BOB)
    made.clock.advance(0.001)
    assert made.claim(BOB).token == 3


def test_another_tab_goes_on_with_the_same_lease():
    made = bench()
    first = made.begin(ANN)
    made.clock.advance(60)
    before = acts_in(made)
    again = made.desk.claim(ANN, made.key())
    assert again.token == first.token
    assert again.until == START + timedelta(seconds=60 + LEASE)
    assert acts_in(made) == before, "no act: nothing happened"


def test_a_lapsed_lease_that_nobody_took_goes_on():
    made = bench()
    first = made.begin(ANN)
    made.clock.advance(10_000)
    assert made.desk.rate(ANN, made.key(), first, 5).outcome == "done"
    assert made.desk.heartbeat(ANN, made.key(), first.token).until > made.clock.now()
    assert made.desk.claim(ANN, made.key()).token == first.token


def test_a_heartbeat_keeps_the_lease():
    made = bench()
    work = made.begin(ANN)
    for _ in range(5):
        made.clock.advance(LEASE - 1)
        made.desk.heartbeat(ANN, made.key(), work.token)
        with pytest.raises(HeldByAnother):
            made.claim(BOB)


def test_a_heartbeat_on_a_lease_that_went_is_told():
    made = bench()
    work = made.begin(ANN)
    made.clock.advance(LEASE)
    made.claim(BOB)
    with pytest.raises(LeaseLost):
        made.desk.heartbeat(ANN, made.key(), work.token)


def test_nobody_keeps_another_s_lease_alive():
    """Tokens are 1, 2, 3: whoever holds a page open on the task could guess one."""
    made = bench()
    work = made.begin(ANN)
    with pytest.raises((LeaseLost, HeldByAnother, NotYourTurn)):
        made.desk.heartbeat(BOB, made.key(), work.token)


def test_what_was_released_is_free_at_once():
    made = bench()
    work = made.begin(ANN)
    made.desk.release(ANN, made.key(), work.token)
    assert made.desk.look(made.key()).lease is None
    assert made.claim(BOB).token == 3


def test_nobody_releases_another_s_lease():
    made = bench()
    work = made.begin(ANN)
    with pytest.raises(NotYourTurn):
        made.desk.release(BOB, made.key(), work.token)
    with pytest.raises(HeldByAnother):
        made.claim(BOB)


@pytest.mark.parametrize("worker", [ANN, BOB, DRAFTER])
def test_a_stage_needs_its_role(worker: Any):
    made = bench()
    made.hand_in(LEAD)
    with pytest.raises(NotAllowed, match="may not review"):
        made.claim(worker)


def test_a_task_that_waits_is_not_claimed():
    made = bench()
    with pytest.raises(NotYourTurn, match="is blocked: it waits for labels"):
        made.claim(DRAFTER)
    made.label()
    with pytest.raises(NotYourTurn, match="is blocked: it waits for subject"):
        made.claim(DRAFTER, "motion")


def test_labels_may_be_answered_again():
    made = bench()
    made.label()
    made.label(by=BOB, answers={"shot": "close"})
    assert made.task(LABELS).labelled.answers == {"shot": "close"}


# ----------------------------------------------------------------------------------------------------------- claim_next


def test_the_next_task_is_the_end_of_the_work_first():
    made = bench(clips=["c1", "c2", "c3"])
    made.hand_in(ANN, clip="c2")
    made.hand_in(ANN, clip="c3")
    made.desk.reject(REX, made.key(clip="c3"), made.claim(REX, clip="c3"), "No.", {})
    made.clock.advance(LEASE)
    taken = [made.desk.claim_next(worker).stream for worker in (REV, LEAD)]
    assert taken == ["task/demo/c3/subject", "task/demo/c2/subject"]


def test_an_author_is_never_given_his_own_to_review():
    made = bench()
    made.hand_in(REV)
    assert made.desk.claim_next(REV, stages=("review",)) is None
    assert made.desk.claim_next(REX, stages=("review",)).stream == made.key().stream


def test_an_annotator_is_given_his_own_to_correct_and_nobody_else_is():
    made = bench(policy=Policy(corrector="author"))
    made.hand_in(ANN)
    made.desk.reject(REV, made.key(), made.claim(REV), "No.", {})
    for other in (BOB, REV, LEAD):
        assert made.desk.claim_next(other, stages=("correct",)) is None
    assert made.desk.claim_next(ANN).stream == made.key().stream


def test_a_model_is_given_drafts_alone():
    made = bench()
    assert made.desk.claim_next(DRAFTER) is None
    made.label()
    assert made.desk.claim_next(DRAFTER).stream == made.key().stream
    assert made.desk.claim_next(DRAFTER, stages=("caption", "review")) is None


def test_the_same_worker_is_given_the_task_that_he_holds():
    made = bench(clips=["c1", "c2"])
    assert made.desk.claim_next(ANN, stages=("label",)) == made.desk.claim_next(ANN, stages=("label",))


def test_filters_of_the_next_task():
    made = bench(clips=["c1", "c2"])
    assert made.desk.claim_next(ANN, campaign="other") is None
    assert made.desk.claim_next(ANN, aspect="subject") is None
    assert made.desk.claim_next(ANN, aspect=LABELS).stream == "task/demo/c1/labels"


@pytest.mark.parametrize("count", [2, 3, 5, 33, 70])
@pytest.mark.parametrize("who", ["ann", "bob", "w7", "w11"])
def test_a_worker_who_loses_the_race_for_the_head_still_finds_the_last_free_task(count: int, who: str):
    """Others take every task but one between the look at the queue and the claim."""
    from tests.support.acts import person

    worker = person(who, "annotator")
    for free in {0, 1, count // 2, count - 1}:
        made = bench(clips=[f"c{n}" for n in range(count)])
        ledger = made.desk.ledger
        claim = ledger.claim

        def taken(self: object, act: Any, claim: Any = claim, free: int = free, **when: Any) -> object:
            if act.stream != f"task/demo/c{free}/labels":
                raise HeldByAnother("Someone else is working on it.", mend="Take another task.")
            return claim(act, **when)

        ledger.claim = MethodType(taken, ledger)
        lease = made.desk.claim_next(worker, stages=("label",))
        assert lease is not None, f"c{free} of {count} is free, and {who} was told that nothing is"
        assert lease.stream == f"task/demo/c{free}/labels"


def test_a_label_form_that_was_answered_a_moment_ago_is_not_given_out_again():
    """The row was to_label when the queue was read. To label a clip anew is a person's wish, never the queue's."""
    made = bench(clips=["c1", "c2"])
    queue, rows = made.desk.queue, made.desk.queue(QueueQuery(stages=("label",)))
    made.label("c1", by=BOB)
    made.desk.queue = lambda query: rows if query.after is None else queue(query)
    assert made.desk.claim_next(ANN, stages=("label",)).stream == "task/demo/c2/labels"


def test_a_caption_that_was_handed_in_a_moment_ago_is_not_given_out_to_be_captioned():
    """Who asked for a caption to write is not given one to review."""
    made = bench()
    made.label()
    made.draft()
    rows = made.desk.queue(QueueQuery(stages=("caption",), aspect="subject"))
    made.hand_in(ANN)
    made.desk.queue = lambda query: rows if query.after is None else []
    assert made.desk.claim_next(REV, stages=("caption",)) is None


def test_a_claim_that_finds_its_lapsed_lease_taken_meanwhile_takes_another_task():
    made = bench(clips=["c1", "c2"])
    made.claim(ANN, LABELS, "c1")
    ledger, renew = made.desk.ledger, made.desk.ledger.renew

    def another_is_faster(*this: Any, **when: Any) -> Any:
        made.clock.advance(LEASE)
        ledger.renew = renew
        made.claim(BOB, LABELS, "c1")
        return renew(*this, **when)

    ledger.renew = another_is_faster
    assert made.desk.claim_next(ANN, stages=("label",)).stream == "task/demo/c2/labels"


# ---------------------------------------------------------------------------------------------------- keys and versions


def test_the_same_key_again_answers_the_same_and_adds_nothing():
    made = bench()
    work = dataclasses.replace(made.begin(), key="k1")
    first = made.desk.rate(ANN, made.key(), work, 5)
    before = acts_in(made)
    again = made.desk.rate(ANN, made.key(), work, 5)
    assert (first.outcome, again.outcome) == ("done", "repeated")
    assert again.act == first.act
    assert acts_in(made) == before


def test_the_same_key_again_answers_long_after_the_lease_has_gone():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 5)
    keyed = dataclasses.replace(work, key="k9", seen=made.task().version)
    made.desk.submit(ANN, made.key(), keyed)
    made.desk.approve(REV, made.key(), made.claim(REV), {})
    assert made.desk.submit(ANN, made.key(), keyed).outcome == "repeated"


def test_two_workers_may_use_the_same_key():
    made = bench(clips=["c1", "c2"])
    one, two = made.begin(ANN, clip="c1"), made.begin(BOB, clip="c2")
    made.desk.rate(ANN, made.key(clip="c1"), dataclasses.replace(one, key="k"), 5)
    assert made.desk.rate(BOB, made.key(clip="c2"), dataclasses.replace(two, key="k"), 5).outcome == "done"


def test_a_key_for_another_act_or_task_is_refused():
    made = bench(clips=["c1", "c2"])
    one, two = made.begin(ANN, clip="c1"), made.begin(ANN, clip="c2")
    made.desk.rate(ANN, made.key(clip="c1"), dataclasses.replace(one, key="k"), 5)
    with pytest.raises(KeyReused, match="already led to Rated in task/demo/c1/subject"):
        made.desk.rate(ANN, made.key(clip="c2"), dataclasses.replace(two, key="k"), 5)
    with pytest.raises(KeyReused):
        made.desk.submit(ANN, made.key(clip="c1"), dataclasses.replace(one, key="k"))


def test_a_writer_is_not_asked_again_for_what_it_has_written():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    made.desk.critique(ANN, made.key(), work, critique())
    keyed = dataclasses.replace(work, key="r1")
    first = made.desk.revise(ANN, made.key(), keyed)
    again = made.desk.revise(ANN, made.key(), keyed)
    assert (again.outcome, again.act) == ("repeated", first.act)
    assert len(made.writer.revisions) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "\x00", "\ud800"])
def test_a_bad_key_is_refused_in_words(key: str):
    made = bench()
    work = made.begin()
    with pytest.raises(BadInput, match="The idempotency key"):
        made.desk.rate(ANN, made.key(), dataclasses.replace(work, key=key), 3)


def test_a_task_that_moved_on_since_it_was_seen_is_told():
    made = bench()
    work = made.begin()
    seen = made.task().version
    made.desk.rate(ANN, made.key(), work, 3)
    for version in (seen, seen + 2, 99):
        with pytest.raises(StaleVersion, match=f"is at version {seen + 1}; you saw {version}"):
            made.desk.rate(ANN, made.key(), dataclasses.replace(work, seen=version), 4)
    assert made.desk.rate(ANN, made.key(), dataclasses.replace(work, seen=seen + 1), 4).outcome == "done"


def test_another_s_late_answer_does_not_make_one_s_view_stale():
    made = bench()
    old = made.begin(ANN)
    made.clock.advance(LEASE)
    work = made.claim(BOB)
    seen = made.task().version
    made.desk.rate(ANN, made.key(), old, 1)
    assert made.desk.rate(BOB, made.key(), dataclasses.replace(work, seen=seen), 5).outcome == "done"


def test_a_late_answer_is_kept_although_its_worker_saw_an_older_version():
    """The page sends the version that it saw. Whoever lost the lease has by definition seen an older one."""
    made = bench()
    old = dataclasses.replace(made.begin(ANN), seen=made.task().version)
    made.clock.advance(LEASE)
    made.claim(BOB)
    assert made.desk.rate(ANN, made.key(), old, 2).outcome == "extra"


def test_a_race_for_the_same_place_is_run_again():
    made = bench()
    work = made.begin()
    ledger = made.desk.ledger
    append, calls = ledger.append, []

    def slow(acts: Any, **more: Any) -> int:
        calls.append(1)
        if len(calls) < 3:
            raise StaleVersion("It has moved.", mend="Read again.")
        return append(acts, **more)

    ledger.append = slow
    assert made.desk.rate(ANN, made.key(), work, 3).outcome == "done"
    assert len(calls) == 3


# --------------------------------------------------------------------------------------------------------------- extras


def moved(made: Bench) -> dict[str, object]:
    """What a late answer may not change."""
    task = made.task()
    return {f.name: getattr(task, f.name) for f in dataclasses.fields(task) if f.name not in LATE_FREE}


@pytest.mark.parametrize("bob", ["holds", "handed in", "settled"])
@pytest.mark.parametrize("verb", ["rate", "critique", "edit", "submit", "revise"])
def test_a_late_answer_is_kept_and_flagged(verb: str, bob: str):
    made = bench()
    old = made.begin(ANN)
    key = made.key()
    made.desk.rate(ANN, key, old, 3)
    made.desk.critique(ANN, key, old, critique())
    made.desk.revise(ANN, key, old)
    made.clock.advance(LEASE)
    work = made.claim(BOB)
    if bob != "holds":
        made.desk.rate(BOB, key, work, 5)
        made.desk.submit(BOB, key, work)
    if bob == "settled":
        made.desk.approve(REV, key, made.claim(REV), {})
    before = moved(made)
    late = {
        "rate": lambda: made.desk.rate(ANN, key, old, 1),
        "critique": lambda: made.desk.critique(ANN, key, old, critique(raw="Late.")),
        "edit": lambda: made.desk.edit(ANN, key, old, "Late."),
        "submit": lambda: made.desk.submit(ANN, key, old),
        "revise": lambda: made.desk.revise(ANN, key, old),
    }[verb]()
    assert late.outcome == "extra"
    assert made.task().extras[-1] == late.act
    assert moved(made) == before


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_late_verdict_is_kept_and_flagged(verb: str):
    made = bench()
    made.hand_in(ANN)
    old = made.claim(REV)
    made.clock.advance(LEASE)
    made.claim(REX)
    before = moved(made)
    call = made.desk.approve if verb == "approve" else lambda *args: made.desk.reject(*args[:3], "No.", {})
    assert call(REV, made.key(), old, {}).outcome == "extra"
    assert moved(made) == before


def test_a_late_label_is_kept_and_flagged():
    made = bench()
    old = made.claim(ANN, LABELS)
    made.clock.advance(LEASE)
    made.claim(BOB, LABELS)
    assert made.desk.label(ANN, made.key(LABELS), old, ANSWERS).outcome == "extra"
    assert made.status(LABELS) == "to_label"


@pytest.mark.parametrize("verb", ["rate", "critique", "edit"])
def test_an_answer_of_an_old_tab_after_one_s_own_submission_is_kept(verb: str):
    """Whatever the verb: the words that a person typed are not thrown away."""
    made = bench()
    old = made.hand_in(ANN, rating=3)
    key = made.key()
    before = moved(made)
    late = {
        "rate": lambda: made.desk.rate(ANN, key, old, 1),
        "critique": lambda: made.desk.critique(ANN, key, old, critique(raw="One more thing.")),
        "edit": lambda: made.desk.edit(ANN, key, old, "One more thing."),
    }[verb]()
    assert late.outcome == "extra"
    assert moved(made) == before


def test_a_late_answer_ends_nobody_s_lease():
    made = bench()
    old = made.begin(ANN)
    made.clock.advance(LEASE)
    work = made.claim(BOB)
    made.desk.rate(ANN, made.key(), old, 5)
    made.desk.submit(ANN, made.key(), old)
    assert made.desk.look(made.key()).lease.worker == "bob"
    assert made.desk.heartbeat(BOB, made.key(), work.token)


# --------------------------------------------------------------------------------------------------- redraft and revise


def test_a_stale_draft_is_drafted_anew_for_whoever_holds_it():
    made = bench()
    work = made.begin(ANN)
    with pytest.raises(NotYourTurn, match="is not stale"):
        made.desk.redraft(ANN, made.key(), work)
    made.label(by=BOB, answers={"shot": "close"})
    assert made.desk.look(made.key()).standing.stale == ("labels",)
    assert made.may(ANN)["redraft"] is None
    outcome = made.desk.redraft(ANN, made.key(), dataclasses.replace(work, key="d1"))
    assert outcome.act.asked_by == "ann"
    assert made.desk.look(made.key()).standing.stale == ()
    assert made.desk.redraft(ANN, made.key(), dataclasses.replace(work, key="d1")).outcome == "repeated"


def test_only_the_holder_asks_for_a_new_draft():
    made = bench()
    work = made.begin(ANN)
    made.label(by=BOB, answers={"shot": "close"})
    with pytest.raises(NotYourTurn):
        made.desk.redraft(BOB, made.key(), work)


def test_a_writer_that_was_not_asked_in_turn_is_not_asked():
    """A revision costs a minute of a model: who may not have one must be told before, not after."""
    made = bench()
    made.begin(ANN)
    made.label(by=BOB, answers={"shot": "close"})
    asked = len(made.writer.drafts)
    with pytest.raises(NotYourTurn):
        made.desk.redraft(BOB, made.key(), Work(token=99))
    assert len(made.writer.drafts) == asked


def test_a_redraft_waits_for_a_parent_that_was_taken_back():
    """Motion is never drafted anew without its subject only because the subject's author is rewriting it."""
    made = bench(policy=Policy(parents="submitted"))
    made.hand_in(ANN)
    work = made.begin(BOB, "motion")
    made.label(by=BOB, answers={"shot": "close"})
    made.desk.withdraw(ANN, made.key(), Work(), "submission", "")
    with pytest.raises(NotYourTurn, match="waits for subject"):
        made.desk.redraft(BOB, made.key("motion"), work)


def test_a_revision_of_a_critique_that_changed_meanwhile_is_not_kept():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    made.desk.critique(ANN, made.key(), work, critique())
    made.writer.while_revising = lambda: made.desk.critique(ANN, made.key(), work, critique(raw="Otherwise."))
    with pytest.raises(StaleVersion, match="The critique changed while the writer was at work"):
        made.desk.revise(ANN, made.key(), work)
    assert made.task().round.revision is None


def test_a_polished_critique_is_accepted_by_a_critique_that_holds_it():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    said = critique(raw="not a man")
    made.desk.critique(ANN, made.key(), work, said)
    made.desk.polish(ANN, made.key(), work)
    now = made.task().round
    assert now.polished.text == "Polished: not a man"
    assert now.polished.actor != ANN.actor, "a model said it"
    made.desk.critique(ANN, made.key(), work, replace(said, polished=now.polished.text))
    made.desk.revise(ANN, made.key(), work)
    assert made.writer.revisions[-1].critique.words == "Polished: not a man"


@pytest.mark.parametrize(("raw", "polished"), [
    ("not a man", "Invented."), ("Something else.", "Polished: not a man"), ("not a man", "Polished: not a man "),
])  # fmt: skip
def test_words_that_no_writer_made_of_this_critique_are_refused(raw: str, polished: str):
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    made.desk.critique(ANN, made.key(), work, critique(raw="not a man"))
    made.desk.polish(ANN, made.key(), work)
    with pytest.raises(BadInput, match="not the words that a writer made of this critique"):
        made.desk.critique(ANN, made.key(), work, replace(critique(raw=raw), polished=polished))


def test_polished_words_of_a_critique_that_changed_meanwhile_are_not_kept():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    made.desk.critique(ANN, made.key(), work, critique())
    made.writer.while_revising = lambda: made.desk.critique(ANN, made.key(), work, critique(raw="Otherwise."))
    with pytest.raises(StaleVersion, match="The critique changed while the writer was at work"):
        made.desk.polish(ANN, made.key(), work)
    assert made.task().round.polished is None


def test_a_revision_that_took_too_long_is_kept_beside_the_task():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    made.desk.critique(ANN, made.key(), work, critique())

    def meanwhile() -> None:
        made.clock.advance(LEASE)
        made.claim(BOB)

    made.writer.while_revising = meanwhile
    assert made.desk.revise(ANN, made.key(), work).outcome == "extra"


def test_a_desk_without_a_writer_says_so():
    made = bench()
    work = made.begin()
    made.desk.rate(ANN, made.key(), work, 3)
    made.desk.critique(ANN, made.key(), work, critique())
    made.desk.writer = None
    with pytest.raises(NotYourTurn, match="This desk has no writer"):
        made.desk.revise(ANN, made.key(), work)


# ----------------------------------------------------------------------------------------------------------- withdrawal


def test_an_author_takes_back_before_the_verdict():
    made = bench()
    made.hand_in(ANN)
    with pytest.raises(NotYourTurn):
        made.desk.withdraw(BOB, made.key(), Work(), "submission", "")
    assert made.desk.withdraw(ANN, made.key(), Work(), "submission", "A slip.").task.status == "to_caption"


def test_only_a_lead_closes_a_task():
    made = bench()
    work = made.begin(ANN)
    for other in (ANN, REV):
        with pytest.raises(NotAllowed, match="may not close a task"):
            made.desk.withdraw(other, made.key(), Work(), "task", "")
    made.desk.withdraw(LEAD, made.key(), Work(), "task", "A broken film.")
    assert made.status() == "withdrawn"
    assert made.desk.look(made.key()).lease is None
    with pytest.raises(LeaseLost):
        made.desk.heartbeat(ANN, made.key(), work.token)


# ------------------------------------------------------------------------------------------------------------------ may


def test_may_names_every_verb_of_the_interface():
    made = bench()
    made.begin()
    verbs = {
        "rate",
        "critique",
        "polish",
        "revise",
        "redraft",
        "edit",
        "submit",
        "approve",
        "reject",
        "correct",
        "withdraw",
    }
    assert set(made.may(ANN)) == verbs
    assert set(made.may(ANN, LABELS)) == {"label", "withdraw"}


@pytest.mark.parametrize("state", ["settled", "withdrawn"])
def test_may_says_no_where_a_lead_can_neither_close_nor_take_back(state: str):
    made = bench()
    if state == "settled":
        made.settle()
    else:
        made.desk.withdraw(LEAD, made.key(), Work(), "task", "")
    with pytest.raises(NotYourTurn):
        made.desk.withdraw(LEAD, made.key(), Work(), "task", "")
    assert made.may(LEAD)["withdraw"] is not None


def test_may_and_the_verb_agree_on_labels():
    made = bench()
    assert made.may(ANN, LABELS)["label"] is not None
    work = made.claim(ANN, LABELS)
    assert made.may(ANN, LABELS)["label"] is None
    assert made.may(BOB, LABELS)["label"] is not None
    made.desk.label(ANN, made.key(LABELS), work, ANSWERS)


# ------------------------------------------------------------------------------------------------------------- in modes


@pytest.mark.parametrize("policy", [Policy(), EDIT, WRITE])
def test_every_mode_ends_settled(policy: Policy):
    made = bench(policy=policy)
    for aspect in ("subject", "scene", "motion", "spatial"):
        made.settle(aspect)
    assert {row.status for row in made.desk.board()} == {"settled"}


def test_in_mode_write_no_draft_is_made():
    made = bench(policy=WRITE)
    made.label()
    assert made.draft() == 0
    assert made.status() == "to_caption"


def test_random_orders_of_many_tasks_end_settled():
    made = bench(clips=[f"c{n}" for n in range(4)])
    chance = random.Random(7)
    for _ in range(300):
        worker = chance.choice([ANN, BOB, REV, REX, DRAFTER])
        lease = made.desk.claim_next(worker)
        if lease is None:
            continue
        aspect, name = lease.stream.split("/")[3], lease.stream.split("/")[2]
        key, work = made.key(aspect, name), Work(token=lease.token)
        task = made.task(aspect, name)
        stage = task.holding.holder.stage
        if stage == "label":
            made.desk.label(worker, key, work, {"shot": name})
        elif stage == "draft":
            request = made.desk.draft_request(key)
            made.desk.keep_draft(worker, key, work, FakeWriter().draft(request), request)
        elif stage == "caption":
            made.desk.rate(worker, key, work, 5)
            made.desk.submit(worker, key, work)
        elif stage == "review" and chance.random() < 0.7:
            made.desk.approve(worker, key, work, {})
        elif stage == "review":
            made.desk.reject(worker, key, work, "No.", {})
        else:
            made.desk.rate(worker, key, work, 2)
            made.desk.critique(worker, key, work, critique())
            made.desk.edit(worker, key, work, f"Better {made.task(aspect, name).version}.")
            made.desk.correct(worker, key, work)
    assert {row.status for row in made.desk.board()} == {"settled"}
