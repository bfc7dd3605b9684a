"""The table of timestamps: midpoints, what a player shows when, and its two written forms."""

from __future__ import annotations

import struct
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput, CannotRead
from videolect.video.seeking import detours
from videolect.video.timeline import Timeline, run_lengths

BASES = [
    Fraction(1, 1000),
    Fraction(1, 12800),
    Fraction(1, 90000),
    Fraction(1, 24000),
    Fraction(1, 24),
    Fraction(1001, 24000),
]


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    steps = draw(st.lists(st.integers(1, 5000), max_size=60))
    start = draw(st.integers(-10_000, 10**9))
    pts = np.cumsum([start, *steps])
    frames = st.integers(0, len(steps))
    return Timeline(
        time_base=draw(st.sampled_from(BASES)),
        pts=pts,
        end_pts=int(pts[-1]) + draw(st.integers(1, 5000)),
        container_start_s=Fraction(draw(st.integers(-(10**6), 10**9)), 1_000_000),
        detours=tuple(draw(st.lists(st.tuples(frames, st.integers(0, 10**9)), max_size=3))),
        unreachable=tuple(draw(st.lists(frames, max_size=3))),
    )


def test_a_frame_is_sought_in_the_middle_of_its_showing():
    table = Timeline(time_base=Fraction(1, 1000), pts=np.array([0, 40, 100]), end_pts=150)
    assert [table.seek_time(frame) for frame in range(3)] == [0.02, 0.07, 0.125]
    assert [table.frame_at(s) for s in (-1, 0, 0.0399, 0.04, 0.0999, 0.1, 5)] == [0, 0, 0, 1, 1, 2, 2]
    assert (table.pts_of(2), table.pts_of(3), table.duration_s, table.frame_count) == (100, 150, 0.15, 3)


def test_a_players_rounding_does_not_show_the_frame_before():
    table = Timeline(time_base=Fraction(1, 24000), pts=np.arange(0, 48 * 1001, 1001), end_pts=48 * 1001)
    for frame in range(48):
        reported = int(float(table.pts[frame] * table.time_base) * 1e6) / 1e6  # cut off after microseconds
        assert table.frame_at(reported) == frame


@given(timelines())
@settings(deadline=None)
def test_the_middle_of_a_frame_is_in_the_frame(table: Timeline):
    for frame in range(table.frame_count):
        start, end = (float(table.pts_of(f) * table.time_base) for f in (frame, frame + 1))
        if frame not in dict(table.detours):
            assert start <= table.seek_time(frame) <= end
            if end - start > 1e-5:
                assert table.frame_at(table.seek_time(frame)) == frame


@given(timelines())
@settings(deadline=None)
def test_both_written_forms_come_back(table: Timeline):
    for again in (Timeline.from_bytes(table.to_bytes()), Timeline.from_json(table.as_json())):
        assert again.hash == table.hash
        assert np.array_equal(again.pts, table.pts)
        assert (again.end_pts, again.time_base, again.container_start_s) == (
            table.end_pts, table.time_base, table.container_start_s,
        )  # fmt: skip
        assert (again.detours, again.unreachable) == (table.detours, table.unreachable)


def test_the_hash_is_that_of_the_documented_bytes():
    table = Timeline(time_base=Fraction(2, 2000), pts=np.array([5, 7]), end_pts=9, detours=((1, 7),))
    assert table.hash == blake3(b"videolect-pts-1\n" + struct.pack("<6q", 1, 1000, 9, 2, 5, 7)).hexdigest()
    assert table == Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 7]), end_pts=9)
    assert table != Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 8]), end_pts=9)


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:20], lambda b: b"x" + b, lambda b: b""])
def test_other_bytes_are_no_table(spoil):
    table = Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 7]), end_pts=9, unreachable=(1,))
    with pytest.raises(CannotRead, match="no table"):
        Timeline.from_bytes(spoil(table.to_bytes()))


def test_a_table_that_was_changed_on_its_way_is_noticed():
    told = Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 7, 9]), end_pts=11).as_json()
    with pytest.raises(CannotRead, match="differ"):
        Timeline.from_json({**told, "runs": [[2, 1], [3, 1]]})


@pytest.mark.parametrize(("pts", "end"), [([], 1), ([0, 0], 5), ([1, 0], 5), ([0, 5], 5)])
def test_times_that_do_not_rise_are_no_table(pts: list[int], end: int):
    with pytest.raises(BadInput):
        Timeline(time_base=Fraction(1, 1000), pts=np.array(pts), end_pts=end)


