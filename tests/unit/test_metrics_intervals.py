"""Intervals: bootstrap over groups, paired differences, figures that are no functions of sums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.metrics import intervals
from videolect.metrics.intervals import bootstrap, bootstrap_figure, mean_stats, paired, ratio
from videolect.metrics.text import bleu_counts, corpus_bleu


def clustered(films: int, each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Values that are alike within a film, and the films."""
    draw = np.random.default_rng(seed)
    values = np.repeat(draw.normal(size=films), each) + 0.1 * draw.normal(size=films * each)
    return values, np.repeat([f"film-{film}" for film in range(films)], each)


def test_a_mean_has_the_interval_that_theory_gives():
    values, films = clustered(200, 5, 1)
    found = bootstrap(mean_stats(values), films, ratio)
    assert found.value == pytest.approx(values.mean())
    error = values.reshape(200, 5).mean(axis=1).std() / np.sqrt(200)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert (found.n, found.groups, found.undefined) == (1000, 200, 0)


def test_items_of_one_film_do_not_count_as_many():
    values, films = clustered(60, 5, 2)
    by_film = bootstrap(mean_stats(values), films, ratio)
    by_item = bootstrap(mean_stats(values), np.arange(len(values)), ratio)
    assert by_film.high - by_film.low > 1.7 * (by_item.high - by_item.low)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    hits = 0
    for seed in range(200):
        values, films = clustered(40, 3, seed)
        found = bootstrap(mean_stats(values), films, ratio, resamples=300, level=0.8)
        hits += found.low <= 0 <= found.high
    assert 140 <= hits <= 180  # 0.8 of 200; the percentile interval is a little narrow with few films


def test_equal_arguments_give_equal_intervals_however_the_work_is_cut(monkeypatch: pytest.MonkeyPatch):
    values, films = clustered(50, 2, 3)
    once = bootstrap(mean_stats(values), films, ratio)
    assert bootstrap(mean_stats(values), films, ratio) == once
    assert bootstrap(mean_stats(values), films, ratio, seed=1) != once
    monkeypatch.setattr(intervals, "_CELLS_AT_ONCE", 999)
    assert bootstrap(mean_stats(values), films, ratio) == once


def test_sums_and_rows_of_the_same_resamples_give_the_same_interval():
    values, films = clustered(30, 3, 4)
    by_sums = bootstrap(mean_stats(values), films, ratio, resamples=200)
    by_rows = bootstrap_figure(films, lambda rows: values[rows].mean(), resamples=200)
    assert by_rows.low == pytest.approx(by_sums.low)
    assert by_rows.high == pytest.approx(by_sums.high)
    assert (by_rows.n, by_rows.groups) == (90, 30)


def test_corpus_bleu_with_its_interval():
    hypotheses = [f"the dog number {at} runs over the wide field" for at in range(40)]
    references = [f"the dog number {at} {'walks' if at % 3 else 'runs'} over the wide field" for at in range(40)]
    counts = bleu_counts(hypotheses, references)
    films = [at // 2 for at in range(40)]
    found = bootstrap(counts.stats("sacrebleu"), films, lambda sums: corpus_bleu(sums, "sacrebleu"))
    assert found.value == corpus_bleu(counts, "sacrebleu")
    assert found.low < found.value < found.high


def test_one_group_has_a_figure_and_no_interval():
    found = bootstrap(mean_stats([1.0, 3.0]), ["film", "film"], ratio)
    assert found.value == 2
    assert np.isnan([found.low, found.high]).all()
    assert found.groups == 1


def test_resamples_without_a_figure_are_left_out_and_counted():
    stats = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    found = bootstrap(stats, [0, 1, 2], ratio)
    assert (found.value, found.low, found.high) == (1, 1, 1)
    assert 200 < found.undefined < 400  # (2/3)^3 of 1000
    nothing = bootstrap(np.zeros((3, 2)), [0, 1, 2], ratio)
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
    assert nothing.undefined == 1000


# -------------------------------------------------------------------------------------------------------------- paired


def test_a_small_difference_of_the_same_items_is_found():
    values, films = clustered(80, 3, 5)
    better = values + 0.02 + 0.05 * np.random.default_rng(6).normal(size=len(values))
    found = paired(mean_stats(better), mean_stats(values), films, ratio)
    assert found.value == pytest.approx(better.mean() - values.mean())
    assert 0 < found.low < found.value < found.high
    assert found.p < 0.01
    alone = bootstrap(mean_stats(values), films, ratio)
    assert found.high - found.low < 0.2 * (alone.high - alone.low)


def test_p_is_two_sided_and_never_0():
    values, films = clustered(40, 1, 7)
    above = paired(mean_stats(values + 1), mean_stats(values), films, ratio, resamples=999)
    below = paired(mean_stats(values), mean_stats(values + 1), films, ratio, resamples=999)
    assert above.p == below.p == pytest.approx(2 / 1000)
    assert above.value == pytest.approx(-below.value)
    same = paired(mean_stats(values), mean_stats(values), films, ratio)
    assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_p_is_evenly_spread_where_there_is_no_difference():
    small = 0
    for seed in range(200):
        draw = np.random.default_rng(seed)
        one, other = draw.normal(size=(2, 60))
        small += paired(mean_stats(one), mean_stats(other), np.arange(60), ratio, resamples=199).p < 0.1
    assert 8 <= small <= 36  # 20 are expected


# ------------------------------------------------------------------------------------------------------------ refusals


def refusals() -> list[tuple[Callable[[], object], str]]:
    two = mean_stats([1.0, 2.0])
    return [
        (lambda: bootstrap(np.zeros((0, 2)), [], ratio), "no items"),
        (lambda: bootstrap_figure([], lambda rows: 0.0), "no items"),
        (lambda: bootstrap(two, [1], ratio), r"shape \(2, 2\) do not go with the groups of 1 items"),
        (lambda: bootstrap(mean_stats([1.0, float("nan")]), [0, 1], ratio), "stats of item 1 are NaN"),
        (lambda: bootstrap(mean_stats([float("-inf"), 1.0]), [0, 1], ratio), "stats of item 0 are infinite"),
        (lambda: bootstrap(two, ["film", None], ratio), "Item 1 has no group but None"),
        (lambda: bootstrap_figure(np.array([np.nan, 1.0]), lambda rows: 0.0), "Item 0 has no group but nan"),
        (lambda: paired(two, mean_stats([float("nan"), 1.0]), [0, 1], ratio), "stats_b of item 0 are NaN"),
        (lambda: bootstrap(two, [0, 1], ratio, resamples=0), "0 resamples are none"),
        (lambda: bootstrap(two, [0, 1], ratio, level=95), "95 is no level"),
    ]


@pytest.mark.parametrize(("ask", "says"), refusals())
def test_what_is_refused_says_why(ask: Callable[[], object], says: str):
    with pytest.raises(BadInput, match=says):
        ask()
