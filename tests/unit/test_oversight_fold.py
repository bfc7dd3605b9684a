"""A task's state follows from its acts: statuses, rounds, policies, late answers, time at work."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.acts import (
    ANN,
    DRAFT,
    DRAFTER,
    LATE_FREE,
    LEAD,
    History,
    approved,
    claimed,
    corrected,
    critiqued,
    drafted,
    edited,
    handed_in,
    point,
    polished,
    rated,
    rejected,
    released,
    revised,
    settled,
    submitted,
    turned_down,
    with_draft,
    withdrawn,
    working,
    written,
)
from videolect.errors import BadInput, NotYourTurn
from videolect.oversight import caption_task
from videolect.oversight.caption_task import STAGE_OF, STATUSES, CaptionTask
from videolect.oversight.changing import changed
from videolect.record.campaign import MODES, Policy
from videolect.record.codec import decode_act, encode_act

AUTHOR = Policy(corrector="author")
TWICE = Policy(review_corrections=True)
AUTHOR_TWICE = Policy(corrector="author", review_corrections=True)
POLICIES = [Policy(), AUTHOR, TWICE, AUTHOR_TWICE]


def unmoved(task: CaptionTask) -> dict[str, object]:
    """What a late answer may not change."""
    return {field.name: getattr(task, field.name) for field in dataclasses.fields(task) if field.name not in LATE_FREE}


# ------------------------------------------------------------------------------------------------------------- statuses

REACHED = {
    "to_draft": lambda: History(),
    "to_caption": lambda: with_draft(),
    "to_review": lambda: handed_in(),
    "to_correct": lambda: turned_down(),
    "settled": lambda: settled(),
    "withdrawn": lambda: working().tell(withdrawn("task", by=LEAD)),
}
OF_OTHERS = {"blocked", "to_label"}
"""``blocked`` comes from the siblings (standing), ``to_label`` is the label form's."""


@pytest.mark.parametrize("status", REACHED)
def test_every_status_is_reached(status: str):
    task = REACHED[status]().task
    assert task.status == status
    assert task.stage == STAGE_OF.get(status)


def test_no_status_is_forgotten():
    assert set(STATUSES) == {*REACHED, *OF_OTHERS}


@pytest.mark.parametrize(
    ("how", "final"),
    [
        ({}, "A woman walks over a bridge."),
        ({"mode": "edit"}, "A woman strolls over a bridge."),
        ({"mode": "write"}, "A woman strolls over a bridge."),
    ],
)
def test_the_shortest_way_through_each_mode(how: dict[str, str], final: str):
    history = History(**how)
    seen = [history.task.status]
    for step in written(**how).acts[1:]:
        history.acts.append(step)
        seen.append(history.task.status)
    for said in (submitted(), claimed(by="rev"), approved()):
        seen.append(history.tell(said).task.status)
    start = ["to_caption"] if how.get("mode") == "write" else ["to_draft", "to_caption"]
    assert list(dict.fromkeys(seen)) == [*start, "to_review", "settled"]
    assert history.task.final == final
    assert history.task.authors == ("ann",)
    assert (history.task.version, history.task.updated_at) == (len(history.acts), history.acts[-1].at)


def test_a_task_begins_with_opened():
    with pytest.raises(NotYourTurn, match="A task begins with Opened"):
        caption_task.fold([])
    with pytest.raises(NotYourTurn, match="A task begins with Opened"):
        caption_task.fold(with_draft().acts[1:])


def test_a_second_opened_does_not_follow():
    opened = History().acts[0]
    with pytest.raises(NotYourTurn):
        caption_task.fold([opened, dataclasses.replace(opened, version=2)])


@pytest.mark.parametrize("version", [1, 2, 4])
def test_versions_have_no_gap_and_no_double(version: int):
    history = working()
    act = dataclasses.replace(history.next(rated(3)), version=version + 1)
    assert history.task.version == 4
    if version == 4:
        assert caption_task.apply(history.task, act).version == 5
    else:
        with pytest.raises(NotYourTurn, match=f"Act {version + 1} .* does not follow 4"):
            caption_task.apply(history.task, act)


def test_the_fold_of_what_came_back_from_the_record_is_the_same():
    for history in (settled(), turned_down(), handed_in(mode="edit"), written(mode="write")):
        assert caption_task.fold([decode_act(encode_act(act)) for act in history.acts]) == history.task


