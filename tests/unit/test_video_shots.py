"""Shots: values, bytes of scores, transitions to shots, people's edits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.errors import BadInput, CannotRead
from videolect.record.cuts import NEAR_FRAMES
from videolect.video.blends import Blends
from videolect.video.shots import (
    Added,
    Edit,
    Laid,
    Moved,
    Removed,
    Scores,
    ShotRules,
    Transition,
    as_bytes,
    edited,
    reshoot,
    runs,
    shots_of,
)
from videolect.video.timeline import Timeline


def timeline(frames: int = 100, *, ticks: int = 40, start: int = 0) -> Timeline:
    """25 frames a second in milliseconds."""
    pts = start + ticks * np.arange(frames)
    return Timeline(time_base=Fraction(1, 1000), pts=pts, end_pts=start + ticks * frames)


def cut(at: int, by: str = "detector 1", score: float = 0.9) -> Transition:
    return Transition(kind="cut", start_frame=at, end_frame=at, found_by=by, score=score)


def dissolve(start: int, end: int, by: str = "detector 1", kind: str = "dissolve") -> Transition:
    return Transition(kind=kind, start_frame=start, end_frame=end, found_by=by, score=0.8)


# ------------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "jump"}, "'jump'"),
        ({"found_by": " "}, "no author"),
        ({"start_frame": -1, "end_frame": -1}, "-1"),
        ({"end_frame": 4}, "from frame 5 to 4"),
        ({"end_frame": 6}, "1 frames of its own"),
        ({"kind": "dissolve"}, "0 frames of its own"),
        ({"score": 1.5}, "1.5"),
        ({"score": float("nan")}, "nan"),
    ],
)
def test_a_transition_is_checked_where_it_is_born(change: dict[str, object], told: str):
    good: dict[str, object] = {"kind": "cut", "start_frame": 5, "end_frame": 5, "found_by": "x", "score": 0.5}
    Transition(**good)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=told):
        Transition(**{**good, **change})  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------- transitions to shots


def test_gradual_transitions_lie_between_the_shots():
    shots = shots_of([cut(20), dissolve(50, 60)], timeline())
    assert [(shot.start_frame, shot.end_frame) for shot in shots] == [(0, 20), (20, 50), (60, 100)]
    assert [(shot.start_pts, shot.end_pts) for shot in shots] == [(0, 800), (800, 2000), (2400, 4000)]
    assert [shot.transition_in for shot in shots] == ["start", "cut", "dissolve"]
    assert [shot.transition_out for shot in shots] == ["cut", "dissolve", "end"]
    assert [shot.found_by for shot in shots] == ["detector 1"] * 3
    assert [shot.score for shot in shots] == [0.9, 0.9, 0.8]


def test_halved_they_belong_to_their_neighbours():
    shots = shots_of([cut(20), dissolve(50, 60)], timeline(), ShotRules(halved=True))
    assert [(shot.start_frame, shot.end_frame) for shot in shots] == [(0, 20), (20, 55), (55, 100)]


@pytest.mark.parametrize("halved", [False, True])
def test_a_fade_at_the_edge_of_the_film_is_no_shot(halved: bool):
    black = [dissolve(0, 12, kind="fade_black"), dissolve(90, 100, kind="fade_black")]
    (shot,) = shots_of(black, timeline(), ShotRules(halved=halved))
    assert (shot.start_frame, shot.end_frame) == (12, 90)
    assert (shot.transition_in, shot.transition_out) == ("fade_black", "fade_black")


def test_a_film_without_transitions_is_one_shot_that_nobody_found():
    (shot,) = shots_of([], timeline(start=1400))
    assert (shot.start_pts, shot.end_pts, shot.found_by) == (1400, 5400, "whole film")


def test_the_trim_leaves_the_films_own_ends():
    shots = shots_of([cut(50)], timeline(), ShotRules(trim_s=0.2))
    assert [(shot.start_frame, shot.end_frame) for shot in shots] == [(0, 45), (55, 100)]


def test_the_trim_goes_by_timestamps_not_by_a_rate():
    pts = np.array([0, 10, 20, 500, 510, 520, 1000, 1010, 2000, 2500])
    table = Timeline(time_base=Fraction(1, 1000), pts=pts, end_pts=2600)
    first, second = shots_of([cut(5)], table, ShotRules(trim_s=0.5))
    # From 520 ms half a second is taken on either side: no frame is shown before 20 ms later than that.
    assert (first.start_frame, first.end_frame) == (0, 2)
    assert (second.start_pts, second.end_frame) == (2000, 10)


def test_short_shots_are_dropped_and_long_ones_cut_into_equal_parts():
    shots = shots_of([cut(10), cut(60)], timeline(), ShotRules(min_s=0.5, max_s=1.0))
    assert [(shot.start_frame, shot.end_frame) for shot in shots] == [(10, 35), (35, 60), (60, 80), (80, 100)]
    assert [(shot.transition_in, shot.transition_out) for shot in shots] == [
        ("cut", "length"), ("length", "cut"), ("cut", "length"), ("length", "end"),
    ]  # fmt: skip


def test_what_the_trim_eats_is_no_shot():
    assert [shot.start_frame for shot in shots_of([cut(50), cut(54)], timeline(), ShotRules(trim_s=0.2))] == [0, 59]


@pytest.mark.parametrize(
    "wrong",
    [
        [cut(100)], [cut(0)], [dissolve(90, 101)], [cut(20), cut(20)], [cut(30), cut(20)], [dissolve(10, 30), cut(20)],
    ],
)  # fmt: skip
def test_transitions_that_cannot_be_are_refused(wrong: list[Transition]):
    with pytest.raises(BadInput):
        shots_of(wrong, timeline())


@pytest.mark.parametrize(
    "lengths", [{"trim_s": -1.0}, {"min_s": float("nan")}, {"max_s": 0.0}, {"min_s": 3.0, "max_s": 2.0}]
)
def test_lengths_that_cannot_be_are_refused(lengths: dict[str, float]):
    with pytest.raises(BadInput):
        shots_of([], timeline(), ShotRules(**lengths))  # type: ignore[arg-type]


marks = st.lists(st.integers(1, 99), unique=True, max_size=12).map(sorted)


@given(marks, st.booleans(), st.sampled_from([None, 0.3, 1.0]))
def test_shots_and_gradual_transitions_cover_every_frame_once(places: list[int], halved: bool, max_s: float | None):
    found = [
        dissolve(here, after) if after - here > 3 and here % 2 else cut(here)
        for here, after in pairwise([*places, 100])
    ]
    covered = np.zeros(100, int)
    for shot in shots_of(found, timeline(), ShotRules(halved=halved, max_s=max_s)):
        assert shot.start_frame < shot.end_frame
        covered[shot.start_frame : shot.end_frame] += 1
    for one in found:
        at_the_edge = one.end_frame == 100
        if not halved or at_the_edge:
            covered[one.start_frame : one.end_frame] += 1
    assert covered.tolist() == [1] * 100


# ------------------------------------------------------------------------------------------------------------- scores


def test_scores_come_back_from_their_bytes():
    rng = np.random.default_rng(1)
    tracks = {name: rng.integers(0, 256, 3000).astype(np.uint8) for name in ("cut", "dissolve")}
    kept = Scores(found_by="detector 1", rate=23.976, tracks=tracks, pts_table_hash="ab")
    back = Scores.from_bytes(kept.to_bytes())
    assert (back.found_by, back.rate, back.pts_table_hash, back.frame_count) == ("detector 1", 23.976, "ab", 3000)
    assert {name: track.tolist() for name, track in back.tracks.items()} == {
        name: track.tolist() for name, track in tracks.items()
    }


def test_a_film_without_events_costs_almost_nothing():
    quiet = Scores(found_by="x", rate=24, tracks={"cut": np.zeros(172_800, np.uint8)})
    assert len(quiet.to_bytes()) < 1000


def test_spoilt_bytes_are_told():
    data = Scores(found_by="x", rate=24, tracks={"cut": np.arange(200, dtype=np.uint8)}).to_bytes()
    for wrong in (b"", b"nonsense", data[:-1], data[:60] + bytes([data[60] ^ 1]) + data[61:], data + b"x"):
        with pytest.raises(CannotRead, match="no scores"):
            Scores.from_bytes(wrong)


def test_scores_cannot_be_changed_by_accident():
    mine = np.zeros(4, np.uint8)
    scores = Scores(found_by="x", rate=24, tracks={"cut": mine})
    mine[0] = 9
    assert scores.tracks["cut"][0] == 0
    with pytest.raises(ValueError, match="read-only"):
        scores.tracks["cut"][0] = 1
    with pytest.raises(BadInput):
        Scores(found_by="x", rate=24, tracks={"a": np.zeros(3, np.uint8), "b": np.zeros(4, np.uint8)})


def scores_of(**tracks: list[int]) -> Scores:
    whole = {name: tracks.get(name, [0] * 40) for name in ("cut", "dissolve", "fade_black", "fade_white")}
    return Scores(
        found_by=Blends.found_by, rate=24, tracks={name: np.array(track, np.uint8) for name, track in whole.items()}
    )


def at(**values: int) -> list[int]:
    """``at(f5=200)`` -> 40 frames, frame 5 is 200."""
    return [values.get(f"f{frame}", 0) for frame in range(40)]


def test_another_threshold_needs_no_pictures():
    scores = scores_of(cut=at(f5=200, f20=100), dissolve=[0] * 30 + [90] * 6 + [0] * 4)
    assert [one.start_frame for one in reshoot(Blends(), scores)] == [5]
    assert [(one.kind, one.start_frame, one.end_frame) for one in reshoot(Blends(), scores, 0.3)] == [
        ("cut", 5, 5), ("cut", 20, 20), ("dissolve", 30, 36),
    ]  # fmt: skip
    assert reshoot(Blends(), scores, 0.9) == []


def test_a_fade_swallows_the_cuts_at_its_edges_and_a_cut_the_dissolve_over_it():
    scores = scores_of(
        cut=at(f9=255, f18=255, f30=255),
        fade_black=[0] * 10 + [200] * 8 + [0] * 22,
        dissolve=[0] * 26 + [250] * 8 + [0] * 6,
    )
    assert [(one.kind, one.start_frame) for one in reshoot(Blends(), scores)] == [("fade_black", 10), ("cut", 30)]


def test_neighbouring_frames_are_one_cut_at_the_best_of_them():
    assert [one.start_frame for one in reshoot(Blends(), scores_of(cut=at(f5=150, f6=220, f7=160)))] == [6]


def test_scores_are_read_by_their_own_detector_only():
    other = Scores(found_by="someone 2", rate=24, tracks={"cut": np.zeros(4, np.uint8)})
    with pytest.raises(BadInput, match="someone 2"):
        reshoot(Blends(), other)
    for threshold in (0.0, -1.0, float("nan")):
        with pytest.raises(BadInput, match="threshold"):
            reshoot(Blends(), scores_of(), threshold)


def test_small_helpers():
    assert list(runs(np.array([0, 1, 1, 0, 1], bool))) == [(1, 3), (4, 5)]
    assert list(runs(np.zeros(0, bool))) == []
    assert as_bytes(np.array([-1, 0, 0.5, 1, 2])).tolist() == [0, 0, 128, 255, 255]


# -------------------------------------------------------------------------------------------------------------- edits


def places(transitions: list[Transition]) -> list[tuple[str, int, int, str]]:
    return [(one.kind, one.start_frame, one.end_frame, one.found_by) for one in transitions]


def test_people_add_move_and_remove():
    found = [cut(20), cut(40), dissolve(60, 70)]
    edits = [
        Added(by="ann", kind="cut", start_frame=30, end_frame=30),
        Removed(by="ann", start_frame=40, end_frame=40),
        Moved(by="rev", was_start=60, was_end=70, kind="fade_white", start_frame=58, end_frame=72),
    ]
    assert places(edited(found, edits)) == [
        ("cut", 20, 20, "detector 1"), ("cut", 30, 30, "ann"), ("fade_white", 58, 72, "rev"),
    ]  # fmt: skip


def test_no_edits_change_nothing():
    assert edited([cut(40), cut(20)], []) == [cut(20), cut(40)]


def test_a_later_detector_does_not_overrule_a_person():
    edits = [
        Added(by="ann", kind="cut", start_frame=30, end_frame=30),
        Removed(by="ann", start_frame=40, end_frame=40),
        Moved(by="ann", was_start=50, was_end=50, kind="cut", start_frame=55, end_frame=55),
    ]
    # The new run is a frame off, has found nothing at 50, and says a dissolve where ann saw a cut.
    new = [dissolve(26, 34, by="detector 2"), cut(41, by="detector 2"), cut(80, by="detector 2")]
    assert places(edited(new, edits)) == [
        ("cut", 30, 30, "ann"), ("cut", 55, 55, "ann"), ("cut", 80, 80, "detector 2"),
    ]  # fmt: skip


def test_the_nearest_of_two_is_meant():
    assert [
        one.start_frame for one in edited([cut(20), cut(22)], [Removed(by="ann", start_frame=22, end_frame=22)])
    ] == [20]


def test_a_person_may_take_back_what_a_person_did():
    edits = [
        Added(by="ann", kind="cut", start_frame=30, end_frame=30),
        Moved(by="rev", was_start=30, was_end=30, kind="cut", start_frame=31, end_frame=31),
        Removed(by="rev", start_frame=31, end_frame=31),
    ]
    assert edited([], edits[:2])[0].found_by == "rev"
    assert edited([], edits) == []


def test_two_people_do_not_put_one_over_the_other():
    first = Added(by="ann", kind="dissolve", start_frame=30, end_frame=40)
    with pytest.raises(BadInput, match="rev puts a cut at frame 35"):
        edited([], [first, Added(by="rev", kind="cut", start_frame=35, end_frame=35)])
    # Two cuts that are close are two cuts when people say so.
    close = [Added(by="ann", kind="cut", start_frame=at, end_frame=at) for at in (50, 52)]
    assert [one.start_frame for one in edited([], close)] == [50, 52]


def test_the_edited_transitions_make_shots():
    edits = [Added(by="ann", kind="cut", start_frame=30, end_frame=30)]
    shots = shots_of(edited([cut(60)], edits), timeline())
    assert [shot.found_by for shot in shots] == ["ann", "ann", "detector 1"]


def oracle(transitions: Iterable[Transition], edits: Iterable[Edit]) -> list[Transition]:
    """``edited`` as it was at first: over all transitions for each edit."""

    def place(one: Transition) -> tuple[int, int]:
        return one.start_frame, one.end_frame

    def distance(one: Transition, start: int, end: int) -> int:
        return max(start - one.end_frame, one.start_frame - end)

    found = sorted(transitions, key=place)
    by_people: list[Transition] = []
    for edit in edits:
        if isinstance(edit, Removed | Moved):
            old = (edit.start_frame, edit.end_frame) if isinstance(edit, Removed) else (edit.was_start, edit.was_end)
            near = [one for one in [*found, *by_people] if distance(one, *old) <= NEAR_FRAMES]
            target = min(
                near, key=lambda one: abs(one.start_frame - old[0]) + abs(one.end_frame - old[1]), default=None
            )
            found = [one for one in found if one is not target]
            by_people = [one for one in by_people if one is not target]
        if isinstance(edit, Added | Moved):
            new = Transition(
                kind=edit.kind, start_frame=edit.start_frame, end_frame=edit.end_frame, found_by=edit.by, score=1.0
            )
            for other in by_people:
                if distance(other, *place(new)) < 0 or place(other) == place(new):
                    raise BadInput(
                        f"{edit.by} puts a {new.kind} at frame {new.start_frame}, over the {other.kind} of "
                        f"{other.found_by} at {other.start_frame}.",
                        mend="Remove or move that one first.",
                    )
            found = [one for one in found if distance(one, *place(new)) > NEAR_FRAMES]
            by_people.append(new)
    return sorted([*found, *by_people], key=place)


def drawn_stretch(draw: Random, most: int) -> dict[str, int]:
    start = draw.randrange(most)
    return {"start_frame": start, "end_frame": start + draw.choice([0, 0, 0, 1, 3, 12])}


def drawn_transition(draw: Random, most: int) -> Transition:
    place = drawn_stretch(draw, most)
    kind = "cut" if place["start_frame"] == place["end_frame"] else draw.choice(["dissolve", "gradual"])
    return Transition(kind=kind, **place, found_by="detector 1", score=draw.random())


def drawn_edit(draw: Random, most: int) -> Edit:
    place, by = drawn_stretch(draw, most), draw.choice(["ann", "rev"])
    kind = "cut" if place["start_frame"] == place["end_frame"] else draw.choice(["dissolve", "fade_black"])
    was = drawn_stretch(draw, most)
    match draw.randrange(4):
        case 0:
            return Removed(by=by, **place)
        case 1:
            return Added(by=by, kind=kind, **place)
    return Moved(by=by, kind=kind, **place, was_start=was["start_frame"], was_end=was["end_frame"])


@pytest.mark.parametrize("seed", range(15))
def test_edits_one_by_one_give_what_all_at_once_gave(seed: int):
    draw = Random(seed)
    most = draw.choice([20, 60, 300])
    found = [drawn_transition(draw, most) for _ in range(draw.randrange(60))]
    laid, kept = Laid(found), list[Edit]()
    refused = 0
    for _ in range(60):
        if kept and draw.random() < 0.25:
            laid.take_back()
            kept.pop()
        edit = drawn_edit(draw, most)
        try:
            expected = oracle(found, [*kept, edit])
        except BadInput as why:
            refused += 1
            with pytest.raises(BadInput, match=re.escape(str(why))):
                laid.apply(edit)
        else:
            laid.apply(edit)
            kept.append(edit)
            assert edited(found, kept) == expected
        assert laid.transitions() == oracle(found, kept)
    assert refused or most == 300
