"""The instructions for captions: what is told of which clip, and what is left open."""

from __future__ import annotations

import re
from typing import Any

import pytest

from videolect.errors import NotFound
from videolect.language import load_spec
from videolect.language.policy import Policy, policy_label_free, policy_with_labels

SPEC = load_spec()
ASPECTS = [aspect.id for aspect in SPEC.aspects]
PERSON = {
    "shot_transition": False, "shot_type": "human", "subject_kinds": ["person"], "subject_count": "one",
    "shot_size_start": "medium", "shot_size_end": "unknown",
}  # fmt: skip


def policy(aspect: str, captions: dict[str, str] | None = None, **answers: Any) -> Policy:
    return policy_with_labels(SPEC, aspect, answers, captions)


# ------------------------------------------------------------------------------------------------------ the branches

COMPLEX = {"shot_type": "complex"}
IN_WORDS = {**COMPLEX, "complex_shot_type": "description"}
KINDS_OF_SHOT = {
    "people": {"shot_type": "human"},
    "animal_or_thing": {"shot_type": "non_human"},
    "subject_revealed": {"shot_type": "change_of_subject", "shot_size_start": "unknown", "shot_size_end": "wide"},
    "subject_gone": {"shot_type": "change_of_subject", "shot_size_start": "wide", "shot_size_end": "unknown"},
    "subject_replaced": {"shot_type": "change_of_subject", "shot_size_start": "wide", "shot_size_end": "medium"},
    "no_subject": {"shot_type": "scenery"},
    "size_comes_and_goes": {**COMPLEX, "complex_shot_type": "clear_subject_dynamic_size"},
    "unusual_view": {**COMPLEX, "complex_shot_type": "clear_subject_atypical"},
    "one_of_several": {**COMPLEX, "complex_shot_type": "many_subject_one_focus"},
    "all_alike": {**COMPLEX, "complex_shot_type": "many_subject_no_focus"},
    "each_in_its_own_right": {**COMPLEX, "complex_shot_type": "different_subject_in_focus"},
    "sizes_do_not_match": {**IN_WORDS, "shot_size_description_type": "subject_scene_mismatch"},
    "back_and_forth": {**IN_WORDS, "shot_size_description_type": "back_and_forth_change"},
    "framing_in_words": {**IN_WORDS, "shot_size_description_type": "others"},
}


@pytest.mark.parametrize("branch", KINDS_OF_SHOT)
def test_each_kind_of_shot_has_one_branch_of_the_subject_policy(branch):
    told = policy("subject", **KINDS_OF_SHOT[branch])
    assert told.branches == (branch,)
    says = {each.id: each.say for each in SPEC.aspect("subject").branches}
    assert [words for id_, words in says.items() if words in told.text] == [says[branch]]


def test_the_subject_policy_branches_on_nothing_else_than_kinds_of_shot_and_transitions():
    assert {branch.id for branch in SPEC.aspect("subject").branches} == {*KINDS_OF_SHOT, "several_shots"}


def test_a_branch_that_hangs_on_an_open_question_is_told_as_a_condition():
    scenery = next(branch for branch in SPEC.aspect("motion").branches if branch.id == "scenery_moves")
    assert scenery.otherwise in policy("motion").text
    assert scenery.say in policy("motion", shot_type="scenery").text
    told = policy("motion", shot_type="human").text
    assert scenery.say not in told
    assert scenery.otherwise not in told


def test_where_no_shot_size_fits_none_is_asked_for():
    assert "no_shot_size" in policy("spatial", **KINDS_OF_SHOT["framing_in_words"]).branches
    assert "no_shot_size" in policy("spatial", shot_type="human", shot_size_start="unknown").branches
    assert "no_shot_size" not in policy("spatial", **PERSON).branches


def test_without_labels_every_branch_is_a_condition():
    for aspect in SPEC.aspects:
        free = policy_label_free(SPEC, aspect.id)
        for branch in aspect.branches:
            assert branch.say not in free.text
            assert (branch.id in free.branches) is bool(branch.otherwise)
            assert branch.otherwise in free.text
        assert not free.facts
        assert not free.unknown
        assert "labels" not in free.text


# --------------------------------------------------------------------------------------------------------- the facts


def test_labels_stand_as_facts_and_ordinary_answers_do_not():
    told = policy("spatial", **PERSON, subject_position_start="centre", subject_position_end="unknown")
    assert "Position at the start: in the centre" in told.facts
    assert "Shot size at the start: a medium shot" in told.facts
    assert not [fact for fact in told.facts if "at the end" in fact]
    assert all(f"- {fact}\n" in told.text for fact in told.facts)
    assert policy("camera", video_speed="regular").facts == ()
    assert policy("camera", video_speed="slow_motion").facts == ("Playback speed: The footage plays in slow motion",)


def test_only_labels_of_the_aspect_are_facts():
    for aspect in ASPECTS:
        titles = {field.title for field in SPEC.fields if aspect in field.mentioned_in}
        for fact in policy(aspect, **PERSON, steadiness="smooth", color_temperature="warm").facts:
            assert fact.split(":")[0] in titles