def test_folding_on_is_folding_at_once():
    task = caption_task.fold(settled().acts[:3])
    for act in settled().acts[3:]:
        task = caption_task.apply(task, act)
    assert task == settled().task


# ---------------------------------------------------------------------------------------------------- nobody on his own


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_approves_his_own_caption(mode: str, policy: Policy):
    history = handed_in(mode=mode, policy=policy)
    with pytest.raises(NotYourTurn, match="ann wrote the caption"):
        history.tell(claimed(by="ann", stage="review"))
    assert decides_nothing(history, "ann")
    history.tell(claimed(by="rev"))
    assert decides_nothing(history, "ann")
    assert history.tell(approved()).task.status == "settled"


def decides_nothing(history: History, author: str) -> bool:
    """Whether neither verdict of this author moves the task, under whatever token he ever had."""
    before = history.task
    for verdict in (approved, rejected):
        for token in (None, *before.holding.issued):
            try:
                after = history.copy().tell(verdict(by=author, token=token)).task
            except NotYourTurn:
                continue
            if unmoved(after) != unmoved(before):
                return False
    return True


@pytest.mark.parametrize("verdict", [approved, rejected])
@pytest.mark.parametrize("held", [False, True])
def test_a_verdict_on_one_s_own_caption_is_refused_and_not_even_kept(verdict, held: bool):
    """Under the lease to caption, too: a lease that was never for reviewing makes no late verdict."""
    history = handed_in().tell(*[claimed(by="rev")] if held else [])
    with pytest.raises(NotYourTurn, match=r"ann wrote the caption of .* and cannot decide on it"):
        history.tell(verdict(by="ann"))


def test_a_late_answer_is_one_that_its_lease_was_for():
    history = working().tell(claimed(by="bob"))
    with pytest.raises(NotYourTurn):
        history.tell(corrected("Mine.", by="ann", token=2))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("policy", [TWICE, AUTHOR_TWICE])
def test_nobody_approves_after_a_correction_what_he_had_a_hand_in(mode: str, policy: Policy):
    corrector = "ann" if policy.corrector == "author" else "rev"
    history = turned_down(mode=mode, policy=policy)
    if corrector == "ann":
        history.tell(claimed(by="ann"))
    history.tell(edited("A third text.", by=corrector), corrected(by=corrector))
    assert history.task.status == "to_review"
    for author in {"ann", corrector}:
        with pytest.raises(NotYourTurn, match=f"{author} wrote"):
            history.copy().tell(claimed(by=author, stage="review"))
    history.tell(claimed(by="rex"))
    for author in {"ann", corrector}:
        assert decides_nothing(history, author)
    assert history.tell(approved(by="rex")).task.final == "A third text."


def test_nobody_approves_his_own_caption_in_another_s_name():
    """An act done by ann is ann's, whoever it says asked for it."""
    history = handed_in().tell(claimed(by="rev"))
    mine = dataclasses.replace(history.next(approved(by="rev")), actor=ANN.actor, asked_by="rev")
    with pytest.raises(NotYourTurn, match="ann"):
        caption_task.apply(history.task, mine)


def test_a_reviewer_may_judge_the_author_s_correction_of_what_he_rejected():
    history = turned_down(policy=AUTHOR_TWICE).tell(claimed(by="ann"), edited("Better."), corrected(by="ann"))
    assert history.tell(claimed(by="rev"), approved()).task.status == "settled"


# ------------------------------------------------------------------------------------------------------------- policies


def test_a_reviewer_who_rejects_goes_on_to_correct_under_the_same_lease():
    history = turned_down()
    task = history.task
    assert (task.holding.holder.worker, task.holding.holder.stage) == ("rev", "correct")
    assert task.holding.holder.token == history.token_of("rev")
    assert task.corrector is None
    history.tell(edited("Better.", by="rev"), corrected())
    assert history.task.status == "settled"
    assert history.task.final == "Better."
    assert history.task.holding.holder is None


