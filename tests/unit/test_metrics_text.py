"""ROUGE-L, CIDEr and edits: what rouge_score gives, and what plain Python gives."""

from __future__ import annotations

import builtins
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from tests.support import coco
from videolect.errors import BadInput, MissingExtra
from videolect.metrics.edits import changed_tokens, distance, stretches
from videolect.metrics.rouge import common_subsequence
from videolect.metrics.text import bleu_counts, cider, rouge_l, word_edits, words

WORDS = [
    "the",
    "camera",
    "cameras",
    "pans",
    "panning",
    "left",
    "leftwards",
    "slowly,",
    "slow",
    "3.5",
    "café",
    "Ünder",
    "it's",
    "日本",
    "running.",
    "--",
    "move",
]

any_text = st.one_of(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), st.text(max_size=30))
pairs = st.lists(st.tuples(any_text, any_text), min_size=1, max_size=6)
tokens = st.lists(st.integers(0, 3), max_size=90)


def made_up(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Pairs that are nearly equal, some of them empty."""
    draw = random.Random(seed)
    one = [" ".join(draw.choices(WORDS, k=draw.choice([0, 1, 2, 4, 9, 60]))) for _ in range(count)]
    other = [" ".join(word for word in text.split() if draw.random() < 0.8) for text in one]
    return one, other


def their_rouge(hypotheses: Sequence[str], references: Sequence[str]) -> list[float]:
    scorer = RougeScorer(["rougeL"], use_stemmer=True)
    each = zip(hypotheses, references, strict=True)
    return [scorer.score(reference, hypothesis)["rougeL"].fmeasure for hypothesis, reference in each]


def plain_cider(hypotheses: Sequence[str], references: Sequence[str]) -> list[float]:
    return coco.cider(*([words(text, "regex") for text in side] for side in (hypotheses, references)))


@settings(max_examples=150, deadline=None)
@given(pairs)
@example([("", "")])
@example([("a", "")])
def test_rouge_l_is_rouge_scores(found):
    one, other = zip(*found, strict=True)
    np.testing.assert_allclose(rouge_l(one, other), their_rouge(one, other), rtol=0, atol=1e-12)


def test_rouge_l_is_rouge_scores_on_texts_that_are_nearly_equal():
    one, other = made_up(1500, 1)
    np.testing.assert_allclose(rouge_l(one, other), their_rouge(one, other), rtol=0, atol=1e-12)
    assert rouge_l([], []).shape == (0,)


@settings(max_examples=150, deadline=None)
@given(pairs)
@example([("a b", "a b"), ("", "c"), ("d", "")])
def test_cider_is_the_plain_one(found):
    one, other = zip(*found, strict=True)
    np.testing.assert_allclose(cider(one, other), plain_cider(one, other), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", [2, 3])
def test_cider_is_the_plain_one_on_texts_that_are_nearly_equal(seed: int):
    one, other = made_up(700, seed)
    np.testing.assert_allclose(cider(one, other), plain_cider(one, other), rtol=0, atol=1e-9)
    assert cider([], []).shape == (0,)


def test_the_plain_ones_are_pycocoevalcaps():
    for known in json.loads((Path(__file__).parent.parent / "data" / "coco_scores.json").read_text(encoding="utf-8")):
        sides = [[pair[side].split() for pair in known["pairs"]] for side in (0, 1)]
        np.testing.assert_allclose(coco.cider(*sides), known["cider_each"], rtol=0, atol=1e-9)
        assert coco.bleu(*sides) == pytest.approx(known["bleu"], abs=1e-9)
        each = [coco.bleu([one], [other]) for one, other in zip(*sides, strict=True)]
        np.testing.assert_allclose(each, known["bleu_each"], rtol=0, atol=1e-9)


@pytest.mark.reference
def test_captions_of_the_authors_score_as_with_the_others(reference_data: Path):
    table = pq.read_table(reference_data / "triples.parquet", columns=["pre_caption", "final_caption"])
    rows = [row for row in table.to_pylist() if row["pre_caption"] and row["final_caption"]]
    rows = random.Random(0).sample(rows, 400)
    sides = [row["pre_caption"] for row in rows], [row["final_caption"] for row in rows]
    np.testing.assert_allclose(cider(*sides), plain_cider(*sides), rtol=0, atol=1e-9)
    np.testing.assert_allclose(rouge_l(*sides), their_rouge(*sides), rtol=0, atol=1e-12)


@pytest.mark.reference
def test_word_edits_of_the_authors_captions_are_the_golden_ones(reference_data: Path):
    columns = ["pre_caption", "final_caption", "review_approved", "rating"]
    rows = pq.read_table(reference_data / "triples.parquet", columns=columns).to_pylist()
    rows = [row for row in rows if row["review_approved"] is not None and row["rating"] < 5]
    golden = json.loads((reference_data / "golden" / "word_edit_distance.json").read_text())
    edits = word_edits([row["pre_caption"] for row in rows], [row["final_caption"] for row in rows])
    figures = golden["reviewed_rating_below_5"]["all"]
    assert len(edits) == figures["n"]
    assert edits.mean() == pytest.approx(figures["mean"], abs=1e-4)
    assert np.percentile(edits, [50, 95]).tolist() == [figures["median"], figures["p95"]]


def test_without_nltk_rouge_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest, **more):
        if name.startswith("nltk"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"pip install 'videolect\[eval\]'"):
        rouge_l(["a"], ["a"])


@pytest.mark.parametrize("metric", [rouge_l, cider, word_edits, bleu_counts])
def test_what_is_no_list_of_texts_is_refused(metric):
    with pytest.raises(BadInput, match="2 hypotheses stand against 1 references"):
        metric(["a", "b"], ["a"])
    with pytest.raises(BadInput, match="Reference 1 is no text but None"):
        metric(["a", "b"], ["a", None])
    with pytest.raises(BadInput, match="Hypothesis 0 is no text but nan"):
        metric([float("nan")], ["a"])
    with pytest.raises(BadInput, match="One text stands where a list of texts is due"):
        metric("abc", "abd")


# --------------------------------------------------------------------------------------------------------------- edits


def table_distance(one: Sequence[int], other: Sequence[int]) -> int:
    row = list(range(len(other) + 1))
    for at, token in enumerate(one):
        before, row = row, [at + 1]
        for then, its in enumerate(other):
            row.append(min(before[then] + (token != its), before[then + 1] + 1, row[then] + 1))
    return row[-1]


def table_common(one: Sequence[int], other: Sequence[int]) -> int:
    row = [0] * (len(other) + 1)
    for token in one:
        before, row = row, [0]
        for then, its in enumerate(other):
            row.append(before[then] + 1 if token == its else max(before[then + 1], row[then]))
    return row[-1]


@settings(deadline=None)
@given(tokens, tokens)
def test_the_bits_give_what_the_tables_give(one: list[int], other: list[int]):
    assert distance(one, other) == table_distance(one, other)
    assert common_subsequence(one, other) == table_common(one, other)


def test_word_edits_are_cased_and_leave_punctuation_on():
    assert word_edits(["The dog runs.", "", "a b"], ["the dog runs", "two words", "a b"]).tolist() == [2, 2, 0]
    assert word_edits([], []).tolist() == []


def test_stretches_tell_what_changed():
    before, after = (
        ["the", "camera", "pans", "left", "slowly"],
        ["the", "camera", "tilts", "up", "slowly", "and", "stops"],
    )
    told = [(before[slice(*one.before)], after[slice(*one.after)], one.changed) for one in stretches(before, after)]
    assert told == [
        (["the", "camera"], ["the", "camera"], False),
        (["pans", "left"], ["tilts", "up"], True),
        (["slowly"], ["slowly"], False),
        ([], ["and", "stops"], True),
    ]
    masks = changed_tokens(before, after)
    assert [mask.astype(int).tolist() for mask in masks] == [[0, 0, 1, 1, 0], [0, 0, 1, 1, 0, 1, 1]]


def test_short_matches_may_count_as_changed():
    before, after = (
        ["the", "camera", "pans", "left", "slowly"],
        ["the", "camera", "tilts", "up", "slowly", "and", "stops"],
    )
    told = [(one.before, one.after, one.changed) for one in stretches(before, after, shortest_match=2)]
    assert told == [((0, 2), (0, 2), False), ((2, 5), (2, 7), True)]


@given(tokens, tokens, st.integers(1, 3))
def test_stretches_cover_both_texts_and_keep_only_equal_tokens(one: list[int], other: list[int], shortest: int):
    at = then = 0
    for stretch in stretches(one, other, shortest):
        assert (at, then) == (stretch.before[0], stretch.after[0])
        at, then = stretch.before[1], stretch.after[1]
        kept = one[slice(*stretch.before)], other[slice(*stretch.after)]
        assert stretch.changed or (kept[0] == kept[1] and len(kept[0]) >= shortest)
    assert (at, then) == (len(one), len(other))