def test_flags_lists_words_and_stretches_are_told_in_words():
    moves = {"steadiness": "smooth", "camera_movement": "major_simple"}
    stretches = [{"movements": ["tilt_down", "dolly_forward"]}, {"movements": ["pan_right"]}]
    camera = policy("camera", **moves, camera_segments=stretches).facts
    assert "Movements in order of time: tilts down while dollying in, then pans right" in camera
    scene = policy("scene", has_overlays=True, overlay_kinds=["watermark", "title"]).facts
    assert "Overlays: yes" in scene
    assert "Kinds of overlay: a title, a watermark" in scene
    assert policy("scene", has_overlays=False, scene_weather=[]).facts == ()
    words = {"shot_size_description": "A  hand grows\nuntil it fills the frame."}
    assert 'Framing in words: "A hand grows until it fills the frame."' in policy("subject", **IN_WORDS, **words).facts


def test_what_the_labels_leave_open_is_not_to_be_guessed():
    told = policy("spatial", **PERSON)
    assert "position at the start" in told.unknown
    assert "position at the end" not in told.unknown  # one question of a pair is enough
    assert "do not guess" in told.text
    could_not = policy("motion", shot_type="human", scene_movement="unknown")
    assert "movement in the scene (looked at, and could not be told)" in could_not.unknown
    assert not [fact for fact in could_not.facts if "scene" in fact]
    assert "movement in the scene" not in " ".join(policy("motion", scene_movement="dynamic").unknown)


def test_questions_that_are_not_asked_are_not_missed():
    assert "kinds of subject" in policy("subject", shot_type="human").unknown
    assert "kinds of subject" not in policy("subject", shot_type="scenery").unknown


# ------------------------------------------------------------------------------------- refused clips, missing captions


def test_a_clip_with_a_transition_is_refused_by_all_but_the_subject():
    for aspect in ASPECTS:
        told = policy(aspect, shot_transition=True)
        assert (told.refused == "") is (aspect == "subject")
        assert (told.text == "") is (aspect != "subject")
        if told.refused:
            assert "transition" in told.refused
            assert "subject" in told.refused
    subject = policy("subject", shot_transition=True, transition_kinds=["dissolve"])
    assert subject.branches == ("several_shots",)
    assert "Kinds of transition: a dissolve" in subject.facts


def test_captions_that_come_first_are_missed_by_name():
    assert policy("spatial").missing_parents == ("subject", "scene")
    assert policy("spatial", {"subject": "A cook stands.", "scene": "  "}).missing_parents == ("scene",)
    assert policy("camera").missing_parents == ()
    assert policy("motion", {"subject": "A cook stands."}).text == policy("motion").text


def test_an_unknown_aspect_is_named():
    for render in (policy_label_free, lambda spec, aspect: policy_with_labels(spec, aspect, {})):
        with pytest.raises(NotFound, match="smell"):
            render(SPEC, "smell")


# ---------------------------------------------------------------------------------------------------------- the text


def test_the_same_input_gives_the_same_text_and_another_label_another_hash():
    one, two = policy("camera", steadiness="smooth"), policy("camera", steadiness="unsteady")
    assert one == policy("camera", steadiness="smooth")
    assert one.hash != two.hash
    assert re.fullmatch("[0-9a-f]{64}", one.hash)
    shuffled = dict(reversed(PERSON.items()))
    assert policy("spatial", **PERSON).hash == policy("spatial", **shuffled).hash


@pytest.mark.parametrize("aspect", ASPECTS)
def test_both_renderings_are_plain_text_with_every_topic_in_order(aspect):
    of = SPEC.aspect(aspect)
    for text in (policy_label_free(SPEC, aspect).text, policy(aspect, **PERSON).text):
        assert text.startswith(f"{of.title}\n{of.purpose}\n")
        places = [text.index(topic.say) for topic in of.topics]
        assert places == sorted(places)
        assert not re.search(r"[*#`_]|\*\*|\{|  |None", text)
        assert all(line == line.strip() for line in text.splitlines())
        assert f"at most {of.limits.words_max} words" in text


def test_five_aspects_are_written_by_default_and_the_subject_alone_accepts_transitions():
    assert [a.id for a in SPEC.aspects if a.by_default] == ["subject", "scene", "motion", "spatial", "camera"]
    assert [a.id for a in SPEC.aspects if a.accepts_transition] == ["subject"]
    for aspect in SPEC.aspects:
        assert all(topic.say for topic in aspect.topics)
        assert aspect.leave_out
        assert aspect.form


def test_every_sentence_of_a_policy_ends():
    for aspect in SPEC.aspects:
        sentences = [aspect.purpose, *aspect.leave_out, *aspect.form]
        sentences += [words for topic in aspect.topics for words in (topic.say, topic.leave_out) if words]
        sentences += [words for branch in aspect.branches for words in (branch.say, branch.otherwise) if words]
        assert [words for words in sentences if not words.endswith(".")] == []
