"""The name of a shot is the same for the same stretch of the same bytes, and another for any other."""

from __future__ import annotations

from fractions import Fraction

import pytest

from videolect.errors import BadInput
from videolect.video.identity import shot_id

HASH = "ab" * 32


def test_the_name_is_what_it_was_yesterday():
    assert shot_id(HASH, 0, 240, Fraction(1, 24)) == "shot-4df76f2034f596057eaf62beb750a7bd"
    assert shot_id(HASH, 0, 240, Fraction(2, 48)) == shot_id(HASH, 0, 240, Fraction(1, 24))


def test_every_part_counts():
    names = {
        shot_id(HASH, 0, 240, Fraction(1, 24)),
        shot_id("cd" * 32, 0, 240, Fraction(1, 24)),
        shot_id(HASH, -1, 240, Fraction(1, 24)),
        shot_id(HASH, 0, 241, Fraction(1, 24)),
        shot_id(HASH, 0, 240, Fraction(1, 25)),
    }
    assert len(names) == 5


@pytest.mark.parametrize(
    ("source", "start", "end", "base"),
    [
        ("AB" * 32, 0, 1, Fraction(1)),
        ("ab", 0, 1, Fraction(1)),
        (HASH, 1, 1, Fraction(1)),
        (HASH, 0, 1, Fraction(0)),
        (HASH, 0, 2**63, Fraction(1)),
    ],
)
def test_what_is_no_shot_has_no_name(source: str, start: int, end: int, base: Fraction):
    with pytest.raises(BadInput):
        shot_id(source, start, end, base)
