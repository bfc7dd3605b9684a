"""The labels writer: plain English, only what the labels say, and errors that are declared."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput, NotFound
from videolect.language import Field, load_spec
from videolect.language.values import Segment
from videolect.oversight.form import form_of
from videolect.record.clip import Clip
from videolect.record.drafting import Draft, DraftRequest
from videolect.writing.labels.sentences import _TOLD
from videolect.writing.labels.writer import LabelsWriter
from videolect.writing.writer import write_draft

SPEC = load_spec()
ASPECTS = [aspect.id for aspect in SPEC.aspects]
CLIP = Clip(
    id="clip-1",
    video_hash="0",
    source_id="film",
    start_pts=0,
    end_pts=100,
    time_base=Fraction(1, 25),
    start_frame=0,
    end_frame=100,
)
AXES = {
    "camera_forward_backward": ("forward", "backward"), "camera_left_right": ("left_to_right", "right_to_left"),
    "camera_up_down": ("up", "down"), "camera_pan": ("left_to_right", "right_to_left"), "camera_tilt": ("up", "down"),
    "camera_roll": ("clockwise", "counter_clockwise"), "camera_zoom": ("in", "out"),
    "camera_arc": ("clockwise", "counter_clockwise"), "camera_crane": ("crane_up", "crane_down"),
}  # fmt: skip
READ_TOGETHER = {("shot_type", "spatial"), ("shot_size_start", "subject"), ("shot_size_end", "subject")}
"""Where the subject changes, its sizes say who is in view, and so one answer colours how the other is said."""
MOVES = {"steadiness": "smooth", "camera_movement": "major_simple"}


def draft(answers: dict[str, Any], aspect: str = "camera", *, plant: int = 0, seed: int = 0) -> Draft:
    return LabelsWriter(SPEC, plant, seed).draft(DraftRequest(clip=CLIP, aspect=aspect, answers=answers))


def text(answers: dict[str, Any], aspect: str = "camera") -> str:
    return draft(answers, aspect).text


FORMS = {aspect: tuple(form_of(SPEC, (aspect,)).questions.values()) for aspect in ASPECTS}
SEGMENTS = SPEC.field("camera_segments").options


@st.composite
def records(draw: st.DrawFn, aspect: str) -> dict[str, Any]:
    """A consistent record, most of what matters for the aspect answered."""
    answers: dict[str, Any] = {}
    for field in FORMS[aspect]:
        if draw(st.integers(0, 9)) == 0 or field.id not in SPEC.applicable(answers):
            continue
        values = [option.value for option in field.options]
        if field.kind == "flag":
            answers[field.id] = draw(st.booleans()) if field.id != "shot_transition" else draw(st.integers(0, 9)) == 0
        elif field.kind == "choice":
            often = st.sampled_from([field.neutral, *values]) if field.neutral else st.sampled_from(values)
            answers[field.id] = draw(often)
        elif field.kind == "list":
            answers[field.id] = tuple(draw(st.lists(st.sampled_from(values), unique=True)))
        elif field.kind == "text":
            answers[field.id] = draw(
                st.sampled_from(["it  drifts left and comes back", "It swings to and fro. Then it stops!"])
            )
        else:
            moves = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
            steps = draw(st.lists(moves.map(lambda made: Segment(movements=tuple(made))), max_size=3).map(tuple))
            answers[field.id] = steps if SPEC.normalise({field.id: steps}) else ()
    answers = SPEC.normalise(answers)
    while violations := SPEC.check_answers(answers):
        answers.pop(draw(st.sampled_from(sorted(set(violations[0].fields) & set(answers)))))
        answers = SPEC.normalise(answers)
    return answers


written = st.sampled_from(ASPECTS).flatmap(lambda aspect: st.tuples(st.just(aspect), records(aspect)))
"""An aspect, and a record for it."""


def check_english(words: str) -> None:
    assert words.endswith((".", "!")), words
    assert "  " not in words
    assert words == words.strip()
    assert not re.search(r"\b(None|unknown|True|False|True)\b|_|\(\)|\[\]|\.\.|,,| ,| \.", words), words
    assert not re.search(r"\ba ([aeio]|u(?!ni))", words, re.IGNORECASE), words
    assert not re.search(r"\ban [^aeiou]", words, re.IGNORECASE), words
    assert all(sentence[:1].isupper() for sentence in re.split(r"(?<=[.!]) ", words)), words
    assert not re.search(r"\b(appears?|seems?|might|maybe|perhaps|probably|likely)\b", words)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written, st.integers(0, 3))
def test_every_consistent_record_reads_as_plain_english(made, plant):
    aspect, answers = made
    text = draft(answers, aspect, plant=plant)
    check_english(text.text)
    assert set(text.cannot_know) <= {topic.id for topic in SPEC.aspect(aspect).topics}


def said(field: Field, answer: Any) -> Any:
    """What the specification's words make of an answer that has no grammar of its own."""
    if field.id in _TOLD or field.kind in ("flag", "text"):
        return answer
    values = answer if isinstance(answer, tuple) else (answer,)
    return sorted(field.option(value).say for value in values if field.option(value).say)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(written, st.data())
