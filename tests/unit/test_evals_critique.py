"""Critics: verdicts in many wordings, flawed and right captions apart, points, the closed loop: all as by hand."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from tests.support.answers import benchmark
from tests.support.triples import perfect, revised
from videolect.dataset.rows.row import Row
from videolect.evals.measures import critique
from videolect.evals.measures.critique import FIGURES, by_rule, sentinels_of
from videolect.evals.measures.scores import as_json, scores_of
from videolect.evals.measures.variants import Variant, study
from videolect.evals.predictions import Predictions
from videolect.evals.report.examples import examples
from videolect.metrics.intervals import Estimate
from videolect.points.reading.critique import points_of
from videolect.record.critique import SENTINEL
from videolect.training.examples import Branch
from videolect.training.rewards import by_points
from videolect.vlm.base import Film

DRAFT = "A red car drives left past two trees."
FINAL = "A blue car drives left past three trees."
EXPERT = 'Replace "red" with "blue". Replace "two" with "three".'

SENTINELS = (
    SENTINEL, "no edits needed", "NO EDITS ARE NEEDED!", "  No edits\nare needed.  ",
    "No edits are needed. It is right.",
    "The caption is accurate and requires no edits, so it should remain exactly the same.",
)  # fmt: skip
NO_SENTINELS = (
    EXPERT, "The caption is accurate, but the car is blue.", "Not: no edits are needed.", "It is fine.", "No.",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """Two flawed captions, their final ones, and one that was right."""
    triples = [revised(n, pre_caption=DRAFT, post_caption=FINAL, critique=EXPERT) for n in (1, 2)]
    made = benchmark(tmp_path_factory.mktemp("made") / "rows", [*triples, perfect(3, text=FINAL)])
    return list(made.items["critique"])


def scored(rows: list[Row], says: Any, **more: Any) -> dict[str, Estimate]:
    """``says``: row -> what is said of it; None for nothing."""
    texts = {row.row_id: text for row in rows if (text := says(row)) is not None}
    return scores_of(critique.measure(rows, texts, **more), resamples=9)["pooled"]


def values(found: dict[str, Estimate], *names: str) -> list[float]:
    return [round(found[name].value, 4) for name in names]


def flawed(row: Row) -> bool:
    return row.what == "draft"


# ----------------------------------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize("words", SENTINELS)
def test_however_it_is_worded_no_edits_is_a_verdict(rows: list[Row], words: str) -> None:
    found = scored(rows, lambda row: words)
    assert values(found, "verdict", "verdict_flawed", "verdict_right") == [60.0, 0.0, 100.0]
    assert (found["verdict"].n, found["verdict_flawed"].n, found["verdict_right"].n) == (5, 2, 3)


@pytest.mark.parametrize("words", NO_SENTINELS)
def test_anything_else_says_that_edits_are_needed(rows: list[Row], words: str) -> None:
    found = scored(rows, lambda row: words, full=False)
    assert values(found, "verdict", "verdict_flawed", "verdict_right") == [40.0, 100.0, 0.0]


@pytest.mark.parametrize("words", ["", " \n"])
def test_a_blank_answer_is_no_verdict(rows: list[Row], words: str) -> None:
    found = scored(rows, lambda row: words)
    assert values(found, "verdict", "verdict_flawed", "verdict_right") == [0.0, 0.0, 0.0]


# --------------------------------------------------------------------------------------------------------------- words


def test_flawed_and_right_captions_have_their_own_bleu(rows: list[Row]) -> None:
    def says(row: Row) -> str:
        return 'Replace "red" with "green". Replace "two" with "four".' if flawed(row) else "No edits are needed here."

    found = scored(rows, says, full=False)
    for name, of in (
        ("bleu4", rows),
        ("flawed_bleu4", [row for row in rows if flawed(row)]),
        ("sentinel_bleu4", [row for row in rows if not flawed(row)]),
    ):
        right = BLEU().corpus_score([says(row) for row in of], [[row.target for row in of]]).score
        assert found[name].value == pytest.approx(right)
        assert found[name].n == len(of)
    assert set(found) == {
        "bleu4",
        "bleu4_sentence",
        "flawed_bleu4",
        "sentinel_bleu4",
        "words_ratio",
        "verdict",
        "verdict_flawed",
        "verdict_right",
    }


def test_every_figure_has_its_words(rows: list[Row]) -> None:
    assert set(scored(rows, lambda row: row.target)) == set(FIGURES)


# --------------------------------------------------------------------------------------------------------------- points


def test_the_expert_finds_all_that_the_expert_finds(rows: list[Row]) -> None:
    found = scored(rows, lambda row: row.target)
    names = ("points_precision", "points_recall", "points_f1", "constructive", "verdict")
    assert values(found, *names) == [100.0] * 5


def test_points_are_counted_over_all_critiques(rows: list[Row]) -> None:
    """Of 4 true points 2 are found; 1 of 4 points is made of a right caption, 1 does not say what to write."""

    def says(row: Row) -> str:
        if row.row_id.startswith("t1:critique:draft"):
            return 'Replace "red" with "blue". Replace "drives" with "rolls".'
        if row.row_id.startswith("t2:critique:draft"):
            return 'The word "two" is wrong.'
        return 'Delete "left".' if row.triple_id == "t3" else SENTINEL

    found = scored(rows, says)
    assert values(found, "points_precision", "points_recall", "points_f1") == [50.0, 50.0, 50.0]
    assert values(found, "constructive") == [75.0]
    assert found["points_precision"].n == 5


def test_another_mend_of_the_same_words_is_not_the_experts_point(rows: list[Row]) -> None:
    found = scored(rows, lambda row: 'Replace "red" with "green".' if flawed(row) else SENTINEL)
    assert values(found, "points_precision", "points_recall") == [0.0, 0.0]


def test_who_makes_no_point_has_no_precision_and_no_recall(rows: list[Row]) -> None:
    found = scored(rows, lambda row: SENTINEL)
    told = as_json({"pooled": found})["pooled"]
    assert [told[name]["value"] for name in ("points_precision", "points_recall", "constructive")] == [None, 0.0, None]


# ------------------------------------------------------------------------------------------------------------- the loop


def test_the_rule_carries_out_what_can_be_read_and_leaves_the_draft_at_a_sentinel() -> None:
    assert by_rule(DRAFT, EXPERT) == FINAL
    assert by_rule(DRAFT, 'Replace "red" with "blue".') == "A blue car drives left past two trees."
    for words in (*SENTINELS, "It could be better.", ""):
        assert by_rule(DRAFT, words) == DRAFT


def test_nearer_farther_and_gain_are_as_by_hand(tmp_path: Path) -> None:
    """Each draft is two word edits from its final caption: they are saved, one is, none is, one and two are added."""
    said = {
        0: EXPERT, 1: 'Replace "red" with "blue".', 2: SENTINEL, 3: 'Replace "left" with "right".',
        4: 'Replace "left" with "right". Replace "car" with "bus".',
    }  # fmt: skip
    triples = [revised(n, pre_caption=DRAFT, post_caption=FINAL, critique=EXPERT) for n in said]
    made = list(benchmark(tmp_path / "rows", triples).items["critique"])
    found = scored(made, lambda row: said[int(row.triple_id[1:])] if flawed(row) else None)
    assert values(found, "loop_nearer", "loop_farther") == [40.0, 40.0]
    assert values(found, "loop_gain") == [round(100 * (2 + 1 + 0 - 1 - 2) / 10, 4)]
    assert found["loop_nearer"].n == 5


def test_another_reviser_may_be_handed_in(rows: list[Row]) -> None:
    asked: list[tuple[str, str]] = []

    def reviser(draft: str, words: str) -> str:
        asked.append((draft, words))
        return FINAL

    found = scored(rows, lambda row: "Mend it." if flawed(row) else SENTINEL, reviser=reviser)
    assert asked == [(DRAFT, "Mend it.")] * 2, "right captions are not revised"
    assert values(found, "loop_nearer", "loop_gain") == [100.0, 100.0]


def test_a_draft_without_a_final_caption_is_in_no_loop(rows: list[Row]) -> None:
    drafts = [row for row in rows if flawed(row)]
    found = scored(drafts, lambda row: row.target)
    assert not {"loop_nearer", "loop_farther", "loop_gain", "verdict_right", "sentinel_bleu4"} & set(found)
    assert values(found, "verdict", "points_f1") == [100.0, 100.0]


def test_what_is_not_answered_is_in_no_figure_but_lends_its_caption(rows: list[Row]) -> None:
    found = scored(rows, lambda row: row.target if row.row_id == "t1:critique:draft" else None)
    assert {found[name].n for name in ("bleu4", "verdict", "points_f1", "loop_gain")} == {1}
    assert values(found, "loop_gain") == [100.0]
    assert scores_of(critique.measure(rows, {}), resamples=9) == {}


def test_the_order_of_rows_changes_nothing(rows: list[Row]) -> None:
    dice = random.Random(1)
    texts = {row.row_id: dice.choice([row.target, 'Replace "red" with "blue".', SENTINEL]) for row in rows}
    told = [
        as_json(scores_of(critique.measure(random.Random(n).sample(rows, len(rows)), texts), resamples=50))
        for n in range(3)
    ]
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("words", ["\x00", "\ud800", '"' * 5000, "Replace " * 500, "（" * 100, "\u202e" + EXPERT])
def test_no_critique_breaks_the_measures(rows: list[Row], words: str) -> None:
    found = scored(rows, lambda row: words)
    assert found["verdict"].n == 5


def test_a_sentinel_of_ones_own_is_a_verdict(tmp_path: Path) -> None:
    own = "Nothing is wrong."
    made = benchmark(tmp_path / "rows", [revised(1), perfect(2)], sentinel=own)
    rows = made.items["critique"]
    found = critique.measure(rows, {row.row_id: row.target for row in rows})
    figures = scores_of(found, resamples=5)["pooled"]
    assert figures["verdict"].value == 100
    assert figures["points_precision"].value == 100


def test_a_sentinel_of_ones_own_counts_in_examples_variants_and_rewards_too(tmp_path: Path) -> None:
    own = 'Delete nothing but "left".'
    assert points_of(own, DRAFT), "or nobody could tell that it is known as a sentinel"
    made = benchmark(tmp_path / "rows", [revised(1), revised(2)], sentinel=own)
    rows = made.items["critique"]
    flawed = [row for row in rows if row.what == "draft"]
    silent = Predictions(system="it", tasks=("critique",), texts={row.row_id: own for row in flawed}, yes={})
    [one, *_] = examples("critique", rows, silent)
    assert not any(passage.points for passage in one.passages)
    said = Variant(name="it", critiques={row.triple_id: own for row in flawed})
    assert study(rows, [said], published={}).figures["it"]["reversed"].value == 100
    branch = Branch(
        ids=(1,), answer_from=0, answer=own, prompt="", row_id="r", task="critique", caption="The camera pans left."
    )
    film = Film(pictures=np.zeros((1, 4, 4, 3), np.uint8), times_s=(0.0,))
    assert by_points(sentinels_of(rows))(film, branch, [own, 'Replace "left" with "right".']) == [1.0, 0.0]
    assert by_points()(film, branch, ["No edits are needed."]) == [0.0], "whose answer says something else"
