"""Where a task stands among its siblings: what it waits for, what is stale, and its row in the queue."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.acts import (
    ANN,
    ANSWERS,
    LEAD,
    START,
    History,
    SimulatedClock,
    TinySpec,
    catalogue,
    claimed,
    clip,
    corrected,
    drafted,
    edited,
    handed_in,
    labelled,
    labelled_history,
    rated,
    rejected,
    settled,
    submitted,
    turned_down,
    with_draft,
    withdrawn,
    working,
    written,
)
from videolect.errors import NotYourTurn
from videolect.language.shelf import Shelf
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.standing import (
    QueueProjector,
    Standing,
    fold_any,
    hash_for_dependants,
    standing,
    text_for_dependants,
)
from videolect.oversight.streams import Work
from videolect.record.acts.base import Act
from videolect.record.acts.labels import hash_of_answers
from videolect.record.campaign import LABELS, Policy, TaskKey
from videolect.record.checks import content_hash

EARLY = Policy(parents="submitted")


def stands(history: History, **parents: History) -> Standing:
    """The standing of a task among these."""
    return standing(history.state, {aspect: parent.state for aspect, parent in parents.items()})


def drafted_from(aspect: str = "motion", *, policy: Policy | None = None, **parents: str) -> History:
    """A task with a draft that was written from these hashes."""
    history = History(aspect=aspect, policy=policy or Policy())
    return history.tell(claimed(by="drafter@1"), drafted(parents=parents))


LABELS_HASH = hash_of_answers(ANSWERS)
FINAL = content_hash(settled().task.final or "")

# -------------------------------------------------------------------------------------------------------------- waiting


def test_a_task_waits_for_every_parent_that_is_not_finished():
    motion = History(aspect="motion")
    assert stands(motion, labels=History(aspect=LABELS), subject=History()).waiting_for == ("labels", "subject")
    assert stands(motion, labels=labelled_history(), subject=handed_in()).waiting_for == ("subject",)
    assert stands(motion, labels=labelled_history(), subject=handed_in()).status == "blocked"
    assert stands(motion, labels=labelled_history(), subject=handed_in()).stage is None
    ready = stands(motion, labels=labelled_history(), subject=settled())
    assert (ready.status, ready.stage, ready.waiting_for) == ("to_draft", "draft", ())


def test_a_parent_that_the_campaign_has_not_is_not_waited_for():
    assert stands(History(aspect="motion"), labels=labelled_history()).status == "to_draft"


@pytest.mark.parametrize("parent", [handed_in, turned_down, working, with_draft])
def test_under_settled_only_a_settled_parent_counts(parent):
    assert stands(History(aspect="motion"), subject=parent()).waiting_for == ("subject",)


def test_under_submitted_a_parent_counts_from_its_submission():
    motion = History(aspect="motion", policy=EARLY)
    assert stands(motion, subject=working(policy=EARLY)).status == "blocked"
    assert stands(motion, subject=handed_in(policy=EARLY)).status == "to_draft"
    assert stands(motion, subject=turned_down(policy=EARLY)).status == "blocked", "a rejected text is no foundation"
    assert stands(motion, subject=handed_in(policy=EARLY).tell(withdrawn())).status == "blocked"
    assert stands(motion, subject=settled(policy=EARLY)).status == "to_draft"


def test_in_mode_write_the_caption_waits_instead_of_the_draft():
    motion = History(aspect="motion", mode="write")
    assert stands(motion, subject=handed_in()).status == "blocked"
    assert stands(motion, subject=settled()).status == "to_caption"
    begun = motion.tell(claimed())
    assert stands(begun, subject=handed_in()).status == "to_caption", "who has begun is not thrown out"


def test_labels_wait_for_nothing():
    assert stands(History(aspect=LABELS)).status == "to_label"
    assert stands(History(aspect=LABELS)).stage == "label"
    assert stands(labelled_history()).stage is None


def test_what_was_drafted_does_not_wait_again():
    assert stands(drafted_from(subject=FINAL), subject=handed_in().tell(withdrawn())).status == "to_caption"


# ---------------------------------------------------------------------------------------------------------------- stale


def test_a_draft_is_fresh_while_its_parents_stand():
    motion = drafted_from(labels=LABELS_HASH, subject=FINAL)
    assert stands(motion, labels=labelled_history(), subject=settled()).stale == ()


def test_a_draft_is_stale_after_the_clip_is_labelled_anew():
    again = labelled_history().tell(claimed(by="bob"), labelled(by="bob", answers={"shot": "close"}))
    motion = drafted_from(labels=LABELS_HASH, subject=FINAL)
    assert stands(motion, labels=again, subject=settled()).stale == ("labels",)
    same = labelled_history().tell(claimed(by="bob"), labelled(by="bob"))
    assert stands(motion, labels=same, subject=settled()).stale == ()


def test_a_draft_is_stale_after_its_parent_s_correction():
    subject = handed_in(policy=EARLY)
    motion = drafted_from(policy=EARLY, subject=content_hash(subject.task.submitted_text or ""))
    assert stands(motion, subject=subject).stale == ()
    subject.tell(claimed(by="rev"), rejected())
    assert stands(motion, subject=subject).stale == (), "nothing to be written from yet"
    subject.tell(edited("Better.", by="rev"), corrected())
    assert stands(motion, subject=subject).stale == ("subject",)


def test_a_draft_without_a_parent_that_now_stands_is_stale():
    assert stands(drafted_from(), subject=settled()).stale == ("subject",)


@pytest.mark.parametrize("state", [handed_in, turned_down, written])
def test_work_on_a_stale_draft_is_stale(state):
    assert stands(state(aspect="motion"), subject=settled()).stale == ("subject",)


@pytest.mark.parametrize("state", [settled, lambda **how: working(**how).tell(withdrawn("task", by=LEAD))])
def test_what_is_over_is_not_stale(state):
    assert stands(state(aspect="motion"), subject=settled()).stale == ()


def test_a_new_draft_is_fresh():
    motion = drafted_from(subject="0" * 64).tell(claimed(), drafted(by="ann", parents={"subject": FINAL}))
    assert stands(motion, subject=settled()).stale == ()


def test_what_dependants_are_written_from():
    assert text_for_dependants(settled().state) == settled().task.final
    assert text_for_dependants(handed_in().state) is None
    assert text_for_dependants(handed_in(policy=EARLY).state) == "A woman walks over a bridge."
    assert hash_for_dependants(labelled_history().state) == LABELS_HASH
    assert hash_for_dependants(History(aspect=LABELS).state) is None
    assert text_for_dependants(labelled_history().state) is None


@pytest.mark.parametrize("parent", [History(aspect=LABELS), working()])
def test_a_parent_that_was_closed_is_not_waited_for_for_ever(parent: History):
    """Nobody can finish it any more: the dependant must be told apart from one that only has to be patient."""
    closed = parent.copy().tell(withdrawn("task", by=LEAD))
    found = stands(History(aspect="motion"), **{parent.aspect: closed})
    assert not (found.status == "blocked" and found.waiting_for == (parent.aspect,))


# ----------------------------------------------------------------------------------------------------------------- rows


class Streams:
    """Some histories as a ledger would hold them."""

    def __init__(self, *histories: History) -> None:
        self.streams = {history.key.stream: history.acts for history in histories}

    def read(self, stream: str) -> Sequence[Act]:
        return self.streams.get(stream, ())

    def row(self, history: History):
        """The history's row, its acts placed in the ledger from 100 on."""
        placed = [(100 + place, act) for place, act in enumerate(history.acts)]
        return QueueProjector(Shelf(TinySpec())).row(history.key.stream, placed, self.read)