def test_a_flipped_label_changes_the_text_exactly_where_the_specification_says_that_it_is_mentioned(made, data):
    answers = made[1]
    asked = sorted(SPEC.applicable(answers) & set(answers))
    assume(asked)
    field = SPEC.field(data.draw(st.sampled_from(asked)))
    values: list[Any] = [option.value for option in field.options]
    other: Any = {
        "flag": lambda: not answers[field.id],
        "choice": lambda: data.draw(st.sampled_from([v for v in values if v != answers[field.id]])),
        "text": lambda: "It does something else.",
        "list": lambda: tuple(data.draw(st.lists(st.sampled_from(values), unique=True))),
        "segments": lambda: tuple(reversed(answers[field.id])),
    }[field.kind]()
    flipped = SPEC.normalise({**answers, field.id: other})
    assume(flipped.get(field.id) != answers[field.id])
    assume(said(field, flipped.get(field.id)) != said(field, answers[field.id]))
    assume(not SPEC.check_answers(flipped))
    others = [id_ for id_ in {*answers, *flipped} - {field.id} if answers.get(id_) != flipped.get(id_)]
    for aspect in ASPECTS:
        if (field.id, aspect) in READ_TOGETHER or any(aspect in SPEC.field(id_).mentioned_in for id_ in others):
            continue  # another answer went with it
        same = text(answers, aspect) == text(flipped, aspect)
        assert same is (aspect not in field.mentioned_in), (field.id, aspect, text(answers, aspect))


def test_each_movement_at_each_steadiness_and_speed_has_its_own_sentence():
    seen: dict[str, Any] = {}
    for steadiness in ("very_smooth", "smooth", "unsteady", "very_unsteady"):
        for amount in ("minor", "major_simple", "major_complex"):
            for speed in ("slow", "regular", "fast"):
                for axis, ways in AXES.items():
                    for way in ways:
                        answers = {
                            "steadiness": steadiness,
                            "camera_movement": amount,
                            "camera_motion_speed": speed,
                            axis: way,
                        }
                        words = text(answers)
                        check_english(words)
                        assert words not in seen, (answers, seen[words])
                        seen[words] = answers
    assert len(seen) == 4 * 3 * 3 * 18


