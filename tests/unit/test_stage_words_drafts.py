"""Drafts with known errors, the points that mend them, and critiques in several voices."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from tests.support.staged import LEVEL, MAN, WOMAN, facts
from videolect.language.claims import claims_of
from videolect.language.lint import constructiveness, lint, lint_critique
from videolect.language.spec import load_spec
from videolect.language.values import Segment
from videolect.points.apply import apply_points
from videolect.record.critique import SENTINEL, Critique
from videolect.stage.words import ASPECTS, Draft, Telling, critiques, drafts, judge
from videolect.stage.words.critiques import VOICES
from videolect.stage.world.scene import Event

SPEC = load_spec()
SEGMENTS = (Segment(movements=("pan_left",)), Segment(movements=("tilt_up",)), Segment(movements=("dolly_forward",)))
CLIP = facts(
    {
        **LEVEL, "camera_segments": SEGMENTS, "shot_size_start": "wide", "shot_size_end": "medium", "enters_by": (),
        "leaves_by": (), "screen_direction": "left_to_right", "subject_position_start": "middle_left",
        "subject_position_end": "unknown", "subject_depth_start": "foreground", "subject_depth_end": "unknown",
        "scene_places": ("street",), "time_of_day_start": "day", "time_of_day_end": "unknown", "scene_weather": (),
        "scene_movement": "dynamic", "subject_height_start": "at_subject", "subject_height_end": "unknown",
        "color_temperature": "warm", "colorfulness": "high", "brightness": "dark", "exposure": "balanced",
        "light_sources": ("sunlight",), "light_quality": "hard", "lens_effects": ("lens_flare_regular",),
        "special_effects": ("vignette",), "natural_effects": (), "is_tracking": True, "tracking_shot_types": ("side",),
    },
    WOMAN,
    happenings=(
        Event(what="walk", who=("a",), start_frame=0, end_frame=40),
        Event(what="wave", who=("a",), start_frame=40, end_frame=60),
    ),
    details=("a row of trees", "a wooden fence"),
)  # fmt: skip


@cache
def made() -> list[Draft]:
    """Drafts of every kind: seconds of work, so not when the file is only read."""
    return [draft for aspect in ASPECTS for seed in range(12) for draft in drafts(SPEC, CLIP, aspect, seed, count=2)]


def test_there_are_enough_drafts_of_every_kind():
    assert {draft.aspect for draft in made()} == set(ASPECTS)
    assert {len(draft.points) for draft in made()} == {0, 1, 2, 3, 4}
    kinds = Counter(kind for draft in made() for kind in draft.errors)
    assert set(kinds) == {"wrong", "missing", "invented", "vague", "subjective", "order"}
    assert kinds["wrong"] > kinds["subjective"]


def test_carrying_out_the_points_gives_the_true_caption_again():
    truth = Telling(SPEC, CLIP)
    for draft in made():
        mended, applied, left = apply_points(draft.text, draft.points)
        assert mended == draft.truth, draft
        assert len(applied) == len(draft.points)
        assert not left
        assert judge(truth, draft.aspect, mended).exact


def test_points_are_whole_points_of_the_draft():
    for draft in made():
        if draft.points:
            Critique(points=draft.points).check_against(draft.text, CLIP.frames)
        assert len(draft.points) == len(draft.errors)


def test_every_error_can_be_told_from_the_text_or_is_one_of_looks():
    truth = Telling(SPEC, CLIP)

    def claims(text):
        return sorted((c.primitive, c.state, c.order) for c in claims_of(text))

    for draft in made():
        if len(draft.points) != 1:
            continue
        kind, verdict = draft.errors[0], judge(truth, draft.aspect, draft.text)
        if kind in ("vague", "subjective"):
            assert kind in {finding.kind for finding in lint(draft.text, draft.aspect)}
        elif draft.points[0].topic == "subject_look" and kind == "wrong":
            assert draft.text != draft.truth
        else:
            assert claims(draft.text) != claims(draft.truth)
            assert kind == "order" or not verdict.exact


def test_a_right_draft_has_no_points_and_gets_the_sentinel():
    right = [draft for draft in made() if not draft.points]
    assert right
    assert all(draft.text == draft.truth and critiques(draft, 1, SPEC.lexicon) == (SENTINEL,) for draft in right)


def test_every_voice_says_what_to_write():
    for draft in made():
        if not draft.points:
            continue
        told = critiques(draft, 7, SPEC.lexicon)
        assert len(told) == len(VOICES) == len(set(told))
        for text in told:
            assert constructiveness(text) == 1.0, text
            assert not lint_critique(text, draft.aspect), text
            for point, kind in zip(draft.points, draft.errors, strict=True):
                wanted = point.instruction if point.kind == "replace" else point.words
                assert wanted.strip(" ,.").split(". ")[-1] in text or point.kind == "insert" or kind == "order"


def test_what_is_quoted_begins_and_ends_with_a_word():
    for draft in made():
        for point in draft.points:
            quoted = (point.words, point.instruction) if point.kind in ("replace", "insert") else (point.words,)
            assert all(each == each.strip(" ,") for each in quoted), point


@pytest.mark.parametrize("aspect", ["camera", "motion"])
def test_drafts_and_critiques_are_the_same_for_the_same_seed(aspect):
    one, two = drafts(SPEC, CLIP, aspect, 3), drafts(SPEC, CLIP, aspect, 3)
    assert one == two
    assert [critiques(draft, 3, SPEC.lexicon) for draft in one] == [critiques(draft, 3, SPEC.lexicon) for draft in two]


def test_without_an_exact_caption_there_is_no_draft():
    assert drafts(SPEC, facts({**LEVEL, "shot_transition": True}, WOMAN, MAN), "camera", 1) == ()


def deed(what, who, start_frame):
    return Event(what=what, who=(who,), start_frame=start_frame, end_frame=start_frame + 20)


IN_ORDER = facts(
    {**LEVEL, "camera_segments": SEGMENTS}, WOMAN, MAN,
    happenings=(deed("walk", "a", 0), deed("run", "b", 20), deed("wave", "a", 40), deed("sit_down", "a", 60)),
)  # fmt: skip


def test_a_wrong_order_is_planted_where_things_follow_one_another():
    every = [d for aspect in ("camera", "motion") for seed in range(20) for d in drafts(SPEC, IN_ORDER, aspect, seed)]
    found = [(p, d) for d in every for p, kind in zip(d.points, d.errors, strict=True) if kind == "order"]
    assert len(found) > 40
    assert {draft.aspect for _, draft in found} == {"camera", "motion"}
    moved = [(point, draft) for point, draft in found if point.kind == "reorder"]
    assert moved
    for point, draft in moved:
        assert point.words.endswith(".")
        assert draft.text.index(point.words) > draft.text.index(point.instruction.split('"')[1])
    assert any(". " in point.words for point, _ in found if point.kind == "replace")
    for _, draft in found:
        mended, _, left = apply_points(draft.text, draft.points)
        assert (mended, left) == (draft.truth, ())


def test_points_about_a_deed_or_a_stretch_of_movement_carry_its_frames():
    spans = {(happening.start_frame, happening.end_frame) for happening in CLIP.happenings}
    assert spans & {(p.start_frame, p.end_frame) for d in made() if d.aspect == "motion" for p in d.points}
    stretches = tuple(
        Segment(movements=s.movements, start_frame=n * 30, end_frame=n * 30 + 30) for n, s in enumerate(SEGMENTS)
    )
    clip = facts({**LEVEL, "camera_segments": stretches}, WOMAN)
    points = [p for seed in range(12) for d in drafts(SPEC, clip, "camera", seed) for p in d.points]
    ways = {(p.start_frame, p.end_frame) for p in points if p.topic == "direction" and p.kind == "replace"}
    assert ways >= {(0, 30), (30, 60), (60, 90)}
    assert all(p.start_frame is None for p in points if p.topic in ("camera_angle", "depth_of_field"))
    for draft in made():
        for point in draft.points:
            point.check_against(draft.text, CLIP.frames)