def test_a_row_tells_what_the_queue_shows():
    labels, subject, motion = labelled_history(), settled(), History(aspect="motion", priority=3)
    row = Streams(labels, subject, motion).row(motion)
    assert (row.campaign, row.clip, row.aspect, row.mode) == ("demo", "c1", "motion", "critique")
    assert (row.status, row.stage, row.waiting_for, row.stale) == ("to_draft", "draft", (), ())
    assert (row.priority, row.version, row.opened_seq, row.rating) == (3, 1, 100, None)
    assert (row.barred, row.reserved_for, row.content_hash) == ((), None, None)


@pytest.mark.parametrize(
    ("history", "status", "barred", "reserved"),
    [
        (working, "to_caption", (), None),
        (handed_in, "to_review", ("ann",), None),
        (turned_down, "to_correct", ("ann",), None),
        (lambda: turned_down(policy=Policy(corrector="author")), "to_correct", (), "ann"),
        (settled, "settled", (), None),
        (
            lambda: turned_down(policy=Policy(review_corrections=True)).tell(edited("B.", by="rev"), corrected()),
            "to_review",
            ("ann", "rev"),
            None,
        ),
        (lambda: handed_in().tell(withdrawn()), "to_caption", (), None),
    ],
)
def test_a_row_bars_whom_the_fold_would_refuse(history, status: str, barred: tuple[str, ...], reserved: str | None):
    told = history()
    row = Streams(told).row(told)
    assert (row.status, row.barred, row.reserved_for) == (status, barred, reserved)
    for who in ("ann", "rev", "rex"):
        offered = row.stage is not None and who not in row.barred and row.reserved_for in (None, who)
        assert offered == taken(told, who), who