def test_where_the_author_corrects_the_task_waits_for_him_alone():
    history = turned_down(policy=AUTHOR)
    assert history.task.corrector == "ann"
    assert history.task.holding.holder is None
    for other in ("rev", "bob"):
        with pytest.raises(NotYourTurn, match=r"ann corrects .* by the campaign's policy"):
            history.copy().tell(claimed(by=other))
    history.tell(claimed(by="ann"), edited("Better."), corrected(by="ann"))
    assert (history.task.status, history.task.final) == ("settled", "Better.")


def test_where_a_reviewer_corrects_the_author_may_not():
    history = turned_down().tell(released(by="rev"))
    with pytest.raises(NotYourTurn, match="ann wrote what was rejected; by the campaign's policy a reviewer"):
        history.copy().tell(claimed(by="ann"))
    assert history.tell(claimed(by="rex")).task.holding.holder.worker == "rex"


def test_a_correction_may_be_reviewed_and_rejected_again_and_again():
    history = turned_down(policy=AUTHOR_TWICE)
    for turn in range(3):
        history.tell(claimed(by="ann"), edited(f"Better {turn}."), corrected(by="ann"))
        assert history.task.status == "to_review"
        history.tell(claimed(by="rev"), rejected())
    assert len(history.task.rounds) == 4
    assert history.task.rounds[1].inherited == history.task.rounds[0]
    assert history.task.rounds[2].inherited.inherited == history.task.rounds[0]
    assert history.task.final is None
    assert history.task.submitted_text is None


# --------------------------------------------------------------------------------------------------------------- rounds


def test_a_perfect_draft_is_handed_in_as_it_is():
    history = working().tell(rated(5))
    assert history.task.round.text == DRAFT
    history.tell(submitted(), claimed(by="rev"), approved())
    assert history.task.final == DRAFT
    assert history.task.judged.critique is None
    assert history.task.judged.rating == 5


def test_a_draft_that_is_not_perfect_is_not_a_caption():
    for rating in (1, 2, 3, 4):
        assert working().tell(rated(rating)).task.round.text is None


def test_the_hand_goes_before_the_reviser_and_the_reviser_before_the_draft():
    history = written()
    assert history.task.round.text == "A woman walks over a bridge."
    assert history.tell(edited("By hand.")).task.round.text == "By hand."
    history.tell(revised("By the model again."))
    assert history.task.round.text == "By the model again.", "a new revision voids the hand's work on the old one"


def test_rating_5_afterwards_voids_critique_revision_and_edit():
    history = written().tell(edited("By hand."), rated(5))
    now = history.task.round
    assert (now.critique, now.revision, now.edited, now.text) == (None, None, None, DRAFT)
    assert history.tell(rated(2)).task.round.text is None


def test_a_new_critique_voids_what_was_made_of_the_old_one():
    now = written().tell(edited("By hand."), critiqued(raw="Otherwise.")).task.round
    assert (now.critique.raw, now.revision, now.edited, now.text) == ("Otherwise.", None, None, None)


def test_polished_words_stand_beside_the_critique_until_they_are_accepted():
    history = working().tell(rated(3), critiqued(raw="Not a man."), polished("It is a woman, not a man."))
    now = history.task.round
    assert (now.critique.words, now.polished.text) == ("Not a man.", "It is a woman, not a man.")
    history.tell(revised(), edited("By hand."), critiqued(raw="Not a man.", polished="It is a woman, not a man."))
    now = history.task.round
    assert (now.critique.raw, now.critique.words) == ("Not a man.", "It is a woman, not a man.")
    assert now.polished.text == now.critique.words
    assert (now.revision is not None, now.edited) == (True, "By hand."), "it is the same critique"
    assert history.tell(critiqued(raw="Not a man.")).task.round.critique.words == "Not a man."
    now = history.tell(critiqued(raw="Otherwise.")).task.round
    assert (now.polished, now.revision, now.edited) == (None, None, None)


def test_another_rating_below_5_leaves_the_critique():
    now = written().tell(rated(4)).task.round
    assert now.rating == 4
    assert now.critique is not None
    assert now.text == "A woman walks over a bridge."


def test_a_correction_starts_from_what_was_rejected():
    history = turned_down()
    now, before = history.task.round, history.task.judged
    assert (now.kind, now.author, now.inherited) == ("correction", "rev", before)
    assert (now.draft, now.rating, now.critique, now.revision) == (
        before.draft,
        before.rating,
        before.critique,
        before.revision,
    )
    assert (now.closed, now.verdict) == (None, None)
    assert before.verdict.reason == "The man is a woman."


