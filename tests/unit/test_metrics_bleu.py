"""BLEU: what sacrebleu and NLTK give, and pycocoevalcap in plain Python, from one set of counts."""

from __future__ import annotations

import json
import random
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate import bleu_score as nltk_bleu

from tests.support import coco
from videolect.errors import BadInput
from videolect.metrics import bleu
from videolect.metrics.text import BleuCounts, bleu_counts, corpus_bleu, sentence_bleu, words
from videolect.metrics.tokens import encode

WORDS = [
    "a", "the", "man", "dog", "the.", "camera,", "pans", "left", "right", "left-to-right", "3.5", "1,000", "x-1", "5-",
    "U.S.", "(wide)", "&quot;end&quot;", "&amp;lt;", "don't", "man's", "“so”", "naïve", "ΣΑΣ", "日本", "...", ".,.",
    ",5", "5,", "--",
    "50%", "<skipped>", "a/b", "ИМЯ\u00a0x", "\u2028", "é.", "_", "½", "٣.٤", "{}", "[x]", "~", "a@b.c",
]  # fmt: skip
SPACES = (" ", " ", " ", "  ", "\n", "-\n", "\t", "\u00a0", "\x1c", "")

texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SPACES)), max_size=14).map(
    lambda parts: "".join(word + space for word, space in parts)
)
any_text = st.one_of(texts, st.text(max_size=30))
pairs = st.lists(st.tuples(any_text, any_text), min_size=1, max_size=6)