def taken(history: History, who: str) -> bool:
    """Whether the fold lets this worker claim the task."""
    try:
        history.copy().tell(claimed(by=who, stage=history.task.stage or "caption"))
    except NotYourTurn:
        return False
    return True


def test_a_row_shows_the_rating_of_the_round_at_work_or_of_the_last():
    assert Streams().row(working().tell(rated(2))).rating == 2
    assert Streams().row(handed_in()).rating == 3
    assert Streams().row(turned_down().tell(rated(4, by="rev"))).rating == 4
    assert Streams().row(with_draft()).rating is None


def test_a_row_counts_extras_as_versions_and_shows_nothing_else_of_them():
    history = working().tell(claimed(by="bob"))
    before = Streams().row(history)
    after = Streams().row(history.tell(submitted("Late.", by="ann", token=2)))
    assert after.version == before.version + 1
    for name in ("status", "stage", "barred", "reserved_for", "rating", "content_hash", "stale", "waiting_for"):
        assert getattr(after, name) == getattr(before, name)


def test_only_tasks_have_rows():
    projector = QueueProjector(Shelf(TinySpec()))
    assert projector.row("campaign/demo", [], lambda stream: ()) is None
    assert projector.row("task/demo/c1/subject", [], lambda stream: ()) is None
    assert projector.row("campaign/demo", [(1, History().acts[0])], lambda stream: ()) is None


def test_the_parents_of_a_task_are_the_labels_and_its_aspects():
    projector = QueueProjector(Shelf(TinySpec()))
    keys = [key.aspect for key in projector.parent_keys(History(aspect="spatial").key, Streams().read)]
    assert keys == [LABELS, "subject", "scene"]
    assert projector.parent_keys(History(aspect=LABELS).key, Streams().read) == ()
    assert set(projector.family(History(aspect="spatial").key, Streams(settled()).read)) == {"subject"}


def test_only_what_others_are_written_from_touches_them():
    projector = QueueProjector(Shelf(TinySpec()))
    early, late = Streams().row(handed_in()), Streams().row(settled())
    assert set(projector.dependants(early, late, Streams().read)) == {"task/demo/c1/motion", "task/demo/c1/spatial"}
    assert projector.dependants(early, early, Streams().read) == ()
    assert set(projector.dependants(None, early, Streams().read)) == {"task/demo/c1/motion", "task/demo/c1/spatial"}
    labels = Streams().row(labelled_history())
    assert {stream.rsplit("/", 1)[1] for stream in projector.dependants(None, labels, Streams().read)} == {
        "subject",
        "scene",
        "motion",
        "spatial",
    }
    lone = QueueProjector(Shelf(TinySpec(light=())))
    assert lone.dependants(early, late, Streams().read) == ()


def test_a_campaign_keeps_its_own_order_of_aspects_after_a_newer_version_came():
    """The labels' task has no parents: nothing has asked for the campaign's version before its dependants are."""
    old, new = TinySpec(), TinySpec(subject=())
    new.version, new.hash = "2.0.0", "1" * 64
    of = catalogue(old, clock=SimulatedClock(START))
    of.add_clips(LEAD, of.open_campaign(LEAD, "spring"), [clip()])
    shelf = Shelf(new)  # another process, under a newer release that ...
    shelf._loaded[old.hash] = old  # ... still has the old version
    of.ledger.projector = QueueProjector(shelf)
    desk = Desk(Catalogue(of.ledger, shelf, SimulatedClock(START)))
    labels = TaskKey(campaign="spring", clip=clip().id, aspect=LABELS)
    desk.label(ANN, labels, Work(token=desk.claim(ANN, labels).token), {"shot": "wide"})
    for aspect in ("subject", "scene", "motion"):
        key = labels.sibling(aspect)
        assert of.ledger.row(key.stream).status == desk.look(key).standing.status
    assert of.ledger.row(labels.sibling("scene").stream).status == "to_draft"


def test_either_sort_of_task_is_folded():
    assert fold_any(labelled_history().acts).status == "settled"
    assert fold_any(settled().acts).final is not None


def test_a_submitted_caption_in_mode_write_is_stale_when_its_parent_changes_is_not_known():
    """In mode write there is no draft, so nothing says what it was written from: never stale."""
    history = handed_in(aspect="motion", mode="write")
    assert stands(history, subject=settled()).stale == ()
