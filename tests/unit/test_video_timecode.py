"""Timecode by the rule of SMPTE ST 12-1: every frame of a day has one code, and no code that the rule drops appears."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.errors import BadInput
from videolect.video.timecode import Timecode, timecode_of
from videolect.video.timeline import Timeline

NTSC, NTSC_60, FILM = Fraction(30000, 1001), Fraction(60000, 1001), Fraction(24000, 1001)
DROPPING = [Timecode(rate=NTSC, drop=True), Timecode(rate=NTSC_60, drop=True)]
COUNTINGS = [*DROPPING, *(Timecode(rate=Fraction(rate)) for rate in (24, 25, 30, 50, 60, FILM, NTSC, NTSC_60, 1, 12))]


@pytest.mark.parametrize(
    ("rate", "drop", "frame", "code"),
    [
        (NTSC, True, 0, "00:00:00;00"),
        (NTSC, True, 1799, "00:00:59;29"),
        (NTSC, True, 1800, "00:01:00;02"),
        (NTSC, True, 3597, "00:01:59;29"),
        (NTSC, True, 3598, "00:02:00;02"),
        (NTSC, True, 17981, "00:09:59;29"),
        (NTSC, True, 17982, "00:10:00;00"),
        (NTSC, True, 107892, "01:00:00;00"),
        (NTSC, True, 2589407, "23:59:59;29"),
        (NTSC, True, 2589408, "00:00:00;00"),
        (NTSC_60, True, 3599, "00:00:59;59"),
        (NTSC_60, True, 3600, "00:01:00;04"),
        (NTSC_60, True, 35964, "00:10:00;00"),
        (NTSC, False, 17982, "00:09:59:12"),
        (NTSC, False, 108000, "01:00:00:00"),
        (FILM, False, 86399, "00:59:59:23"),
        (FILM, False, 86400, "01:00:00:00"),
        (Fraction(25), False, 2159999, "23:59:59:24"),
        (Fraction(25), False, 2160000, "00:00:00:00"),
    ],
)
def test_known_codes(rate: Fraction, drop: bool, frame: int, code: str):
    counting = Timecode(rate=rate, drop=drop)
    assert counting.text(frame) == code
    assert counting.frame(code) == frame % counting.day


def numbered(counting: Timecode, hours: range) -> Iterator[str]:
    """The rule by counting: every code of these hours in its order, without those that are dropped."""
    dropped = {NTSC: 2, NTSC_60: 4}[counting.rate]
    for hour, minute, second, number in product(hours, range(60), range(60), range(counting.nominal)):
        if minute % 10 == 0 or second or number >= dropped:
            yield f"{hour:02}:{minute:02}:{second:02};{number:02}"


@pytest.mark.parametrize("counting", DROPPING, ids=["29.97", "59.94"])
def test_every_code_of_an_hour(counting: Timecode):
    codes = list(numbered(counting, range(1)))
    assert [counting.text(frame) for frame in range(len(codes))] == codes
    assert len(codes) * 24 == counting.day


@pytest.mark.parametrize("counting", DROPPING, ids=["29.97", "59.94"])
def test_every_minute_of_a_day(counting: Timecode):
    dropped = {NTSC: 2, NTSC_60: 4}[counting.rate]
    frame = 0
    for minute in range(24 * 60):
        first = dropped if minute % 10 else 0
        code = f"{minute // 60:02}:{minute % 60:02}:00;{first:02}"
        assert counting.text(frame) == code
        assert counting.frame(code) == frame
        frame += 60 * counting.nominal - first
        assert counting.text(frame - 1) == f"{minute // 60:02}:{minute % 60:02}:59;{counting.nominal - 1}"
    assert frame == counting.day


@pytest.mark.parametrize("counting", DROPPING, ids=["29.97", "59.94"])
def test_drop_frame_keeps_to_the_clock(counting: Timecode):
    assert 0 < 86400 - float(counting.day / counting.rate) < 0.1


@given(counting=st.sampled_from(COUNTINGS), frame=st.integers(0, 5_184_000), start=st.integers(0, 86_399))
def test_a_frame_and_its_code_are_one(counting: Timecode, frame: int, start: int):
    moved = Timecode(rate=counting.rate, drop=counting.drop, start=start)
    code = moved.text(frame)
    assert moved.frame(code) == frame % moved.day
    assert Timecode.starting_at(moved.text(0), moved.rate) == moved
    assert moved.text(frame) == counting.text(frame + start)
    assert (";" in code) == counting.drop


@given(counting=st.sampled_from(COUNTINGS), frame=st.integers(0, 5_184_000))
def test_codes_rise_from_frame_to_frame(counting: Timecode, frame: int):
    if (frame + 1) % counting.day:
        assert counting.text(frame) < counting.text(frame + 1)


@given(
    counting=st.sampled_from(COUNTINGS),
    parts=st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)),
)
def test_a_code_is_a_frame_or_an_error(counting: Timecode, parts: tuple[int, int, int, int]):
    mark = ";" if counting.drop else ":"
    code = "{:02}:{:02}:{:02}".format(*parts[:3]) + f"{mark}{parts[3]:02}"
    dropped = counting.drop and parts[1] % 10 and not parts[2] and parts[3] < counting.nominal // 15
    if parts[0] > 23 or max(parts[1:3]) > 59 or parts[3] >= counting.nominal or dropped:
        with pytest.raises(BadInput, match=code):
            counting.frame(code)
    else:
        assert counting.text(counting.frame(code)) == code


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("00:01:00;00", "leaves out"),
        ("00:59:00;01", "leaves out"),
        ("24:00:00;00", "24 hours: at most 23"),
        ("00:60:00;00", "60 minutes: at most 59"),
        ("00:00:60;00", "60 seconds: at most 59"),
        ("00:00:00;30", "30 frames: at most 29"),
        ("00:00:00:00", "is not drop-frame"),
        ("0:00:00;00", "is no timecode"),
        ("-1:00:00;00", "is no timecode"),
        ("٠٠:٠٠:٠٠;٠٠", "is no timecode"),
        ("", "is no timecode"),
        ("x" * 10_000, "is no timecode"),
    ],
)
def test_impossible_codes_are_told(code: str, words: str):
    with pytest.raises(BadInput, match=words) as told:
        DROPPING[0].frame(code)
    assert len(str(told.value)) < 300


def test_the_mend_of_a_dropped_number_is_a_code():
    with pytest.raises(BadInput, match="00:01:00;02"):
        DROPPING[0].frame("00:01:00;01")
    assert DROPPING[0].frame("00:01:00;02") == 1800
    assert DROPPING[0].frame("00:10:00;01") == 17983


@pytest.mark.parametrize(
    ("rate", "drop", "start", "words"),
    [
        (Fraction(179, 6), False, 0, "no timecode at 29.833"),
        (Fraction(25, 2), False, 0, "no timecode at 12.500"),
        (Fraction(120), False, 0, "no timecode at 120"),
        (Fraction(1, 10), False, 0, "no timecode at 0.1"),
        (Fraction(25), True, 0, "Drop-frame at 25"),
        (FILM, True, 0, "Drop-frame at 24000/1001"),
        (Fraction(25), False, 2160000, "a day has 2,160,000"),
        (Fraction(25), False, -1, "first frame's number is -1"),
    ],
)
def test_what_has_no_timecode(rate: Fraction, drop: bool, start: int, words: str):
    with pytest.raises(BadInput, match=words):
        Timecode(rate=rate, drop=drop, start=start)


def timeline(rate: Fraction, frames: int, base: Fraction) -> Timeline:
    pts = np.array([round(i / rate / base) for i in range(frames + 1)])
    return Timeline(time_base=base, pts=pts[:-1], end_pts=int(pts[-1]))


def test_a_film_is_counted_from_its_first_code():
    film = timeline(NTSC, 200, Fraction(1, 1000))
    counting = timecode_of(film, "01:00:00;00")
    assert (counting.rate, counting.drop) == (NTSC, True)
    assert counting.text(30) == "01:00:01;00"
    assert counting.frame("00:59:59;29") == counting.day - 1
    assert timecode_of(film).text(30) == "00:00:01:00"
    # In milliseconds six frames fit 29.97 and 30 alike: the code that is there decides.
    assert timecode_of(timeline(Fraction(30), 6, Fraction(1, 1000)), "01:00:00;00").rate == NTSC


def test_a_film_of_variable_rate_has_none():
    film = Timeline(time_base=Fraction(1, 1000), pts=np.array([0, 40, 90, 200]), end_pts=240)
    with pytest.raises(BadInput, match="variable frame rate has no timecode"):
        timecode_of(film)
