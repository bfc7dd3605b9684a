"""How the labels writer carries out the points of a critique."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from videolect.language import load_spec
from videolect.points.apply import apply_points
from videolect.record.clip import Clip
from videolect.record.critique import SENTINEL, Critique, Point
from videolect.record.drafting import DraftRequest, ReviseRequest
from videolect.record.instructions import wanted_words
from videolect.writing.labels.writer import LabelsWriter

CLIP = Clip(
    id="clip-1",
    video_hash="0",
    source_id="f",
    start_pts=0,
    end_pts=9,
    time_base=Fraction(1, 25),
    start_frame=0,
    end_frame=9,
)
DRAFT = "The camera tilts up slowly, then pushes in. It shakes."


def point(
    kind: str, words: str, instruction: str = "", *, draft: str = DRAFT, id: str = "p1", at: int | None = None
) -> Point:
    start = draft.index(words) if at is None else at
    return Point(id=id, kind=kind, start=start, end=start + len(words), words=words, instruction=instruction)  # type: ignore[arg-type]


def revise(draft: str, *points: Point, raw: str = "") -> tuple[str, tuple[str, ...], dict[str, str]]:
    request = ReviseRequest(clip=CLIP, aspect="camera", draft=draft, critique=Critique(raw=raw, points=points))
    revision = LabelsWriter(load_spec()).revise(request)
    return revision.text, revision.applied, {entry.point: entry.why for entry in revision.not_applied}


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (("replace", "up", "down"), "The camera tilts down slowly, then pushes in. It shakes."),
        (("replace", "up", 'Write "down" instead.'), "The camera tilts down slowly, then pushes in. It shakes."),
        (("replace", "The camera", "it"), "It tilts up slowly, then pushes in. It shakes."),
        (("replace", "It shakes.", "It is steady"), "The camera tilts up slowly, then pushes in. It is steady."),
        (("replace", "shakes", "is steady."), "The camera tilts up slowly, then pushes in. It is steady."),
        (("replace", "slow", "rapid"), "The camera tilts up rapidly, then pushes in. It shakes."),
        (("replace", " up ", "down"), "The camera tilts down slowly, then pushes in. It shakes."),
        (("insert", "slowly", "and smoothly"), "The camera tilts up slowly and smoothly, then pushes in. It shakes."),
        (("insert", "slowly", ", on a crane"), "The camera tilts up slowly, on a crane, then pushes in. It shakes."),
        (("insert", "shakes.", "it is dark"), "The camera tilts up slowly, then pushes in. It shakes. It is dark."),
        (("insert", "in.", "It stops."), "The camera tilts up slowly, then pushes in. It stops. It shakes."),
        (("delete", " slowly"), "The camera tilts up, then pushes in. It shakes."),
        (("delete", "slowly"), "The camera tilts up, then pushes in. It shakes."),
        (("delete", "The "), "Camera tilts up slowly, then pushes in. It shakes."),
        (("delete", "It shakes."), "The camera tilts up slowly, then pushes in."),
        (("delete", "The camera tilts up slowly, then pushes in."), "It shakes."),
        (("delete", ", then pushes in."), "The camera tilts up slowly. It shakes."),
        (("reorder", "It shakes.", "to the start"), "It shakes. The camera tilts up slowly, then pushes in."),
        (("reorder", "slowly", 'after "pushes in"'), "The camera tilts up, then pushes in slowly. It shakes."),
        (("reorder", "slowly", 'before "pushes"'), "The camera tilts up, then slowly pushes in. It shakes."),
    ],
)  # fmt: skip
def test_one_point(made, text):
    kind, words, *instruction = made
    assert revise(DRAFT, point(kind, words, *instruction)) == (text, ("p1",), {})


def test_an_insertion_at_an_empty_span_goes_before_it():
    assert revise(DRAFT, point("insert", "", "then", at=DRAFT.index("slowly")))[0].startswith(
        "The camera tilts up then slowly"
    )
    assert revise(DRAFT, point("insert", "", "it is dark", at=0))[0] == f"It is dark. {DRAFT}"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (("remark", "up", "Is it?"), "judgement"),
        (("replace", "up", " "), "instruction is empty"),
        (("reorder", "slowly", ""), "instruction is empty"),
        (("reorder", "slowly", "somewhere else"), "does not say where to"),
        (("reorder", "slowly", 'after "nowhere"'), "not in the draft"),
        (("reorder", "slowly", 'after "t"'), "in the draft twice"),
        (("reorder", "It shakes.", "to the end"), "already stand there"),
    ],
)
def test_what_cannot_be_done_is_handed_back(made, why):
    text, applied, left = revise(DRAFT, point(*made))
    assert (text, applied) == (DRAFT, ())
    assert why in left["p1"]


def test_a_point_on_other_words_is_not_carried_out():
    stale = Point(id="p1", kind="replace", start=0, end=3, words="One", instruction="Two")
    assert "not at that place" in revise(DRAFT, stale)[2]["p1"]
    beyond = Point(id="p1", kind="delete", start=0, end=900, words="x" * 900)
    assert "not at that place" in revise(DRAFT, beyond)[2]["p1"]


def test_of_two_that_overlap_the_one_that_begins_earlier_is_carried_out():
    one, two = point("replace", "tilts up", "tilts down", id="a"), point("replace", "up slowly", "down fast", id="b")
    text, applied, left = revise(DRAFT, two, one)
    assert text == DRAFT.replace("tilts up", "tilts down")
    assert applied == ("a",)
    assert "overlaps point a" in left["b"]


def test_nothing_is_left_of_a_draft_only_over_the_reviser_s_refusal():
    text, applied, left = revise(DRAFT, point("delete", DRAFT))
    assert (text, applied) == (DRAFT, ())
    assert "no text" in left["p1"]


def test_free_words_are_handed_back_and_the_sentinel_asks_for_nothing():
    assert revise(DRAFT, raw="The tilt is wrong.")[:2] == (DRAFT, ())
    assert set(revise(DRAFT, raw="The tilt is wrong.")[2]) == {"raw"}
    assert revise(DRAFT, raw=SENTINEL) == (DRAFT, (), {})


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("slowly", "slowly"), ('"slowly"', "slowly"), ("“slowly”", "slowly"), ('Replace it with "slowly".', "slowly"),
        ('Replace "up" with "down"', "down"), ('It should say "a cat"', "a cat"),
        ("Please write: “two dogs” instead.", "two dogs"),
        ('a man with "STOP" on his shirt', 'a man with "STOP" on his shirt'), ('the sign "EXIT"', 'the sign "EXIT"'),
    ],
)  # fmt: skip
def test_which_words_an_instruction_asks_for(instruction, words):
    assert wanted_words(instruction) == words


def test_a_planted_error_is_mended_by_its_own_point():
    spec = load_spec()
    answers = {
        "steadiness": "smooth",
        "camera_movement": "major_simple",
        "camera_motion_speed": "slow",
        "camera_pan": "left_to_right",
    }
    request = DraftRequest(clip=CLIP, aspect="camera", answers=answers)
    false, true = LabelsWriter(spec, plant=2, seed=1).draft(request), LabelsWriter(spec).draft(request)
    points = [
        point("replace", error.wrong, error.right, draft=false.text, id=f"p{at}")
        for at, error in enumerate(false.planted)
    ]
    assert len(points) == 2
    assert revise(false.text, *points)[0] == true.text


letters = st.sampled_from([*"abcXYZ  .,", "é", "e\u0301", "😀", "👩\u200d🚀", "ש", "ل", "漢", "\u0301", "\n"])


@st.composite
def critiques(draw: st.DrawFn) -> tuple[str, list[Point]]:
    """A draft in any script with points anywhere on it, overlapping or not."""
    draft = "".join(draw(st.lists(letters, min_size=1, max_size=30)))
    points = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["replace", "insert", "delete", "reorder", "remark"]))
        start = draw(st.integers(0, len(draft) - (kind not in ("insert", "remark"))))
        end = draw(st.integers(start + (kind not in ("insert", "remark")), len(draft)))
        instruction = draw(st.sampled_from(["", "new", "Neu 😀", "שלום", "to the start", 'before "a"', "two words."]))
        points.append(
            Point(id=f"p{number}", kind=kind, start=start, end=end, words=draft[start:end], instruction=instruction)  # type: ignore[arg-type]
        )
    return draft, points


def plain(text: str) -> str:
    return "".join(text.casefold().split()).translate({ord(stop): None for stop in ".,;:!?"})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(critiques(), st.randoms())
def test_the_order_of_points_does_not_matter_and_none_is_lost(made, random):
    draft, points = made
    text, applied, left = apply_points(draft, points)
    assert sorted([*applied, *(entry.point for entry in left)]) == sorted(p.id for p in points)
    assert all(entry.why.strip().endswith(".") for entry in left)
    shuffled = [*points]
    random.shuffle(shuffled)
    again = apply_points(draft, shuffled)
    assert (again[0], set(again[1]), set(again[2])) == (text, set(applied), set(left))
    if not applied:
        assert text == draft


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(critiques())
def test_what_no_point_spans_stays_in_its_order(made):
    draft, points = made
    text, applied, _ = apply_points(draft, points)
    spans = sorted((p.start or 0, p.end or 0) for p in points if p.id in applied and p.kind not in ("insert",))
    at, kept = 0, []
    for start, end in [*spans, (len(draft), len(draft))]:
        kept.append(plain(draft[at:start]))
        at = max(at, end)
    rest = iter(plain(text))
    assert all(character in rest for stretch in kept for character in stretch), (draft, text)


@settings(max_examples=200, deadline=None)
@given(st.lists(letters, max_size=10).map("".join), st.lists(letters, max_size=10).map("".join))
def test_a_replacement_in_the_middle_leaves_every_other_character(left, right):
    draft = f"{left}x1x{right}"
    start = len(left)
    made = Point(id="p", kind="replace", start=start, end=start + 3, words="x1x", instruction="y2y")
    assert apply_points(draft, [made])[0] == f"{left}y2y{right}"