def made_up(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Pairs as captions and their mended versions are: mostly equal, some words changed, at times nothing."""
    draw = random.Random(seed)
    hypotheses, references = [], []
    for _ in range(count):
        words = draw.choices(WORDS, k=draw.choice([0, 1, 2, 3, 5, 8, 40]))
        mended = [word for word in words if draw.random() < 0.9]
        mended[len(mended) // 2 : len(mended) // 2] = draw.choices(WORDS, k=draw.choice([0, 0, 1, 4]))
        hypotheses.append(" ".join(words))
        references.append(" ".join(mended))
    return hypotheses, references


# ------------------------------------------------------------------------------------------------------- the real ones


def their_sacrebleu(hypotheses: Sequence[str], references: Sequence[str], lowercase: bool) -> tuple[float, list[float]]:
    corpus = sacrebleu.corpus_bleu(hypotheses, [references], lowercase=lowercase, force=True).score
    each = zip(hypotheses, references, strict=True)
    return corpus, [sacrebleu.sentence_bleu(one, [other], lowercase=lowercase).score for one, other in each]


def their_nltk(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, list[float]]:
    split = [[words(text, "camerabench") for text in side] for side in (hypotheses, references)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        corpus = 100 * nltk_bleu.corpus_bleu([[reference] for reference in split[1]], split[0])
    smooth = nltk_bleu.SmoothingFunction().method1
    each = zip(*split, strict=True)
    return corpus, [100 * nltk_bleu.sentence_bleu([b], a, smoothing_function=smooth) for a, b in each]


def their_pycocoevalcap(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, list[float]]:
    split = [[words(text, "regex") for text in side] for side in (hypotheses, references)]
    return 100 * coco.bleu(*split), [100 * coco.bleu([one], [other]) for one, other in zip(*split, strict=True)]


def check(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    for lowercase in (False, True):
        counts = bleu_counts(hypotheses, references, "13a", lowercase)
        corpus, each = their_sacrebleu(hypotheses, references, lowercase)
        assert corpus_bleu(counts, "sacrebleu") == pytest.approx(corpus, abs=1e-9)
        np.testing.assert_allclose(sentence_bleu(counts, "sacrebleu"), each, rtol=0, atol=1e-9)
    corpus, each = their_nltk(hypotheses, references)
    counts = bleu_counts(hypotheses, references, "camerabench")
    assert corpus_bleu(counts, "nltk") == pytest.approx(corpus, abs=1e-9)
    np.testing.assert_allclose(sentence_bleu(counts, "nltk"), each, rtol=0, atol=1e-9)
    corpus, each = their_pycocoevalcap(hypotheses, references)
    counts = bleu_counts(hypotheses, references, "regex")
    assert corpus_bleu(counts, "pycocoevalcap") == pytest.approx(corpus, abs=1e-9)
    np.testing.assert_allclose(sentence_bleu(counts, "pycocoevalcap"), each, rtol=0, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(pairs)
def test_ours_equals_the_three_on_any_texts(found):
    check([one for one, _ in found], [other for _, other in found])


@pytest.mark.parametrize("seed", range(3))
def test_ours_equals_the_three_on_texts_that_are_nearly_equal(seed: int):
    check(*made_up(700, seed))


@pytest.mark.parametrize(
    ("hypothesis", "reference"),
    [
        ("", ""), ("", "a b c d e"), ("a b c d e", ""), ("a", "a"), ("a", "b"), ("a b c", "a b c"),
        ("a b c d", "a b c d"), ("a a a a a a", "a a"), ("a a", "a a a a a a"), ("a b c d e f", "f e d c b a"),
        ("..", "..-\n"), ("a-\nb", "ab"), ("a -\n", "a -"),
    ],
)  # fmt: skip
def test_ours_equals_the_three_at_the_edges(hypothesis: str, reference: str):
    check([hypothesis], [reference])
    check([hypothesis, "a dog runs over the wide field"], [reference, "a dog walks over the wide field"])


@settings(max_examples=300, deadline=None)
@given(any_text)
def test_a_13a_token_is_sacrebleus(text: str):
    tokenizer = sacrebleu.BLEU(force=True)
    assert words(text) == tokenizer._preprocess_segment(text).split()
    small = sacrebleu.BLEU(force=True, lowercase=True)
    assert words(text, lowercase=True) == small._preprocess_segment(text).split()


@pytest.mark.reference
def test_the_golden_figures_of_the_authors_data(reference_data: Path):
    columns = ["pre_caption", "final_caption", "review_approved", "rating", "aspect"]
    rows = pq.read_table(reference_data / "triples.parquet", columns=columns).to_pylist()
    rows = [row for row in rows if row["review_approved"] is not None]
    golden = json.loads((reference_data / "golden" / "bleu_pre_vs_final.json").read_text())["reviewed"]
    sides = [[row[name] for row in rows] for name in ("pre_caption", "final_caption")]
    flawed = np.array([row["rating"] < 5 for row in rows])
    aspect = np.array([row["aspect"] for row in rows])
    for key, lowercase in (("cased", False), ("lowercase", True)):
        counts = bleu_counts(*sides, lowercase=lowercase)
        for population, mask in (("rating_below_5", flawed), ("all_ratings", np.ones(len(rows), bool))):
            for name, figures in golden[population].items():
                some = counts[mask & ((aspect == name) | (name == "all"))]
                assert len(some) == figures["n"]
                assert corpus_bleu(some, "sacrebleu") == pytest.approx(figures[key], abs=1e-4)


@pytest.mark.reference
def test_ours_equals_the_three_on_captions_of_the_authors(reference_data: Path):
    table = pq.read_table(reference_data / "triples.parquet", columns=["pre_caption", "final_caption"])
    rows = [row for row in table.to_pylist() if row["pre_caption"] and row["final_caption"]]
    rows = random.Random(0).sample(rows, 1000)
    check([row["pre_caption"] for row in rows], [row["final_caption"] for row in rows])


# -------------------------------------------------------------------------------------------------------------- counts


def test_counts_are_these():
    table = bleu_counts(["the cat sat on the mat"], ["the cat on the mat sat down"]).table
    assert table.tolist() == [[6, 3, 1, 0, 6, 5, 4, 3, 6, 7]]
    assert bleu_counts(["a a a"], ["a a"]).table.tolist() == [[2, 1, 0, 0, 3, 2, 1, 0, 3, 2]]


def test_rows_can_be_chosen():
    counts = bleu_counts(["a b", "c", "d e f"], ["a b", "x", "d e f"])
    assert len(counts) == 3
    assert counts[np.array([True, False, True])].table.tolist() == counts.table[[0, 2]].tolist()
    assert counts[1].table.tolist() == counts.table[1:2].tolist()


@pytest.mark.parametrize("side", [30, 9000, 20000])
def test_long_texts_with_many_different_words_are_counted_all_the_same(side: int):
    """Above 8,192 different tokens blocks are halved, above 32,768 in one pair they are counted without packing."""
    draw = random.Random(side)
    one = [f"w{draw.randrange(4 * side)}" for _ in range(side)]
    other = one[: side // 3] + [f"w{draw.randrange(4 * side)}" for _ in range(side)]
    found = bleu_counts([" ".join(one), "a b", "a"], [" ".join(other), "a b", ""])
    expected = []
    for order in range(1, 5):
        sides = (Counter(zip(*(text[at:] for at in range(order)), strict=False)) for text in (one, other))
        expected.append((next(sides) & next(sides)).total())
    assert found.table[0, :4].tolist() == expected
    assert found.table[1:].tolist() == [[2, 1, 0, 0, 2, 1, 0, 0, 2, 2], [0, 0, 0, 0, 1, 0, 0, 0, 1, 0]]


def test_many_pairs_are_counted_as_each_alone():
    hypotheses, references = made_up(600, 9)
    together = bleu_counts(hypotheses, references)
    alone = [bleu_counts([one], [other]).table[0] for one, other in zip(hypotheses, references, strict=True)]
    np.testing.assert_array_equal(together.table, alone)


def test_sums_of_many_resamples_are_scored_at_once():
    counts = bleu_counts(*made_up(50, 4), "camerabench")
    weights = np.random.default_rng(0).multinomial(50, np.full(50, 1 / 50), size=20)
    for implementation in ("sacrebleu", "nltk", "pycocoevalcap"):
        found = corpus_bleu(weights @ counts.stats(implementation), implementation)
        rows = [np.repeat(np.arange(50), weight) for weight in weights]
        np.testing.assert_allclose(found, [corpus_bleu(counts[row], implementation) for row in rows], atol=1e-9)


def test_no_pairs_at_all():
    counts = bleu_counts([], [])
    assert counts.table.shape == (0, 10)
    assert [corpus_bleu(counts, name) for name in ("sacrebleu", "nltk", "pycocoevalcap")] == [0, 0, 0]
    assert sentence_bleu(counts, "nltk").shape == (0,)


def refusals() -> list[tuple[Callable[[], object], str]]:
    counts = BleuCounts(np.zeros((1, 10), np.int64))
    return [
        (lambda: bleu_counts(["a"], []), "1 hypotheses stand against 0 references"),
        (lambda: bleu_counts(["a"], ["a"], "spacy"), "no tokenizer 'spacy'. Name one of 13a, camerabench, regex"),
        (lambda: corpus_bleu(counts, "meteor"), "no implementation 'meteor' of BLEU"),
        (lambda: sentence_bleu(counts, "meteor"), "Name one of sacrebleu, nltk, pycocoevalcap"),
        (lambda: counts.stats("meteor"), "no implementation"),
        (lambda: corpus_bleu(np.zeros((3, 9)), "nltk"), r"\(3, 9\)"),
    ]


@pytest.mark.parametrize(("ask", "says"), refusals())
def test_what_is_refused_says_why(ask: Callable[[], object], says: str):
    with pytest.raises(BadInput, match=says):
        ask()


# --------------------------------------------------------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The man doesn't move.", ["the", "man", "does", "n't", "move"]),
        ("A close-up -- “soft” – (3.5 m)...", ["a", "close-up", "soft", "3.5", "m"]),
        ("The man’s dog can't; 50% & 1,000", ["the", "man", "'s", "dog", "ca", "n't", "50", "%", "&", "1,000"]),
        ("日本 naïve", ["日本", "naïve"]),
        ("", []),
    ],
)  # fmt: skip
def test_the_rule_of_regex(text: str, tokens: list[str]):
    assert words(text, "regex") == tokens


def test_the_rule_of_camerabench_deletes_punctuation_inside_words_too():
    assert words("The man's half-open door -- left.", "camerabench") == ["the", "mans", "halfopen", "door", "left"]


@given(st.lists(any_text, max_size=6), st.sampled_from(["13a", "camerabench", "regex"]))
def test_numbers_of_tokens_stand_for_the_tokens(found: list[str], tokenizer):
    encoded = encode(found, tokenizer)
    meaning: dict[int, str] = {}
    spans = list(pairwise(encoded.bounds.tolist()))
    for text, of in zip(found, encoded.of.tolist(), strict=True):
        numbers = encoded.ids[slice(*spans[of])].tolist()
        tokens = words(text, tokenizer)
        assert len(numbers) == len(tokens)
        for number, token in zip(numbers, tokens, strict=True):
            assert meaning.setdefault(number, token) == token
    assert len(set(meaning.values())) == len(meaning)
    assert all(number < encoded.vocabulary for number in meaning)


def test_blocks_are_smaller_than_the_pairs_of_these_tests():
    assert bleu._PAIRS_AT_ONCE < 600