def test_a_correction_keeps_the_draft_that_was_rejected():
    history = turned_down().tell(edited("Better.", by="rev"), corrected())
    assert history.task.judged.draft == history.task.rounds[0].draft


def test_a_correction_of_an_edited_caption_starts_from_the_edit():
    assert turned_down(mode="edit").task.round.text == "A woman strolls over a bridge."
    assert turned_down(mode="write").task.round.text == "A woman strolls over a bridge."


def test_in_mode_edit_the_draft_is_the_first_text():
    assert working(mode="edit").task.round.text == DRAFT


def test_one_who_comes_back_goes_on_with_his_own_round():
    history = working().tell(rated(3), released(), claimed())
    assert history.task.round.rating == 3
    assert history.task.round.token == 3
    assert history.tell(critiqued(), revised(), submitted()).task.status == "to_review"


def test_another_begins_anew_and_the_first_one_s_work_moves_aside():
    history = working().tell(rated(3), critiqued(), claimed(by="bob"))
    task = history.task
    assert (task.round.author, task.round.rating, task.round.critique) == ("bob", None, None)
    assert task.side_rounds[2].rating == 3
    assert task.side_rounds[2].author == "ann"


# --------------------------------------------------------------------------------------------------------------- drafts


def test_a_first_draft_ends_the_model_s_lease():
    assert with_draft().task.holding.holder is None


def test_a_new_draft_begins_the_round_anew():
    history = written().tell(drafted("A new draft.", by="ann"))
    now = history.task.round
    assert (now.draft.text, now.rating, now.critique, now.revision, now.text) == (
        "A new draft.",
        None,
        None,
        None,
        None,
    )
    assert history.task.holding.holder.worker == "ann"
    history.tell(rated(5), submitted())
    assert history.task.judged.text == "A new draft."


def test_a_new_draft_in_mode_edit_is_the_text_at_hand():
    history = working(mode="edit").tell(edited("Mine."), drafted("A new draft.", by="ann"))
    assert history.task.round.text == "A new draft."


def test_a_new_draft_while_correcting_tells_the_two_drafts_apart():
    history = turned_down().tell(drafted("A new draft.", by="rev"), rated(5, by="rev"), corrected())
    last = history.task.judged
    assert last.draft.text == "A new draft."
    assert last.inherited.draft.text == DRAFT
    assert history.task.rounds[0].draft.text == DRAFT, "the rejected round keeps the draft that it criticised"


# ----------------------------------------------------------------------------------------------------------- withdrawal


def test_a_submission_is_taken_back_and_goes_on_where_it_was():
    history = handed_in().tell(withdrawn())
    assert history.task.status == "to_caption"
    assert history.task.submitted_text is None
    history.tell(claimed(), edited("Another thought."), submitted())
    assert history.task.submitted_text == "Another thought."
    assert history.task.authors == ("ann",)


def test_a_correction_is_taken_back_before_its_verdict():
    history = turned_down(policy=TWICE).tell(edited("Better.", by="rev"), corrected(), withdrawn(by="rev"))
    assert history.task.status == "to_correct"
    history.tell(claimed(by="rev"), corrected())
    assert history.task.status == "to_review"


def test_what_was_taken_back_is_not_another_s_work():
    history = handed_in().tell(withdrawn(), claimed(by="bob"))
    assert history.task.round.text is None
    history.tell(rated(5, by="bob"), submitted(by="bob"))
    assert history.task.authors == ("bob",)


@pytest.mark.parametrize("status", ["to_draft", "to_caption", "to_review", "to_correct"])
def test_a_task_is_closed_at_any_time_before_it_is_settled(status: str):
    task = REACHED[status]().tell(withdrawn("task", by=LEAD, reason="A broken film.")).task
    assert task.status == "withdrawn"
    assert task.holding.holder is None
    assert (task.final, task.stage) == (None, None)


@pytest.mark.parametrize("status", ["settled", "withdrawn"])
def test_what_is_over_is_not_closed_again(status: str):
    with pytest.raises(NotYourTurn, match=f"is {status}"):
        REACHED[status]().tell(withdrawn("task", by=LEAD))


