"""One text of five captions: within its tokens, with its claims, and with a report of what went."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.language.claims import claims_of
from videolect.record.people import Model
from videolect.vlm.prompts import Prompt
from videolect.writing.merge import ORDER, by_words, merge_captions, sentences

SPEC = load_spec()
CAPTIONS = {
    "spatial": "The shot is a wide shot. A lamp stands at the far right edge of the frame behind the parked car.",
    "scene": "It is a street at night. The street is at night.",
    "motion": "A woman walks past the car. She waves.",
    "subject": "A woman in a red coat. She wears a hat.",
    "camera": "The camera pans left slowly.",
}


def test_the_order_is_that_of_a_prompt_and_repeats_go_first():
    made = merge_captions(SPEC, CAPTIONS, 400)
    assert made.text.startswith("The camera pans left slowly. A woman in a red coat.")
    assert made.repeated == ("The street is at night.",)
    assert (made.dropped, made.lost, made.model) == ((), (), None)
    assert made.tokens == by_words(made.text) < made.tokens_before


def test_what_costs_no_claim_goes_before_what_does_and_all_of_it_is_told():
    made = merge_captions(SPEC, CAPTIONS, 55)
    assert made.tokens <= 55
    assert "wide shot" in made.text, "a claim"
    assert "The camera pans left slowly." in made.text
    told = {each.sentence for each in made.dropped} | set(made.repeated)
    every = {sentence for text in CAPTIONS.values() for sentence in sentences(text)}
    assert told | set(sentences(made.text)) == every, "nothing went in silence"


def test_claims_that_are_lost_are_told():
    made = merge_captions(SPEC, CAPTIONS, 9)
    assert made.text == "The camera pans left slowly."
    before = {claim.primitive for text in CAPTIONS.values() for claim in claims_of(text)}
    assert set(made.lost) <= before
    assert (
        "shot_size_always_wide" in {name for each in made.dropped for name in each.claims} | set(made.lost) or made.lost
    )


def test_the_camera_is_never_cut():
    with pytest.raises(BadInput, match="camera's caption alone has 8 tokens, and 5 are allowed"):
        merge_captions(SPEC, CAPTIONS, 5)


@pytest.mark.parametrize(("captions", "budget", "says"), [
    ({}, 10, "no caption to merge"), ({"camera": "  "}, 10, "no caption to merge"),
    ({"light": "Dark."}, 10, "no place for 'light'"), ({"camera": "It pans."}, 0, "in 0 tokens"),
])  # fmt: skip
def test_what_cannot_be_merged_is_refused(captions: dict[str, str], budget: int, says: str):
    with pytest.raises(BadInput, match=says):
        merge_captions(SPEC, captions, budget)


def rewriting(*texts: str):
    """A rewriter that writes these, and the prompts that it got."""
    left, prompts = iter(texts), []

    def rewrite(prompt: Prompt) -> tuple[str, Model]:
        prompts.append(prompt)
        return next(left), Model(name="rewriter", version="1", prompt_hash=prompt.hash)

    return rewrite, prompts


FEW = {"camera": "The camera pans left slowly.", "spatial": "The shot is a wide shot."}
GOOD = "The shot is a wide shot, and the camera pans left slowly."


def test_a_rewritten_text_is_taken_if_it_claims_the_same():
    rewrite, prompts = rewriting(GOOD)
    made = merge_captions(SPEC, FEW, 200, rewriter=rewrite)
    assert (made.text, made.refused) == (GOOD, ())
    assert made.model is not None
    assert made.model.prompt_hash == prompts[0].hash
    assert "<caption>\nThe camera pans left slowly.\n</caption>" in prompts[0].text


def test_a_rewritten_text_that_loses_adds_or_overflows_is_refused_with_the_reason():
    rewrite, prompts = rewriting("A woman walks.", f"{GOOD} The camera zooms in.", f"{GOOD} {'And so on. ' * 90}")
    made = merge_captions(SPEC, FEW, 200, rewriter=rewrite)
    assert made.model is None, "so whole sentences were kept"
    assert [why.split()[1] for why in made.refused] == ["no", "claims", "has"]
    assert "pan_left" in made.refused[0]
    assert "zoom_in" in made.refused[1]
    assert "Keep these terms" in prompts[1].text
    assert "Keep these terms" not in prompts[0].text


def test_another_tokenizer_counts_otherwise():
    made = merge_captions(SPEC, CAPTIONS, 120, count=len)
    assert len(made.text) <= 120


@pytest.mark.parametrize("scene", [
    "The dog chases the cat. The cat chases the dog.", "The man hits the boy. The boy hits the man.",
    "The dog is on the left of the cat. The cat is on the left of the dog.",
])  # fmt: skip
def test_the_same_words_in_another_order_say_something_else(scene: str):
    made = merge_captions(SPEC, {"camera": "The camera pans left.", "scene": scene}, 400)
    assert made.repeated == ()
    assert scene in made.text


def test_what_is_said_three_times_is_kept_once():
    made = merge_captions(SPEC, {"camera": "The camera pans left.", "subject": "A man. A man. A man."}, 400)
    assert made.text == "The camera pans left. A man."
    assert made.repeated == ("A man.", "A man.")


def test_signs_without_spaces_are_counted():
    assert by_words("\u955c" * 800) >= 800
    assert by_words("a" * 3000) >= 375
    assert by_words("The camera pans left.") == 7


def test_a_budget_without_room_for_anything_is_refused():
    with pytest.raises(BadInput, match="Not one sentence has room in 1 tokens"):
        merge_captions(SPEC, {"scene": "A pier."}, 1)


def test_a_rewritten_text_of_other_words_is_refused():
    rewrite, _ = rewriting(*["Quite another tale of ships and storms."] * 3)
    made = merge_captions(SPEC, {"camera": "A shot."}, 200, rewriter=rewrite)
    assert made.text == "A shot."
    assert all("what no caption has" in why for why in made.refused)


@pytest.mark.parametrize("text", ["The U.S. Navy sails.", "J. R. Smith walks.", "See Fig. 3 there.", "Prof. Xi waves."])
def test_short_forms_end_no_sentence(text: str):
    assert sentences(text) == [text]


SOME = ("A man walks.", "It is night.", "The shot is a close-up.", "He waves, e.g. twice.")


@settings(deadline=None, max_examples=40)
@given(
    captions=st.dictionaries(
        st.sampled_from([name for name in ORDER if name != "camera"]),
        st.lists(st.sampled_from(SOME), max_size=5).map(" ".join), min_size=1,
    ),
    budget=st.integers(8, 60),
)  # fmt: skip
def test_nothing_is_ever_over_the_budget_and_nothing_goes_in_silence(captions: dict[str, str], budget: int):
    made = merge_captions(SPEC, {**captions, "camera": "The camera pans left."}, budget)
    assert made.tokens <= budget
    kept = sentences(made.text)
    told = [each.sentence for each in made.dropped] + list(made.repeated)
    every = [each for text in (*captions.values(), "The camera pans left.") for each in sentences(text)]
    assert sorted(kept + told) == sorted(every)
