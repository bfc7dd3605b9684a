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
        starts=tuple(sorted(draw(st.sets(frames, max_size=3)))),
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
    assert Timeline.from_bytes(table.to_bytes()).starts == table.starts, "what the browser need not know of"


def test_a_table_is_told_to_the_browser_as_its_page_says():
    table = Timeline(
        time_base=Fraction(1, 12800),
        pts=np.array([0, 533, 1067, 1600]),
        end_pts=2133,
        container_start_s=Fraction(1, 4),
        detours=((2, 1_413_000),),
        unreachable=(3,),
        starts=(0, 2),
    )
    assert table.as_json() == {
        "time_base": [1, 12800],
        "start_pts": 0,
        "end_pts": 2133,
        "offset_s": 0.0,
        "runs": [[533, 1], [534, 1], [533, 1]],
        "hash": table.hash,
        "frames": 4,
        "container_start_s": 0.25,
        "detours": [[2, 1.413]],
        "unreachable": [3],
    }
    assert table.seek_time(2) == 1.413, "its detour, and not the middle of its showing"


def test_the_written_form_is_the_hashed_one_and_behind_it_what_the_hash_leaves_out():
    table = Timeline(
        time_base=Fraction(1, 1000),
        pts=np.array([5, 7]),
        end_pts=9,
        container_start_s=Fraction(-3, 2),
        detours=((1, 7),),
        unreachable=(0,),
        starts=(0, 1),
    )
    hashed = b"videolect-pts-1\n" + struct.pack("<6q", 1, 1000, 9, 2, 5, 7)
    assert table.to_bytes() == hashed + struct.pack("<4q", -3, 2, 1, 1) + struct.pack("<5q", 1, 7, 0, 0, 1)
    older = Timeline.from_bytes(hashed + struct.pack("<4q", -3, 2, 1, 1) + struct.pack("<3q", 1, 7, 0))
    assert (older.detours, older.unreachable, older.starts) == (((1, 7),), (0,), ())


def test_a_decoder_begins_at_the_last_start_before_a_frame():
    table = Timeline(time_base=Fraction(1, 25), pts=np.arange(9), end_pts=9, starts=(2, 5))
    assert [table.start_before(frame) for frame in (0, 1, 2, 4, 5, 8)] == [None, None, 2, 2, 5, 5]
    assert Timeline(time_base=Fraction(1, 25), pts=np.arange(9), end_pts=9).start_before(8) is None


def test_the_first_frame_from_a_moment_on():
    table = Timeline(time_base=Fraction(1, 1000), pts=np.array([0, 40, 100]), end_pts=150)
    assert [table.first_from(pts) for pts in (-1, 0, 1, 40, 41, 100, 101)] == [0, 0, 1, 1, 2, 2, 3]


def test_the_mean_rate_is_frames_by_seconds():
    assert Timeline(time_base=Fraction(1, 1000), pts=np.array([100, 140, 200]), end_pts=300).mean_rate == 15


def test_the_hash_is_that_of_the_documented_bytes():
    table = Timeline(time_base=Fraction(2, 2000), pts=np.array([5, 7]), end_pts=9, detours=((1, 7),))
    assert table.hash == blake3(b"videolect-pts-1\n" + struct.pack("<6q", 1, 1000, 9, 2, 5, 7)).hexdigest()
    assert table == Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 7]), end_pts=9)
    assert table != Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 8]), end_pts=9)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda b: b[:-1], "it breaks off"),
        (lambda b: b[:20], ".*"),
        (lambda b: b[:16] + bytes(8) + b[24:], ".*"),
        (lambda b: b"x" + b, "another beginning"),
        (lambda b: b"", "another beginning"),
    ],
)
def test_other_bytes_are_no_table(spoil, why: str):
    table = Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 7]), end_pts=9, unreachable=(1,))
    with pytest.raises(CannotRead, match=rf"^This is no table of timestamps: {why}\. Import the file again\.$"):
        Timeline.from_bytes(spoil(table.to_bytes()))


def test_a_table_that_was_changed_on_its_way_is_noticed():
    told = Timeline(time_base=Fraction(1, 1000), pts=np.array([5, 7, 9]), end_pts=11).as_json()
    for changed in ({"runs": [[2, 1], [3, 1]]}, {"runs": [[2, 1]]}, {"frames": 2}, {"start_pts": 6}):
        with pytest.raises(CannotRead) as refused:
            Timeline.from_json({**told, **changed})
        assert str(refused.value) == "The table of timestamps and its hash differ. Ask for the table again."


EMPTY = "The table of timestamps is empty. Import a file with a picture."
FALLS = "The timestamps do not rise. Give each frame's time once, and an end."


@pytest.mark.parametrize(
    ("pts", "end", "base", "says"),
    [
        ([], 1, 1, EMPTY),
        ([[0, 1]], 5, 1, EMPTY),
        ([0, 0], 5, 1, FALLS),
        ([1, 0], 5, 1, FALLS),
        ([0, 5], 5, 1, FALLS),
        ([0, 5], 6, 0, FALLS),
        ([0, 5], 6, -1, FALLS),
    ],
)
def test_times_that_do_not_rise_are_no_table(pts: list[int], end: int, base: int, says: str):
    with pytest.raises(BadInput) as refused:
        Timeline(time_base=Fraction(base, 1000), pts=np.array(pts), end_pts=end)
    assert str(refused.value) == says


def test_a_table_does_not_change():
    given_ = np.array([0, 5])
    table = Timeline(time_base=Fraction(1, 1000), pts=given_, end_pts=6)
    given_[1] = 3
    assert table.pts.tolist() == [0, 5]
    with pytest.raises(ValueError, match="read-only"):
        table.pts[0] = 3


def test_frames_that_are_not_there():
    table = Timeline(time_base=Fraction(1, 1000), pts=np.array([0]), end_pts=40)
    for frame in (-1, 2):
        with pytest.raises(BadInput) as refused:
            table.pts_of(frame)
        assert str(refused.value) == f"There is no frame {frame}. Give one from 0 to 0."


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


@pytest.mark.parametrize(
    ("base", "pts", "variable"),
    [
        (Fraction(1, 25), [0, 1, 2, 4], False),  # a tick is 40 ms: the third frame lies two thirds of one off its place
        (Fraction(1, 25), [0, 1, 2, 3, 8], True),
        (Fraction(1, 1000), [1000, 1041, 1080], False),  # 1 ms from its place, which is 1040
        (Fraction(1, 1000), [1000, 1042, 1080], True),
        (Fraction(1, 90000), [0, 3690, 7200], False),  # the same in a finer time base
        (Fraction(1, 90000), [0, 3691, 7200], True),
    ],
)
def test_a_frame_may_lie_a_tick_or_a_millisecond_off_its_place(base: Fraction, pts: list[int], variable: bool):
    assert Timeline(time_base=base, pts=np.array(pts), end_pts=pts[-1] + 1).variable_rate == variable


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
