"""Agreement: published examples, scikit-learn, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from videolect.errors import BadInput
from videolect.metrics.agreement import cohen_kappa, krippendorff_alpha, percent_agreement

N = None
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
"""Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units, values missing."""


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_published_example(level, published: float):
    assert krippendorff_alpha(KRIPPENDORFF_2011, level) == pytest.approx(published, abs=5e-4)
    table = np.array(KRIPPENDORFF_2011, float)  # None becomes NaN
    assert krippendorff_alpha(list(table), level) == pytest.approx(published, abs=5e-4)


def test_alpha_of_the_published_binary_and_nominal_examples():
    """Sections A and B of the same: two observers."""
    binary = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert krippendorff_alpha(binary) == pytest.approx(0.095, abs=5e-4)
    nominal = [list("aabbdcccedda"), list("babbbccceddd")]
    assert krippendorff_alpha(nominal) == pytest.approx(0.692, abs=5e-4)


def test_alpha_at_its_ends():
    assert krippendorff_alpha([[1, 2, 3], [1, 2, 3]], "interval") == 1
    assert krippendorff_alpha([[1, 2], [2, 1]]) < 0
    assert math.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    assert math.isnan(krippendorff_alpha([[1, None], [None, 2]]))


def test_kappa_of_the_textbook_table():
    """20 both yes, 5 and 10 apart, 15 both no: observed 0.7, by chance 0.5."""
    a = [1] * 25 + [0] * 25
    b = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert percent_agreement(a, b) == 0.7
    assert cohen_kappa(a, b) == pytest.approx(0.4)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=40))
def test_kappa_is_scikit_learns(items):
    a, b = zip(*items, strict=True)
    if len({*a, *b}) == 1:
        assert math.isnan(cohen_kappa(a, b))
        return
    ratings = [1, 2, 3, 4, 5]
    assert cohen_kappa(a, b) == pytest.approx(cohen_kappa_score(a, b), abs=1e-12)
    theirs = cohen_kappa_score(a, b, weights="quadratic", labels=ratings)
    assert cohen_kappa(a, b, "quadratic", ratings) == pytest.approx(theirs, abs=1e-12)


def test_a_missing_rating_makes_neighbours_of_others_unless_all_are_named():
    a, b = [1, 1, 5, 5, 3], [1, 5, 5, 5, 1]
    assert cohen_kappa(a, b, "quadratic") == pytest.approx(cohen_kappa(a, b, "quadratic", [1, 3, 5]))
    assert cohen_kappa([1, 2, 5], [2, 2, 5], "quadratic") != cohen_kappa([1, 2, 5], [2, 2, 5], "quadratic", range(1, 6))


def test_numbers_of_numpy_are_in_order_too():
    """As words, "10" would stand before "2"."""
    plain = [[2, 9, 10, 9], [2, 10, 10, 2]]
    numpys = [[np.int64(value) for value in row] for row in plain]
    assert krippendorff_alpha(numpys, "ordinal") == krippendorff_alpha(plain, "ordinal")
    assert cohen_kappa(*numpys, "quadratic") == cohen_kappa(*plain, "quadratic")


def test_words_have_an_order_only_where_it_is_named():
    a, b = ["low", "mid", "high", "low"], ["mid", "mid", "high", "low"]
    places = ["low", "mid", "high"]
    numbers = [[places.index(word) for word in side] for side in (a, b)]
    assert cohen_kappa(a, b, "quadratic", places) == cohen_kappa(*numbers, "quadratic")
    assert cohen_kappa(a, b) == cohen_kappa(*numbers)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: cohen_kappa(["low"], ["high"], "quadratic"), "'low' is no number.*Name the categories"),
        (lambda: krippendorff_alpha([["low"], ["high"]], "ordinal"), "'low' is no number"),
        (lambda: percent_agreement([1], [1, 2]), "1 values stand against 2"),
        (lambda: percent_agreement([], []), "0 values"),
        (lambda: cohen_kappa([1, None], [1, 2]), "A value of item 1 is missing"),
        (lambda: cohen_kappa(np.array([1.0, 2.0]), np.array([np.nan, 2.0])), "A value of item 0 is missing"),
        (lambda: cohen_kappa([1], [2], "linear"), "no weights 'linear'"),
        (lambda: cohen_kappa([1], [7], "none", [1, 2]), "7 is none of the categories"),
        (lambda: krippendorff_alpha([[1], [1, 2]]), "different numbers of items"),
        (lambda: krippendorff_alpha([[1], [1]], "ratio"), "no level 'ratio'"),
    ],
)
def test_what_is_refused_says_why(ask, says: str):
    with pytest.raises(BadInput, match=says):
        ask()
