"""Which frames a rule gives, and what a recipe's hash knows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.errors import BadInput
from videolect.video.recipe import Fit, Fixed, Recipe
from videolect.video.sampling import At, Rate, Uniform, pick
from videolect.video.timeline import Timeline


def timeline(gaps: list[int], last: int = 40) -> Timeline:
    pts = np.cumsum([0, *gaps])
    return Timeline(time_base=Fraction(1, 1000), pts=pts, end_pts=int(pts[-1]) + last)


EVEN = timeline([40] * 249)
"""Ten seconds at 25 frames a second."""


def test_evenly_many_hold_the_first_and_the_last():
    assert pick(EVEN, Uniform(count=2)) == (0, 249)
    assert pick(EVEN, Uniform(count=4)) == (0, 83, 166, 249)
    assert pick(EVEN, Uniform(count=1)) == (125,)
    assert pick(EVEN, Uniform(count=3), start=100, end=111) == (100, 105, 110)
    assert pick(EVEN, Uniform(count=9), start=5, end=8) == (5, 6, 7)


def test_a_rate_counts_from_the_first_frame_and_has_a_most():
    assert pick(EVEN, Rate(per_second=Fraction(2)))[:4] == (0, 12, 25, 37)
    assert len(pick(EVEN, Rate(per_second=Fraction(2)))) == 20
    assert pick(EVEN, Rate(per_second=Fraction(1, 4))) == (0, 100, 200)
    assert pick(EVEN, Rate(per_second=Fraction(25), most=2)) == (0, 249)
    assert pick(EVEN, Rate(per_second=Fraction(1000), most=10_000)) == tuple(range(250))


def test_frames_are_even_in_time_and_not_in_number():
    slow_then_quick = timeline([1000] * 5 + [10] * 500)
    assert pick(slow_then_quick, Uniform(count=3)) == (0, 5, 505)
    assert pick(slow_then_quick, Rate(per_second=Fraction(1))) == (0, 1, 2, 3, 4, 5, 105, 205, 305, 405, 505)


@given(st.lists(st.integers(1, 500), max_size=60), st.integers(1, 80), st.data())
def test_every_rule_gives_rising_frames_of_the_stretch(gaps: list[int], count: int, data: st.DataObject):
    table = timeline(gaps)
    start = data.draw(st.integers(0, table.frame_count - 1))
    end = data.draw(st.integers(start + 1, table.frame_count))
    for rule in (Uniform(count=count), Rate(per_second=Fraction(count, 3), most=50)):
        found = pick(table, rule, start=start, end=end)
        assert found == tuple(sorted(set(found)))
        assert start <= found[0]
        assert found[-1] < end
        assert isinstance(rule, Rate) or count == 1 or found[-1] == end - 1 or len(found) < end - start


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Uniform(count=0), "0 frames"),
        (lambda: Rate(per_second=Fraction(0)), "0 frames a second"),
        (lambda: Rate(per_second=Fraction(1), most=0), "At most 0"),
        (lambda: At(frames=()), "0 frames were named"),
        (lambda: At(frames=(3, 3)), "do not rise"),
        (lambda: pick(EVEN, Uniform(count=2), start=9, end=9), "no stretch from frame 9 to 9"),
        (lambda: pick(EVEN, Uniform(count=2), end=251), "no stretch from frame 0 to 251"),
        (lambda: pick(EVEN, At(frames=(3, 250))), "no frame 250"),
        (lambda: Fit(most_pixels=100, multiple=32), "100 pixels do not hold"),
        (lambda: Fixed(width=0, height=3), "0x3"),
        (lambda: Recipe.from_json({"reader": "other", "resampler": "x"}), "recipe is for other"),
        (lambda: Recipe.from_json({}), "no frame recipe"),
        (lambda: At(frames=(-5, 1)), "no frame -5"),
    ],
)
def test_what_cannot_be_is_refused(make, says: str):
    with pytest.raises(BadInput, match=says):
        make()


RECIPES = [
    Recipe(pick=Uniform(count=16), size=Fit(most_pixels=728 * 420, multiple=28)),
    Recipe(pick=Rate(per_second=Fraction(24000, 1001), most=64), size=Fixed(width=224, height=224), resampler="area"),
    Recipe(pick=At(frames=(1, 5)), upright=False),
]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_comes_back_from_its_json(recipe: Recipe):
    assert Recipe.from_json(recipe.as_json()) == recipe
    assert Recipe.from_json(recipe.as_json()).hash == recipe.hash


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pick", {"per_second": "1e99999999", "most": 5}), ("pick", {"per_second": "1/0", "most": 5}),
        ("pick", {"per_second": 2, "most": 5}), ("pick", {"per_second": "2", "most": 5.5}), ("pick", {"uniform": True}),
        ("pick", {"uniform": 4.0}), ("pick", {"uniform": 4, "at": [1]}), ("pick", {"at": "abc"}),
        ("pick", {"at": [0.5]}), ("pick", {"at": [[0], [1]]}), ("pick", []),
        ("size", {"width": 10.5, "height": 3}), ("size", {"width": 3}),
        ("size", {"most_pixels": 9_999, "multiple": True}), ("upright", "false"), ("upright", 1), ("more", 1),
    ],
)  # fmt: skip
def test_a_recipe_that_is_none_is_refused_at_once(key: str, value: Any):
    with pytest.raises(BadInput):
        Recipe.from_json({**RECIPES[0].as_json(), key: value})


def test_a_picture_of_absurd_shape_has_a_size_at_once():
    assert Fit(most_pixels=305_760).size(2.0**31 * 8192, 1) == (9536, 32)
    assert Fit(most_pixels=1 << 28).size(1, 1e12) == (32, 8_388_608)


def test_the_hash_is_the_same_for_ever():
    """Caches and the records of trainings hold it: who changes what it stands for changes the name in the recipe."""
    assert [recipe.hash[:12] for recipe in RECIPES] == ["775bb21b7edc", "ad2d311b168f", "7fd3bdbbfadc"]


@given(st.integers(32, 5000), st.integers(32, 5000), st.integers(32 * 32, 2_000_000))
def test_what_fits_keeps_its_shape_as_well_as_it_can(width: int, height: int, most: int):
    across, down = Fit(most_pixels=most, multiple=32).size(width, height)
    assert across % 32 == down % 32 == 0
    assert across * down <= most
    if min(across, down) >= 320:
        assert across / down == pytest.approx(width / height, rel=0.12)
