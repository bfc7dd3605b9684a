"""The label form of a campaign: what it asks, and what is refused of the answers."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from tests.support.acts import ANN, LEAD, Bench, FakeWriter, SimulatedClock, catalogue, clip
from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.language.values import Segment
from videolect.oversight.desk import Desk, LabelsContradict
from videolect.oversight.form import faults, form_of
from videolect.record.acts.labels import Labelled
from videolect.record.campaign import LABELS

SPEC = load_spec()
USUAL = tuple(aspect.id for aspect in SPEC.aspects if aspect.by_default)
MOVES: dict[str, Any] = {"shot_transition": False, "steadiness": "smooth", "camera_movement": "major_simple"}
STEPS = [
    {"movements": ["tilt_down"], "start_frame": 0, "end_frame": 20},
    {"movements": ["tilt_up", "pan_left"], "start_frame": 20, "end_frame": 48},
]


def made(*aspects: str) -> Bench:
    """A desk under the specification that ships, with one clip of 48 frames."""
    clock, writer = SimulatedClock(), FakeWriter()
    desk = Desk(catalogue(SPEC, clock=clock), writer=writer)
    campaign = desk.catalogue.open_campaign(LEAD, "demo", aspects=aspects or None)
    desk.catalogue.add_clips(LEAD, campaign, [clip("c1", frames=48)])
    return Bench(desk, clock, writer, campaign)


def told(answers: dict[str, Any], aspects: tuple[str, ...] = USUAL, untouched: tuple[str, ...] = ()) -> list[str]:
    """The rules that are broken."""
    return [fault.rule for fault in faults(SPEC, form_of(SPEC, aspects), answers, untouched=untouched, frames=48)]


# ------------------------------------------------------------------------------------------------------- what is asked


@pytest.mark.parametrize("aspect", [aspect.id for aspect in SPEC.aspects])
def test_a_campaign_asks_what_its_captions_say_and_what_that_hangs_on(aspect: str):
    form = form_of(SPEC, (aspect,))
    wanted = {field.id for field in SPEC.fields if aspect in field.mentioned_in or not field.mentioned_in}
    assert wanted <= set(form.questions)
    described = json.dumps([field["applies_when"] for field in form.description["fields"]])
    assert {field.id for field in SPEC.fields if f'"{field.id}"' in described} <= set(form.questions)
    for other in set(form.questions) - wanted:
        others = [field for field in form.description["fields"] if field["id"] != other]
        assert f'"{other}"' in json.dumps([[field["applies_when"], field["options"]] for field in others])


def test_the_whole_specification_is_asked_where_every_caption_is_made():
    form = form_of(SPEC, tuple(aspect.id for aspect in SPEC.aspects))
    assert list(form.questions) == [field.id for field in SPEC.fields]
    assert form.description["consistency"] == SPEC.as_json()["consistency"]


def test_a_form_has_only_the_headings_and_the_rules_that_its_questions_need():
    form = form_of(SPEC, ("color",)).description
    shown = {field["id"] for field in form["fields"]}
    assert "brightness" in shown
    assert "camera_pan" not in shown
    assert {field["group"] for field in form["fields"]} == {group["id"] for group in form["form_groups"]}
    assert len(form["consistency"]) < len(SPEC.as_json()["consistency"])
    assert form["record_schema"] == SPEC.record_schema


def test_a_campaign_that_names_no_aspects_gets_the_usual_ones():
    assert made().campaign.aspects == USUAL == ("subject", "scene", "motion", "spatial", "camera")
    assert made("lighting", "color").campaign.aspects == ("lighting", "color")


# ----------------------------------------------------------------------------------------------------- what is refused


def test_what_the_form_does_not_ask_is_refused_by_name_unless_it_says_nothing():
    (rule,) = told({"brightness": "bright"})
    assert (
        rule == f"{SPEC.field('brightness').title} is answered, but this campaign ({', '.join(USUAL)}) does not ask it."
    )
    assert told({"brightness": "neutral", "clipped_tones": [], "color_grading_description": "", "exposure": None}) == []
    assert told({"brightness": "bright"}, ("color",)) == []


def test_what_was_left_as_preselected_is_answered_so():
    assert told({"shot_transition": False}, untouched=("shot_transition",)) == []
    assert told({"shot_transition": True}, untouched=("shot_transition",)) == [
        "Transition between shots was left as preselected, yet that is not its answer."
    ]
    assert "was left as preselected" in told({}, untouched=("shot_transition",))[0]
    assert "was left as preselected" in told({"steadiness": "smooth"}, untouched=("steadiness",))[0]
    assert "no question 'smell'" in told({}, untouched=("smell",))[0]
    assert "no question 'dutch_angle'" in told({"dutch_angle": "no"}, ("color",), untouched=("dutch_angle",))[0]


def test_a_segment_ends_with_the_clip_at_the_latest():
    assert told({**MOVES, "camera_segments": STEPS}) == []
    (rule,) = told({**MOVES, "camera_segments": [{**STEPS[0], "end_frame": 49}]})
    assert rule == f"{SPEC.field('camera_segments').title}, segment 1 ends at frame 49; the clip has 48."


# ------------------------------------------------------------------------------------------------------- at the desk


def test_segments_are_kept_with_what_follows_from_them():
    bench = made("camera")
    bench.label(answers={**MOVES, "camera_segments": STEPS, "camera_roll": None})
    kept = bench.task(LABELS).labelled
    assert kept.record_schema == SPEC.record_schema == 2
    assert kept.answers["camera_segments"] == tuple(
        Segment(movements=tuple(step["movements"]), start_frame=step["start_frame"], end_frame=step["end_frame"])
        for step in STEPS
    )
    assert (kept.answers["camera_tilt"], kept.answers["camera_pan"]) == ("both", "right_to_left")
    assert kept.answers["camera_roll"] == "no"


def test_what_nobody_looked_at_is_told_apart():
    bench = made("camera")
    work = bench.claim(ANN, LABELS)
    answers = {**MOVES, "dutch_angle": "no", "lens_distortion": "regular"}
    bench.desk.label(ANN, bench.key(LABELS), work, answers, untouched=["lens_distortion", "shot_transition"])
    assert bench.task(LABELS).labelled.untouched == ("shot_transition", "lens_distortion")


def test_every_fault_is_named_at_once_and_nothing_is_kept():
    bench = made("camera")
    work = bench.claim(ANN, LABELS)
    answers = {"steadiness": "sideways", "brightness": "bright", "camera_segments": [{**STEPS[0], "end_frame": 99}]}
    with pytest.raises(LabelsContradict, match=r"\(3 more\)") as refused:
        bench.desk.label(ANN, bench.key(LABELS), work, answers, untouched=["nothing"])
    assert [fault.fields[0] for fault in refused.value.violations] == [
        "steadiness", "brightness", "nothing", "camera_segments"
    ]  # fmt: skip
    assert bench.status(LABELS) == "to_label"


# ------------------------------------------------------------------------------------------ records of an older schema


def labelled_long_ago(bench: Bench, **answers: Any) -> Labelled:
    """Answers as they were kept when an order of movements was a list."""
    lease = bench.desk.claim(ANN, bench.key(LABELS))
    act = Labelled(
        stream=lease.stream, version=3, actor=ANN.actor, at=bench.clock.now(), spec_version="0.9.0", token=lease.token,
        answers={**MOVES, **answers}, record_schema=1,
    )  # fmt: skip
    bench.desk.ledger.append([act], ends_lease=lease.token)
    return act


def test_an_old_record_is_read_as_todays_and_keeps_its_identity():
    bench = made("camera")
    order = ("tilt_down", "dolly_forward")
    act = labelled_long_ago(bench, camera_tilt="down", camera_forward_backward="forward", movement_order=order)
    assert bench.task(LABELS).labelled == act, "what is kept is what was said"
    bench.draft()
    given = bench.writer.drafts[-1]
    assert given.answers["camera_segments"] == tuple(Segment(movements=(movement,)) for movement in order)
    assert "movement_order" not in given.answers
    assert (given.answers["camera_tilt"], given.answers["camera_pan"]) == ("down", "no")
    draft = bench.task("camera").draft
    assert draft.parents[LABELS] == act.labels_hash == given.labels_hash
    assert bench.desk.look(bench.key("camera")).standing.stale == ()


def test_an_old_order_of_one_says_nothing_of_the_other_directions():
    bench = made("camera")
    act = labelled_long_ago(bench, camera_tilt="down", movement_order=())
    answers = bench.desk.catalogue.answers_of(act)
    assert answers["camera_segments"] == ()
    assert answers["camera_tilt"] == "down"
    assert "camera_pan" not in answers


def test_a_record_of_a_schema_that_is_unknown_is_refused_in_words():
    bench = made("camera")
    act = labelled_long_ago(bench)
    newer = dataclasses.replace(act, record_schema=9)
    with pytest.raises(BadInput, match="schema 9 are unknown"):
        bench.desk.catalogue.answers_of(newer)
