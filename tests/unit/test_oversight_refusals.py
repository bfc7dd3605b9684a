"""Every refusal of ``why_not``: who may not do what, the reason in words, and that the fold refuses it too."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable

import pytest

from tests.support.acts import (
    LEAD,
    History,
    Said,
    approved,
    claimed,
    corrected,
    critiqued,
    drafted,
    edited,
    handed_in,
    labelled,
    labelled_history,
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
from videolect.errors import NotYourTurn
from videolect.oversight import caption_task
from videolect.oversight.caption_task import why_not
from videolect.record.campaign import LABELS, Policy

SAYS: dict[str, Callable[..., Said]] = {
    "draft": drafted, "rate": rated, "critique": critiqued, "polish": polished, "revise": revised, "edit": edited,
    "submit": submitted, "approve": approved, "reject": rejected, "correct": corrected, "withdraw": withdrawn,
}  # fmt: skip

Case = tuple[str, Callable[[], History], str, str, str]

REFUSALS: list[Case] = [
    ("was withdrawn", lambda: working().tell(withdrawn("task", by=LEAD)), "rate", "ann", "Choose another task"),
    ("ann wrote the caption of .* cannot decide", lambda: handed_in(), "approve", "ann", "Let another reviewer"),
    ("ann wrote the caption of .* cannot decide", lambda: handed_in(), "reject", "ann", "Let another reviewer"),
    ("ann wrote the caption", lambda: settled(), "reject", "ann", "Let another reviewer"),
    ("is to_draft: there is nothing to decide", lambda: History(), "approve", "rev", "Wait until"),
    ("is to_caption: there is nothing to decide", lambda: working(), "reject", "rev", "Wait until"),
    ("is to_correct: there is nothing to decide", lambda: turned_down(), "approve", "rev", "Wait until"),
    ("is settled: there is nothing to decide", lambda: settled(), "reject", "rev", "Wait until"),
    ("rev does not hold", lambda: handed_in(), "approve", "rev", "Claim it first"),
    ("rev does not hold", lambda: handed_in().tell(claimed(by="rex")), "approve", "rev", "Claim it first"),
    ("ann does not hold", lambda: with_draft(), "rate", "ann", "Claim it first"),
    ("ann does not hold", lambda: working().tell(released()), "submit", "ann", "Claim it first"),
    ("ann does not hold", lambda: working().tell(claimed(by="bob")), "edit", "ann", "Claim it first"),
    ("ann does not hold", lambda: handed_in(), "submit", "ann", "Claim it first"),
    ("ann does not hold", lambda: with_draft(), "draft", "ann", "Claim it first"),
    ("holds .* to review, not to rate", lambda: handed_in().tell(claimed(by="rev")), "rate", "rev", "Claim it for"),
    ("holds .* to review, not to edit", lambda: handed_in().tell(claimed(by="rev")), "edit", "rev", "Claim it for"),
    ("holds .* to review, not to draft", lambda: handed_in().tell(claimed(by="rev")), "draft", "rev", "Claim it for"),
    ("holds .* to correct, not to submit", lambda: turned_down(), "submit", "rev", "Claim it for"),
    ("holds .* to caption, not to correct", lambda: written(), "correct", "ann", "Claim it for"),
    ("holds .* to draft, not to rate", lambda: History().tell(claimed(by="drafter@1")), "rate", "drafter@1", "Claim"),
    ("In mode write nobody drafts", lambda: working(mode="write"), "draft", "ann", "Write the caption"),
    ("In mode edit there is no rating", lambda: working(mode="edit"), "rate", "ann", "Write the caption"),
    ("In mode write there is no rating", lambda: working(mode="write"), "critique", "ann", "Write the caption"),
    ("In mode edit there is no rating", lambda: working(mode="edit"), "revise", "ann", "Write the caption"),
    ("A critique follows a rating below 5", lambda: working(), "critique", "ann", "Rate the draft first"),
    ("A critique follows a rating below 5", lambda: working().tell(rated(5)), "critique", "ann", "Rate the draft"),
    ("There is no critique to revise by", lambda: working().tell(rated(3)), "revise", "ann", "Write the critique"),
    ("There is no critique to polish", lambda: working().tell(rated(3)), "polish", "ann", "Write the critique"),
    ("In mode edit there is no rating", lambda: working(mode="edit"), "polish", "ann", "Write the caption"),
    ("edited after the critique", lambda: working().tell(rated(3)), "edit", "ann", "Say first what is wrong"),
    ("edited after the critique", lambda: written().tell(rated(5)), "edit", "ann", "Say first what is wrong"),
    ("The draft has no rating", lambda: working(), "submit", "ann", "Rate it from 1 to 5"),
    ("no caption to hand in", lambda: working().tell(rated(3)), "submit", "ann", "Revise by the critique"),
    ("no caption to hand in", lambda: working().tell(rated(3), critiqued()), "submit", "ann", "Revise by"),
    ("no caption to hand in", lambda: working(mode="write"), "submit", "ann", "write it by hand"),
    (
        "The draft is rated 3, yet the caption equals it",
        lambda: working().tell(rated(3), critiqued(), edited("A man walks over a bridge.")),
        "submit",
        "ann",
        "or rate the draft 5",
    ),
    (
        "The draft is rated 3, yet the caption equals it",
        lambda: working().tell(rated(3), critiqued(), revised("A man walks over a bridge.")),
        "submit",
        "ann",
        "Mend what the critique names",
    ),
    ("The correction changes nothing", lambda: turned_down(), "correct", "rev", "Change the critique or the caption"),
    ("The correction changes nothing", lambda: turned_down(mode="write"), "correct", "rev", "Change"),
    (
        "The correction changes nothing",
        lambda: turned_down().tell(edited("A woman walks over a bridge.", by="rev")),
        "correct",
        "rev",
        "Change",
    ),
    ("ann has no submission here", lambda: working(), "withdraw", "ann", "A settled caption stays"),
    ("ann has no submission here", lambda: settled(), "withdraw", "ann", "A settled caption stays"),
    ("ann has no submission here", lambda: turned_down(), "withdraw", "ann", "A settled caption stays"),
    ("bob has no submission here", lambda: handed_in(), "withdraw", "bob", "A settled caption stays"),
    ("A reviewer is looking", lambda: handed_in().tell(claimed(by="rev")), "withdraw", "ann", "Wait for the verdict"),
    (
        "ann has no submission here",
        lambda: turned_down(policy=Policy(review_corrections=True)).tell(edited("B.", by="rev"), corrected()),
        "withdraw",
        "ann",
        "A settled caption stays",
    ),
]


@pytest.mark.parametrize(("why", "history", "verb", "worker", "mend"), REFUSALS)
def test_a_refusal_says_why_and_what_to_do(why: str, history: Callable[[], History], verb: str, worker: str, mend: str):
    told = history()
    found = why_not(told.task, verb, worker)
    assert found is not None
    with pytest.raises(NotYourTurn, match=why) as refused:
        caption_task.require(told.task, verb, worker)
    assert mend in refused.value.mend
    assert (refused.value.message, refused.value.mend) == found
    assert all(sentence.endswith(".") for sentence in found)


@pytest.mark.parametrize(("why", "history", "verb", "worker", "mend"), REFUSALS)
def test_the_fold_keeps_no_act_that_is_refused(
    why: str, history: Callable[[], History], verb: str, worker: str, mend: str
):
    """It raises, or keeps the answer as an extra where the worker had a lease once: nothing moves."""
    told = history()
    before = told.task
    try:
        after = told.tell(SAYS[verb](by=worker)).task
    except NotYourTurn:
        return
    assert len(after.extras) == len(before.extras) + 1
    assert (after.status, after.round, after.rounds, after.draft) == (
        before.status,
        before.round,
        before.rounds,
        before.draft,
    )


def test_no_refusal_is_without_a_case():
    """Every sentence that ``why_not`` and its helpers may answer is matched by some case above."""
    said = []
    for function in (
        caption_task.why_not,
        caption_task._why_not_in_round,
        caption_task._why_not_hand_in,
        caption_task._why_not_take_back,
    ):
        for node in ast.walk(ast.parse(inspect.getsource(function))):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2 and " " in "".join(_fixed_words(node.elts[0])):
                said.append(_fixed_words(node.elts[0]))
    assert len(said) >= 15
    answers = [" ".join(why_not(history().task, verb, worker) or ()) for _, history, verb, worker, _ in REFUSALS]
    missing = [words for words in said if not any(all(part in answer for part in words) for answer in answers)]
    assert not missing


def _fixed_words(node: ast.expr) -> list[str]:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


ALLOWED: list[tuple[Callable[[], History], str, set[str]]] = [
    (lambda: History(), "ann", set()),
    (lambda: with_draft(), "ann", set()),
    (lambda: working(), "ann", {"rate", "draft"}),
    (lambda: working().tell(rated(5)), "ann", {"rate", "draft", "submit"}),
    (lambda: working().tell(rated(3)), "ann", {"rate", "draft", "critique"}),
    (lambda: working().tell(rated(3), critiqued()), "ann", {"rate", "draft", "critique", "polish", "revise", "edit"}),
    (lambda: written(), "ann", {"rate", "draft", "critique", "polish", "revise", "edit", "submit"}),
    (lambda: working(mode="edit"), "ann", {"draft", "edit", "submit"}),
    (lambda: working(mode="write"), "ann", {"edit"}),
    (lambda: written(mode="write"), "ann", {"edit", "submit"}),
    (lambda: handed_in(), "ann", {"withdraw"}),
    (lambda: handed_in().tell(claimed(by="rev")), "rev", {"approve", "reject"}),
    (lambda: handed_in().tell(claimed(by="rev")), "ann", set()),
    (lambda: turned_down(), "rev", {"rate", "draft", "critique", "polish", "revise", "edit"}),
    (
        lambda: turned_down().tell(rated(4, by="rev")),
        "rev",
        {"rate", "draft", "critique", "polish", "revise", "edit", "correct"},
    ),
    (lambda: turned_down().tell(rated(5, by="rev")), "rev", {"rate", "draft", "correct"}),
    (lambda: settled(), "ann", set()),
    (lambda: settled(), "rev", set()),
]


@pytest.mark.parametrize(("history", "worker", "verbs"), ALLOWED)
def test_what_is_allowed_and_nothing_else(history: Callable[[], History], worker: str, verbs: set[str]):
    task = history().task
    assert {verb for verb in SAYS if why_not(task, verb, worker) is None} == verbs


@pytest.mark.parametrize(("history", "worker", "verbs"), ALLOWED)
def test_what_is_allowed_the_fold_takes(history: Callable[[], History], worker: str, verbs: set[str]):
    for verb in verbs:
        told = history()
        assert told.tell(SAYS[verb](by=worker)).task.extras == ()


TASK = "task/demo/c1/subject"
FORM = "task/demo/c1/labels"
OTHERS: list[tuple[Callable[[], History], Said, str, str]] = [
    (with_draft, claimed(stage="review"), f"{TASK} is to_caption, not ready to review.", "Read the task again."),
    (
        handed_in,
        claimed(by="ann"),
        f"ann wrote the caption of {TASK} and cannot decide on it.",
        "Let another do it.",
    ),
    (
        lambda: turned_down(policy=Policy(corrector="author")),
        claimed(by="rev"),
        f"ann corrects {TASK}, by the campaign's policy.",
        "Leave it.",
    ),
    (
        lambda: turned_down().tell(released(by="rev")),
        claimed(by="ann"),
        "ann wrote what was rejected; by the campaign's policy a reviewer corrects it.",
        "Leave it.",
    ),
    (settled, withdrawn("task", by=LEAD), f"{TASK} is settled.", "Leave it: what is settled stays."),
    (
        written,
        submitted("Another."),
        "The text handed in is not the one worked on.",
        "Save the edit, then hand it in.",
    ),
    (working, labelled(), "Labelled does not belong in a caption's task.", "Use the desk's verbs."),
    (
        lambda: working().tell(claimed(by="bob")),
        corrected("Mine.", by="ann"),
        f"ann held {TASK} to caption, not to correct.",
        "Claim it for that.",
    ),
    (with_draft, claimed(token=7), "The lease's token is 7, not 2.", "Claim the task again."),
    (
        lambda: working().tell(claimed(by="bob")),
        released(token=2),
        f"ann no longer holds {TASK}.",
        "Nothing is left to give back.",
    ),
    (
        working,
        rated(3, by="bob"),
        f"bob was never given a lease with token None on {TASK}.",
        "Claim the task first, and send the token that the claim returned.",
    ),
    (
        lambda: History(aspect=LABELS),
        claimed(stage="draft"),
        f"{FORM} is to_label, not ready to draft.",
        "Read it again.",
    ),
    (labelled_history, withdrawn("task", by=LEAD), f"{FORM} is settled.", "Leave it: what is settled stays."),
    (
        lambda: History(aspect=LABELS).tell(claimed()),
        rated(3),
        "Rated does not belong in a labelling task.",
        "Use the desk's verbs.",
    ),
]


@pytest.mark.parametrize(("history", "said", "message", "mend"), OTHERS)
def test_what_the_fold_refuses_for_itself_it_tells_in_whole_sentences(
    history: Callable[[], History], said: Said, message: str, mend: str
):
    """Those that no ``why_not`` could have told before: they hang on the act, not on the verb."""
    with pytest.raises(NotYourTurn) as refused:
        history().tell(said)
    assert (refused.value.message, refused.value.mend) == (message, mend)