# --------------------------------------------------------------------------------------------------------------- extras

LATE = {
    "rate": rated(1, token=2),
    "critique": critiqued(raw="Late.", token=2),
    "revise": revised("Late.", token=2),
    "edit": edited("Late.", token=2),
    "draft": drafted("Late.", by="ann", token=2),
    "submit": submitted("Late.", token=2),
}


@pytest.mark.parametrize("verb", LATE)
@pytest.mark.parametrize("then", ["held", "handed in", "released", "withdrawn"])
def test_a_late_answer_is_kept_and_moves_nothing(verb: str, then: str):
    history = working().tell(rated(3), claimed(by="bob"))
    if then == "handed in":
        history.tell(rated(5, by="bob"), submitted(by="bob"))
    if then == "released":
        history.tell(released(by="bob"))
    if then == "withdrawn":
        history.tell(withdrawn("task", by=LEAD))
    before = history.task
    after = history.tell(LATE[verb]).task
    assert after.extras == (history.acts[-1],)
    assert unmoved(after) == unmoved(before)
    assert after.version == before.version + 1


@pytest.mark.parametrize("verdict", [approved(token=3), rejected(token=3)])
def test_a_late_verdict_is_kept_and_moves_nothing(verdict):
    history = handed_in().tell(claimed(by="rev"), claimed(by="rex"))
    before = history.task
    after = history.tell(verdict).task
    assert len(after.extras) == 1
    assert unmoved(after) == unmoved(before)
    assert after.status == "to_review"
    assert history.tell(approved(by="rex")).task.status == "settled"


def test_a_late_correction_is_kept_and_moves_nothing():
    history = turned_down().tell(edited("Rev's.", by="rev"), claimed(by="rex"))
    before = history.task
    after = history.tell(corrected(token=3)).task
    assert unmoved(after) == unmoved(before)
    assert after.extras[0].text == "Rev's."
    assert after.side_rounds[3].closed is not None


def test_one_whose_lease_went_goes_on_for_himself():
    history = working().tell(claimed(by="bob"), rated(2, token=2), critiqued(raw="Late.", token=2))
    history.tell(revised("Late words.", token=2), submitted(token=2))
    side = history.task.side_rounds[2]
    assert (side.author, side.rating, side.critique.raw, side.closed.text) == ("ann", 2, "Late.", "Late words.")
    assert history.task.round.author == "bob"
    assert history.task.rounds == ()
    assert len(history.task.extras) == 4


def test_an_answer_after_release_is_late():
    history = working().tell(released(), rated(3))
    assert len(history.task.extras) == 1
    assert history.task.round.rating is None


def test_the_old_lease_of_the_same_person_is_late_too():
    history = working().tell(released(), claimed(), rated(3, token=2))
    assert len(history.task.extras) == 1
    assert history.task.round.rating is None
    assert history.tell(rated(4, token=3)).task.round.rating == 4


def test_a_model_s_late_draft_moves_nothing():
    history = History().tell(claimed(by=DRAFTER), claimed(by="other", stage="draft"), drafted("Late.", token=1))
    assert history.task.draft is None
    assert len(history.task.extras) == 1


@pytest.mark.parametrize("token", [None, 99, 1])
def test_a_token_that_one_never_had_is_no_late_answer_but_none(token: int | None):
    history = working()
    act = dataclasses.replace(history.next(rated(3)), token=token)
    with pytest.raises(NotYourTurn, match=f"ann was never given a lease with token {token}"):
        caption_task.apply(history.task, act)


def test_a_lease_that_no_longer_counts_cannot_be_given_back():
    history = working().tell(claimed(by="bob"))
    with pytest.raises(NotYourTurn, match="ann no longer holds"):
        history.tell(released(token=2))


@pytest.mark.parametrize("token", [1, 2, 4])
def test_tokens_rise_by_one(token: int):
    with pytest.raises(NotYourTurn, match=rf"token is {token}, not 3\. Claim the task again"):
        working().tell(claimed(by="bob", token=token))


# ---------------------------------------------------------------------------------------------------------------- ticks


def test_a_verdict_ticks_points_of_the_critique_that_it_judges():
    history = handed_in().tell(claimed(by="rev"), approved(ticks={"p1": "disagreed"}))
    assert history.task.judged.verdict.ticks == {"p1": "disagreed"}


