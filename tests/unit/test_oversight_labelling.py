"""Where the labelling of one clip stands."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.acts import (
    LEAD,
    History,
    approved,
    claimed,
    drafted,
    edited,
    labelled,
    labelled_history,
    rated,
    released,
    submitted,
    withdrawn,
)
from videolect.errors import NotYourTurn
from videolect.oversight import labelling
from videolect.record.campaign import LABELS


def labels() -> History:
    """A clip that nobody has labelled."""
    return History(aspect=LABELS)


def test_a_clip_is_labelled_and_done():
    history = labels()
    assert history.labels.status == "to_label"
    history.tell(claimed())
    assert history.labels.status == "to_label"
    history.tell(labelled(seconds=4))
    assert history.labels.status == "settled"
    assert history.labels.labelled == history.acts[-1]
    assert history.labels.holding.holder is None
    assert history.labels.active_seconds == {"label": 4}
    assert (history.labels.version, history.labels.updated_at) == (3, history.acts[-1].at)


def test_all_time_at_the_form_is_counted_late_or_not():
    history = labels().tell(claimed(), claimed(by="bob"), labelled(token=1, seconds=2), labelled(by="bob", seconds=3))
    assert history.labels.active_seconds == {"label": 5}


def test_a_later_answer_replaces_an_earlier_one():
    history = labelled_history().tell(claimed(by="bob"), labelled(by="bob", answers={"shot": "close"}))
    assert history.labels.labelled.answers == {"shot": "close"}
    assert history.labels.status == "settled"
    assert len(history.acts) == 5, "the earlier answer is kept in the record"


def test_a_late_answer_is_kept_and_moves_nothing():
    history = labels().tell(claimed(), claimed(by="bob"), labelled(token=1))
    assert history.labels.labelled is None
    assert history.labels.extras == (history.acts[-1],)
    assert history.labels.holding.holder.worker == "bob"
    assert history.tell(labelled(by="bob")).labels.status == "settled"


def test_an_answer_after_release_is_late():
    history = labels().tell(claimed(), released(), labelled())
    assert history.labels.labelled is None
    assert len(history.labels.extras) == 1


def test_a_late_answer_after_closing_moves_nothing():
    history = labels().tell(claimed(), withdrawn("task", by=LEAD), labelled())
    assert history.labels.status == "withdrawn"
    assert history.labels.labelled is None


def test_a_token_that_one_never_had_is_refused():
    with pytest.raises(NotYourTurn, match="bob was never given a lease with token 1"):
        labels().tell(claimed(), labelled(by="bob", token=1))


@pytest.mark.parametrize("stage", ["draft", "caption", "review", "correct"])
def test_labels_are_only_labelled(stage: str):
    with pytest.raises(NotYourTurn, match=f"is to_label, not ready to {stage}"):
        labels().tell(claimed(stage=stage))


def test_a_closed_form_is_not_taken():
    history = labels().tell(withdrawn("task", by=LEAD))
    assert history.labels.status == "withdrawn"
    with pytest.raises(NotYourTurn, match="is withdrawn, not ready to label"):
        history.tell(claimed())


@pytest.mark.parametrize("history", [labelled_history, lambda: labels().tell(withdrawn("task", by=LEAD))])
def test_what_is_over_is_not_closed_again(history):
    """As with captions: what is settled stays, since captions were written from it."""
    with pytest.raises(NotYourTurn):
        history().tell(withdrawn("task", by=LEAD))


@pytest.mark.parametrize(
    "said", [rated(), drafted(by="ann"), edited(), submitted("A."), approved(by="ann"), withdrawn()]
)
def test_a_caption_s_acts_do_not_belong_here(said):
    with pytest.raises(NotYourTurn, match="does not belong in a labelling task"):
        labels().tell(claimed(), said)


def test_versions_have_no_gap():
    history = labels().tell(claimed())
    with pytest.raises(NotYourTurn, match="does not follow"):
        labelling.apply(history.labels, dataclasses.replace(history.next(labelled()), version=9))


def test_a_task_begins_with_opened():
    with pytest.raises(NotYourTurn, match="A task begins with Opened"):
        labelling.fold([])
    with pytest.raises(NotYourTurn, match="A task begins with Opened"):
        labelling.fold(labelled_history().acts[1:])
