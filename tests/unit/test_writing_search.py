"""The best of N and revision under a guard: what is chosen, what is kept, and when it stops."""

from __future__ import annotations

import math

import pytest

from tests.support.acts import clip
from tests.support.backends import Scripted
from tests.unit.test_writing_writer import look, request, writer
from videolect.errors import BadInput
from videolect.record.critique import SENTINEL
from videolect.vlm.base import Decoding
from videolect.writing.search import YesReward, best_of, critique_revise
from videolect.writing.writer import NoCaption

TEXTS = ("It pans left.", "It tilts up.", "It dollies in.", "It tilts up.")


def by_length(of: object, aspect: str, texts: list[str]) -> list[float]:
    return [float(len(text)) for text in texts]


def test_the_highest_reward_is_chosen_and_every_candidate_kept():
    backend = Scripted(lambda prompt, number: TEXTS[number])
    found = best_of(writer(backend), request(), 4, by_length, measure=lambda text: float("tilts" in text))
    assert found.text == "It dollies in."
    assert [each.text for each in found.candidates] == list(TEXTS)
    assert [each.reward for each in found.candidates] == [13.0, 12.0, 14.0, 12.0]
    assert found.oracle == 1, "the first of equals"
    assert 0 <= found.at_random < 4
    assert backend.asked[0][2].count == 4, "one request for all of them"
    assert found.as_json()["chosen"] == 2


def test_p_yes_is_asked_once_for_all_texts_and_once_for_equal_ones():
    backend = Scripted(lambda prompt, number: TEXTS[number], yes=lambda prompt: 0.9 if "tilts" in prompt.text else 0.2)
    found = best_of(writer(backend), request(), 4, YesReward(backend, look))
    assert found.text == "It tilts up."
    assert len(backend.asked) == 2
    assert len(backend.asked[1][1]) == 3
    assert [each.yes_of_both for each in found.candidates] == pytest.approx([0.2, 0.9, 0.2, 0.9])


def test_what_is_no_caption_is_kept_and_never_chosen():
    backend = Scripted(lambda prompt, number: "" if number != 1 else "It pans.")
    found = best_of(writer(backend), request(), 3, by_length)
    assert found.text == "It pans."
    assert (found.at_random, [bool(each.fault) for each in found.candidates]) == (1, [True, False, True])
    assert math.isnan(found.candidates[0].reward)
    with pytest.raises(NoCaption, match="Not one of 3 texts"):
        best_of(writer(Scripted("")), request(), 3, by_length)


def test_a_reward_that_is_no_number_is_never_the_highest():
    backend = Scripted(lambda prompt, number: TEXTS[number])
    found = best_of(writer(backend), request(), 3, lambda of, aspect, texts: [math.nan, 0.1, 0.2])
    assert found.chosen == 2


def test_one_candidate_needs_no_temperature_and_several_do():
    with pytest.raises(BadInput, match="all candidates are the same"):
        best_of(writer(Scripted()), request(), 2, by_length, how=Decoding(temperature=0.0))


def rounds(*revisions: str, critique: str = "Say more.") -> Scripted:
    """A critic that always wants more, and what the reviser writes round after round."""
    left = iter(revisions)
    return Scripted(lambda prompt, number: critique if prompt.task == "critique" else next(left))


def test_a_revision_is_taken_only_while_the_reward_rises():
    made = critique_revise(
        writer(rounds("It pans left slowly.", "It pans.")), clip(), "camera", "It pans left.", by_length
    )
    assert made.text == "It pans left slowly."
    assert [each.origin for each in made.candidates] == ["original", "revision", "revision"]
    assert [each.of for each in made.candidates] == [None, 0, 1]
    assert made.stopped == "the reward does not rise"
    assert made.candidates[1].critique == "Say more."


@pytest.mark.parametrize(("backend", "stopped"), [
    (rounds(critique=SENTINEL), "the critic finds nothing"), (rounds("It pans left."), "the revision changes nothing"),
    (rounds(""), "the reviser wrote no caption"), (rounds("It pans left a.", "It pans left ab."), "2 rounds are over"),
    (rounds("It pans."), "the reward does not rise"),
])  # fmt: skip
def test_it_stops_and_says_why(backend: Scripted, stopped: str):
    made = critique_revise(writer(backend), clip(), "camera", "It pans left.", by_length, rounds=2)
    assert made.stopped.startswith(stopped)
    assert made.text == ("It pans left ab." if "rounds" in stopped else "It pans left."), "the original is never lost"


def test_a_gain_that_is_too_small_is_none():
    made = critique_revise(writer(rounds("It pans left a.")), clip(), "camera", "It pans left.", by_length, gain=5)
    assert made.text == "It pans left."


def test_a_critic_that_fails_leaves_what_was_won():
    left = iter(["Say more.", ""])
    backend = Scripted(lambda prompt, number: next(left) if prompt.task == "critique" else "It pans left slowly.")
    made = critique_revise(writer(backend), clip(), "camera", "It pans left.", by_length)
    assert made.text == "It pans left slowly."
    assert made.stopped.startswith("the critic wrote no critique")


def test_a_measure_that_is_no_number_is_never_the_best_there_is():
    backend = Scripted(lambda prompt, number: TEXTS[number])
    found = best_of(writer(backend), request(), 3, by_length, measure=lambda text: math.nan if "left" in text else 0.1)
    assert found.oracle == 1