def test_frames_that_are_not_there():
    table = Timeline(time_base=Fraction(1, 1000), pts=np.array([0]), end_pts=40)
    for frame in (-1, 2):
        with pytest.raises(BadInput, match="no frame"):
            table.pts_of(frame)


@pytest.mark.parametrize(
    "rate", [Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25), Fraction(50), Fraction(240)]
)
@pytest.mark.parametrize("base", BASES[:4])
@pytest.mark.parametrize("rounding", [round, int])
def test_rounding_to_the_time_base_is_a_constant_rate(rate: Fraction, base: Fraction, rounding):
    pts = np.array([rounding(i / rate / base) for i in range(5000)])
    assert not Timeline(time_base=base, pts=pts, end_pts=int(pts[-1]) + 50_000).variable_rate


def test_milliseconds_in_a_finer_time_base_are_a_constant_rate():
    pts = np.array([16 * round(1000 * i / Fraction(24000, 1001)) for i in range(2000)])
    assert not Timeline(time_base=Fraction(1, 16000), pts=pts, end_pts=int(pts[-1]) + 600).variable_rate


def test_a_dropped_frame_is_a_variable_rate():
    pts = np.delete(np.arange(0, 500 * 100, 500), 40)
    assert Timeline(time_base=Fraction(1, 12000), pts=pts, end_pts=50_000).variable_rate
    assert not Timeline(time_base=Fraction(1, 12000), pts=pts[:2], end_pts=50_000).variable_rate


@given(st.lists(st.integers(1, 9), max_size=200))
def test_runs_tell_the_steps(steps: list[int]):
    runs = run_lengths(steps)
    assert [step for step, count in runs for _ in range(count)] == steps
    assert all(a[0] != b[0] for a, b in pairwise(runs))


# ------------------------------------------------------------------------------------------------- where to seek


MS = Fraction(1, 1000)


def test_an_ordinary_file_needs_no_detour():
    assert detours(range(0, 1000, 40), 1000, MS, said_durations=[40] * 25, key_frames=[(0, 0), (400, 400)]) == ((), ())


def test_a_frame_behind_a_longer_said_one_is_sought_later():
    # Frame 1 lasts 60 ms, and the one before it is said to last until 90 ms.
    assert detours([0, 40, 100], 140, MS, said_durations=[90, 41, 41]) == (((1, 95_000),), ())


def test_a_frame_wholly_behind_another_is_lost():
    assert detours([0, 40, 50, 120], 160, MS, said_durations=[60, 41, 41, 41]) == ((), (1,))


def test_a_key_frame_that_is_taken_too_early_hides_those_before_it():
    # Measured in Chromium: B-frames without an edit list put every key frame two frames early.
    pts = list(range(83, 83 + 42 * 30, 42))
    assert detours(pts, pts[-1] + 42, MS, key_frames=[(83, 0), (pts[24], pts[22])]) == ((), (22, 23))
    # One that is taken in the middle of the frame before leaves the beginning of it.
    assert detours([0, 100, 200], 300, MS, key_frames=[(0, 0), (200, 140)]) == (((1, 120_000),), ())


def test_what_only_some_versions_hide_gets_a_moment_that_all_show_and_is_never_lost():
    assert detours([0, 40, 100], 140, MS, said_durations=[90, 41, 41], always=False) == (((1, 95_000),), ())
    # Frame 1 is over before frame 0 is said to end, and frame 2 is left to its midpoint, which is later than that.
    assert detours([0, 40, 50, 120], 160, MS, said_durations=[60, 41, 41, 41], always=False) == ((), ())


@given(timelines(), st.data())
@settings(deadline=None)
def test_a_detour_leads_into_its_frame(table: Timeline, data: st.DataObject):
    count = table.frame_count
    said = data.draw(st.lists(st.integers(0, 9000), min_size=count, max_size=count))
    taken = data.draw(st.integers(-5000, 5000))
    pts = table.pts.tolist()
    found, lost = detours(
        pts,
        table.end_pts,
        table.time_base,
        said_durations=said,
        key_frames=[(pts[count // 2], pts[count // 2] + taken)],
    )
    assert not {frame for frame, _ in found} & set(lost)
    for frame, micros in found:
        assert table.frame_at(micros / 1e6) == frame