def then(*steps: list[str]) -> list[dict[str, Any]]:
    """Stretch after stretch, as it comes in JSON."""
    return [{"movements": movements} for movements in steps]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({**MOVES, "steadiness": "very_smooth", "camera_motion_speed": "slow", "camera_tilt": "down",
          "camera_forward_backward": "forward", "camera_segments": then(["tilt_down"], ["dolly_forward"])},
         "The camera tilts down slowly and very smoothly, then dollies in."),
        ({**MOVES, "camera_segments": then(["tilt_down", "dolly_forward"], ["pan_left"], ["pan_right", "zoom_in"])},
         "The camera tilts down while dollying in smoothly, then pans left, then pans right while zooming in."),
        ({**MOVES, "camera_segments": [{"movements": ["pan_left"], "start_frame": 3, "end_frame": 30}]},
         "The camera pans left smoothly."),
        ({**MOVES, "camera_movement": "minor", "camera_segments": then(["tilt_down", "zoom_in"], ["pan_left"])},
         "The camera makes only a slight and smooth movement, tilting down while zooming in, then panning left."),
        ({**MOVES, "camera_tilt": "down", "camera_forward_backward": "forward"},
         "The camera dollies in and tilts down smoothly."),
        ({**MOVES, "camera_tilt": "both", "camera_pan": "both"},
         "The camera pans both ways and tilts up and down smoothly."),
        ({**MOVES, "camera_pan": "left_to_right", "whip_pan": "left_to_right", "camera_tilt": "up"},
         "The camera whip pans right and tilts up smoothly."),
        ({**MOVES, "camera_forward_backward": "forward", "movement_gestures": ["reveal", "push_in"]},
         ("The camera dollies in smoothly. The camera pushes in on the subject and moves to reveal what was out of "
          "view.")),
        ({**MOVES, "dolly_zoom": True, "camera_segments": then(["dolly_forward", "zoom_out"], ["tilt_up"])},
         ("The camera performs a dolly zoom smoothly, then tilts up. "
          "In the dolly zoom it dollies in while zooming out.")),
        ({"steadiness": "static", "camera_movement": "no"}, "The camera stays completely still."),
        ({"steadiness": "smooth", "camera_movement": "minor", "camera_zoom": "in"},
         "The camera makes only a slight and smooth movement, zooming in."),
        ({"steadiness": "unsteady", "camera_movement": "major_complex", "camera_motion_speed": "fast",
          "complex_motion_description": "it  drifts left and comes back"},
         "The camera makes a complex, fast and shaky movement. It drifts left and comes back."),
        ({**MOVES, "camera_motion_speed": "fast", "camera_pan": "left_to_right", "is_tracking": True,
          "tracking_shot_types": ["pan", "side", "tail", "tilt"], "subject_size_change": "larger"},
         ("The camera pans right quickly and smoothly. The camera tracks the moving subject from the side and from "
          "behind by panning and tilting. The tracked subject grows larger in the picture.")),
        ({**MOVES, "dolly_zoom": True, "camera_zoom": "out", "camera_forward_backward": "forward"},
         "The camera performs a dolly zoom smoothly. In the dolly zoom it dollies in while zooming out."),
        ({**MOVES, "dolly_zoom": True, "camera_zoom": "in"},
         "The camera performs a dolly zoom smoothly. In the dolly zoom it zooms in."),
        ({"shot_transition": True, "camera_pan": "left_to_right"}, "The clip holds a transition between shots."),
        ({"camera_pan": "sideways"}, "This clip has no labels yet, so nothing is said about its camera here."),
        ({"has_overlays": False}, "Nothing about the camera is told by the labels of this clip."),
    ],
)  # fmt: skip
def test_what_it_writes(answers, words):
    assert text(answers) == words


def test_what_has_no_grammar_of_its_own_is_said_in_the_words_of_the_specification():
    answers: dict[str, Any] = {"camera_focus": "shallow_focus", "motion_blur": True, "lens_traits": ["macro"]}
    answers |= {"overall_height_start": "eye_level", "camera_angle_description": " it looks  up, then down"}
    told = text(answers).removesuffix(".").split(". ")
    assert "The focus is shallow" in told
    assert "Motion blur: yes" in told
    assert "Height above the ground at the start: at eye level" in told
    assert SPEC.field("lens_traits").option("macro").say.removesuffix(".") in told
    assert "It looks up, then down" in told
    lit = text({"light_sources": ["sunlight", "firelight"], "brightness": "neutral"}, "lighting")
    assert lit == f"{SPEC.field('light_sources').title}: sunlight and firelight."


