"""Shots: values, bytes of scores, transitions to shots."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.errors import BadInput, CannotRead
from videolect.video.blends import Blends
from videolect.video.shots import (
    Scores,
    ShotRules,
    Transition,
    as_bytes,
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
