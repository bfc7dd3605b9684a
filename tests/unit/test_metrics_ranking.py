"""Rankings, thresholds and correlations: what scikit-learn and SciPy give, and cases done by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from videolect.errors import BadInput
from videolect.metrics.ranking import (
    average_precision,
    calibration,
    pairwise,
    retrieval_stats,
    roc_auc,
    spearman,
    threshold_stats,
    vqa_stats,
)

NAN = float("nan")
few_values = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40)
many_values = st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=2, max_size=40)
scored = st.one_of(few_values, many_values)


@settings(deadline=None)
@given(scored)
def test_auc_and_average_precision_are_scikit_learns(items):
    scores, labels = (np.array(side) for side in zip(*items, strict=True))
    if labels.any() and not labels.all():
        assert roc_auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    if labels.any():
        assert average_precision(scores, labels) == pytest.approx(average_precision_score(labels, scores), abs=1e-12)


def test_auc_by_hand():
    assert roc_auc([0.9, 0.8, 0.1], [1, 0, 0]) == 1
    assert roc_auc([0.5, 0.5, 0.5], [1, 0, 1]) == 0.5
    assert roc_auc([3, 1, 2, 0], [1, 1, 0, 0]) == 0.75
    assert np.isnan(roc_auc([1, 2], [1, 1]))
    assert np.isnan(average_precision([1, 2], [0, 0]))


def test_average_precision_by_hand():
    assert average_precision([4, 3, 2, 1], [1, 0, 1, 0]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([1, 1, 1, 1], [1, 0, 1, 0]) == 0.5  # all at one threshold


def test_scores_that_are_infinite_tie_as_others_do():
    """Logarithms of a probability of 0."""
    zero = float("-inf")
    assert average_precision([zero, zero, 0.0], [1, 0, 0]) == average_precision([zero, zero, 0.0], [0, 1, 0]) == 1 / 3
    assert roc_auc([zero, zero, 0.0], [1, 0, 1]) == 0.75
    assert pairwise([zero, 0.0], [zero, zero]).tie_rate == 0.5


def test_pairs_count_ties_as_wrong_or_half():
    found = pairwise([0.9, 0.5, 0.2, 0.7], [0.1, 0.5, 0.3, 0.6])
    assert (found.strict, found.half_tie, found.tie_rate, found.n) == (0.5, 0.625, 0.25, 4)


def test_exactly_on_the_threshold_is_wrong_either_way():
    assert threshold_stats([0.9, 0.2, 0.5, 0.5], [1, 0, 1, 0]).tolist() == [True, True, False, False]
    assert threshold_stats([0.9, 0.2], [1, 1], threshold=0.1).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60))
def test_calibration_is_scikit_learns(items):
    probabilities, labels = (np.array(side, float) for side in zip(*items, strict=True))
    found = calibration(probabilities, labels)
    assert found.counts.sum() == found.n == len(items)
    assert found.brier == pytest.approx(brier_score_loss(labels, probabilities, pos_label=1), abs=1e-12)
    # Theirs puts an edge into the bin below, and has edges that are a rounding error off.
    within = ~np.isin(probabilities, [*found.edges[1:-1], *np.linspace(0, 1, 11)[1:-1]])
    if within.any():
        true, said = calibration_curve(labels[within], probabilities[within], n_bins=10)
        found = calibration(probabilities[within], labels[within])
        np.testing.assert_allclose(found.found[found.counts > 0], true, atol=1e-12)
        np.testing.assert_allclose(found.said[found.counts > 0], said, atol=1e-12)


def test_calibration_by_hand():
    found = calibration([0.1, 0.1, 0.9, 1.0], [0, 1, 1, 1], bins=2)
    assert found.counts.tolist() == [2, 2]
    assert found.said.tolist() == pytest.approx([0.1, 0.95])
    assert found.found.tolist() == [0.5, 1]
    assert found.ece == pytest.approx((2 * 0.4 + 2 * 0.05) / 4)
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.01 + 0) / 4)
    assert np.isnan(calibration([0.1], [0], bins=2).said[1])


def test_a_bin_holds_its_lower_edge_and_the_last_one_both():
    edges = [place / 10 for place in range(11)]
    found = calibration(edges, [1] * 11)
    assert found.counts.tolist() == [1] * 9 + [2]
    assert found.edges.tolist() == edges


# ---------------------------------------------------------------------------------------------------------- two by two


def test_retrieval_by_hand():
    all_right = [[3, 1], [1, 3]]
    text_only = [[3, 1], [5, 6]]  # the first text goes better with the second video
    image_only = [[3, 4], [1, 5]]  # of the first video the second text scores higher
    tied = [[2, 2], [1, 3]]
    found = retrieval_stats(np.array([all_right, text_only, image_only, tied])).astype(int)
    assert found.tolist() == [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 1, 0]]  # text, image, group


def test_vqa_by_hand():
    all_right = [[0.9, 0.1], [0.2, 0.8]]
    always_yes = [[0.9, 0.9], [0.9, 0.9]]
    on_the_line = [[0.5, 0.1], [0.5, 0.8]]  # the first question is answered wrong for both videos
    found = vqa_stats([all_right, always_yes, on_the_line]).astype(int)
    assert found.tolist() == [[[1, 1], [1, 1]], [[1, 0], [0, 1]], [[0, 1], [0, 1]]]
    assert vqa_stats([[[2.0, -1.0], [-3.0, 1.0]]], threshold=0).all()


# --------------------------------------------------------------------------------------------------- rank correlations


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.tuples(st.floats(-9, 9), st.floats(-9, 9))),
        min_size=2,
        max_size=60,
    )
)
def test_spearman_is_scipys(items):
    one, other = (np.array(side, float) for side in zip(*items, strict=True))
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(spearman(one, other))
        return
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-10)


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: roc_auc([0.1, NAN], [1, 0]), "scores of item 1 are NaN"),
        (lambda: roc_auc([0.1], [1, 0]), "1 values stand against 2"),
        (lambda: roc_auc([], []), "no items"),
        (lambda: roc_auc([[0.1]], [[1]]), "shape"),
        (lambda: average_precision([0.1, 0.2], [1, 2]), "Item 1 has the label 2"),
        (lambda: pairwise([0.1, 0.2, NAN], [0, 0, 0]), "good of item 2 are NaN"),
        (lambda: pairwise([0.1], [NAN]), "bad of item 0 are NaN"),
        (lambda: pairwise([], []), "no pairs"),
        (lambda: calibration([0.1, 1.2], [0, 1]), "Item 1 has the probability 1.2"),
        (lambda: calibration([0.1], [0], bins=0), "0 bins"),
        (lambda: retrieval_stats(np.zeros((3, 2))), r"shape \(3, 2\)"),
        (lambda: retrieval_stats(np.zeros((0, 2, 2))), "no pairs"),
        (lambda: vqa_stats([[[0.1, 0.2], [NAN, 0.3]]]), "scores of item 0 are NaN"),
        (lambda: spearman([1], [1]), "1 items have no order"),
    ],
)
def test_what_is_refused_says_why(ask: Callable[[], object], says: str):
    with pytest.raises(BadInput, match=says):
        ask()