def test_space_gives_start_and_end():
    assert text({"shot_size_start": "extreme_wide", "shot_size_end": "close_up"}, "spatial") == (
        "The shot starts as an extreme wide shot and ends as a close-up."
    )
    assert text({"shot_size_start": "medium", "shot_size_end": "unknown"}, "spatial") == (
        "The shot stays a medium shot from start to end."
    )


def test_two_subjects_may_have_one_size():
    answers = {"shot_type": "change_of_subject", "shot_size_start": "medium", "shot_size_end": "medium"}
    assert SPEC.check_answers(answers) == ()
    assert text(answers, "spatial") == "The shot is a medium shot at the start and at the end."


@pytest.mark.parametrize("aspect", ASPECTS)
def test_without_labels_it_says_so_and_knows_nothing(aspect):
    written = draft({}, aspect, plant=3)
    assert "no labels" in written.text
    assert written.cannot_know == tuple(topic.id for topic in SPEC.aspect(aspect).topics)
    assert written.planted == ()


def test_a_topic_is_known_once_its_questions_are_answered():
    still = {"steadiness": "static", "camera_movement": "no"}
    assert not {"steadiness", "movement", "direction", "movement_speed"} & set(draft(still).cannot_know)
    assert "direction" in draft(MOVES).cannot_know
    assert "amount_of_motion" in draft({"scene_movement": "unknown"}, "motion").cannot_know


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["camera", "spatial"]).flatmap(lambda aspect: st.tuples(st.just(aspect), records(aspect))),
    st.integers(1, 4),
    st.integers(0, 5),
)
def test_planted_errors_are_declared_and_mendable(made, plant, seed):
    aspect, answers = made
    false, true = draft(answers, aspect, plant=plant, seed=seed), draft(answers, aspect)
    assert len(false.planted) <= plant
    assert (false.text == true.text) is (not false.planted)
    for errors in (false.planted, false.planted[::-1]):
        mended = false.text
        for error in errors:
            assert mended.count(error.wrong) == 1
            assert error.wrong != error.right
            mended = mended.replace(error.wrong, error.right)
        assert mended == true.text
    assert draft(answers, aspect, plant=plant, seed=seed) == false


def test_planting_depends_on_the_seed_and_says_less_where_there_is_no_room():
    answers = {**MOVES, "camera_motion_speed": "slow", "camera_tilt": "down", "camera_pan": "left_to_right"}
    assert {error.kind for error in draft(answers, plant=9).planted} == {
        "wrong_direction",
        "wrong_speed",
        "wrong_steadiness",
    }
    assert len({draft(answers, plant=1, seed=seed).text for seed in range(12)}) > 2
    assert [e.kind for e in draft({"shot_size_start": "wide"}, "spatial", plant=2).planted] == ["wrong_size"]
    assert draft({"shot_type": "human"}, "subject", plant=2).planted == ()
    with pytest.raises(BadInput):
        LabelsWriter(SPEC, plant=-1)


def test_no_error_is_planted_whose_words_stand_elsewhere_too():
    answers = {"camera_movement": "major_complex", "camera_motion_speed": "fast"}
    answers["complex_motion_description"] = "A slow man walks."
    assert draft({**answers, "complex_motion_description": "A man walks."}, plant=1).planted[0].wrong == "slow"
    assert draft(answers, plant=1).planted == ()


def test_the_model_says_what_made_the_text():
    model = draft(MOVES, plant=2, seed=7).model
    assert (model.name, model.prompt_hash) == ("labels", None)
    assert model.parameters == {"spec": SPEC.hash, "plant": 2, "seed": 7}
    with pytest.raises(NotFound):
        draft({}, "smell")


def test_the_answer_of_write_draft_has_the_keys_that_others_rely_on():
    answer = write_draft(LabelsWriter(SPEC), DraftRequest(clip=CLIP, aspect="camera", answers=MOVES)).as_json()
    assert {"text", "model", "prompt_hash", "seconds", "tokens", "cannot_know"} <= set(answer)
    assert answer["tokens"] == 0