@pytest.mark.parametrize("verdict", [approved, rejected])
def test_a_tick_for_a_point_that_is_not_there_is_refused(verdict):
    with pytest.raises(BadInput, match="The critique has no point 'p9' to tick"):
        handed_in().tell(claimed(by="rev"), verdict(ticks={"p1": "agreed", "p9": "agreed"}))
    with pytest.raises(BadInput, match="no point 'p1'"):
        working().tell(rated(5), submitted(), claimed(by="rev"), verdict(ticks={"p1": "agreed"}))


# --------------------------------------------------------------------------------------------------------- time at work


def test_active_seconds_are_counted_by_stage():
    history = History().tell(
        claimed(by=DRAFTER), drafted(seconds=0.5), claimed(), rated(3, seconds=2), critiqued(point(), seconds=8),
        revised(seconds=4), submitted(seconds=1), claimed(by="rev"), rejected(seconds=16),
        edited("B.", by="rev", seconds=32), corrected(seconds=64),
    )  # fmt: skip
    assert history.task.active_seconds == {"draft": 0.5, "caption": 15, "review": 16, "correct": 96}


def test_late_work_is_work():
    history = working().tell(claimed(by="bob"), rated(3, token=2, seconds=4))
    assert history.task.active_seconds == {"caption": 4}


def test_a_late_rejection_counts_as_review():
    history = handed_in().tell(claimed(by="rev"), claimed(by="rex"), rejected(token=3, seconds=4))
    assert history.task.active_seconds == {"review": 4}


# --------------------------------------------------------------------------------------------------------------- leases


@pytest.mark.parametrize("stage", ["label", "draft", "caption", "review", "correct"])
@pytest.mark.parametrize("status", REACHED)
def test_a_lease_is_for_the_stage_that_the_task_is_at(stage: str, status: str):
    history = REACHED[status]()
    who = "rex"
    if STAGE_OF.get(status) == stage:
        assert history.tell(claimed(by=who, stage=stage)).task.holding.holder.stage == stage
    else:
        with pytest.raises(NotYourTurn, match=f"is {status}, not ready to {stage}"):
            history.tell(claimed(by=who, stage=stage))


def test_every_lease_that_was_given_out_is_known_by_its_token():
    holding = turned_down().tell(released(by="rev"), claimed(by="rex")).task.holding
    assert {token: (lease.worker, lease.stage) for token, lease in holding.issued.items()} == {
        1: ("drafter@1", "draft"),
        2: ("ann", "caption"),
        3: ("rev", "correct"),
        4: ("rex", "correct"),
    }
    assert (holding.token, holding.holder) == (4, holding.issued[4])


# ------------------------------------------------------------------------------------------------------- one act more


def test_a_changed_value_is_another_one_with_the_fields_that_it_has():
    """As ``dataclasses.replace``, and with its refusals: a fold that sets what is not there would lose it."""
    round_ = working().task.round
    assert changed(round_, rating=2) == dataclasses.replace(round_, rating=2)
    assert (round_.rating, changed(round_)) == (None, round_)
    assert changed(round_) is not round_
    with pytest.raises(TypeError, match=r"^Round has no field 'stars'$"):
        changed(round_, stars=2)
    with pytest.raises(TypeError, match=r"^Opened checks itself when it is made: use dataclasses\.replace$"):
        changed(History().acts[0], version=2)


@pytest.mark.parametrize("policy", POLICIES)
def test_one_act_more_gives_what_folding_all_gives_and_leaves_the_task_before_as_it_was(policy: Policy):
    """``fold`` changes the task that it is making; ``apply`` may not change the one that it is given."""
    history = turned_down(policy=policy)
    fixer = history.task.corrector or "rev"
    if policy.corrector == "author":
        history.tell(claimed(fixer))
    acts = history.tell(edited("Mended.", by=fixer), corrected("Mended.", by=fixer)).acts
    task = caption_task.fold(acts[:1])
    for place, act in enumerate(acts[1:], 2):
        shown = repr(task)
        after = caption_task.apply(task, act)
        assert repr(task) == shown
        task = after
        assert task == caption_task.fold(acts[:place])
