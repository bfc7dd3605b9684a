"""Figures of captions and rewards: those that a direct computation gives, over sources and not items, in any order."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sacrebleu.metrics import BLEU
from sklearn.metrics import brier_score_loss, roc_auc_score

from tests.support.answers import benchmark, write_answers
from tests.support.commands import run
from tests.support.triples import perfect, revised
from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.measures import caption, reward
from videolect.evals.measures.names import FIGURES, LOWER_IS_BETTER, NO_DIRECTION
from videolect.evals.measures.scores import Measured, as_json, compared, mean, percent, scores_of
from videolect.evals.measures.system import measure_task
from videolect.evals.predictions import ANSWERED
from videolect.metrics.intervals import ratio

WORDS = [
    "the",
    "camera",
    "pans",
    "slowly",
    "left",
    "past",
    "a",
    "red",
    "car",
    "and",
    "then",
    "stops",
    "near",
    "two",
    "old",
    "trees",
]


def some_text(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(4, 15))).capitalize() + "."


def some_triples(count: int = 24, sources: int = 8) -> list[Any]:
    """Of two aspects and several clips a source, with drafts a few words off."""
    dice, made = random.Random(3), []
    for n in range(count):
        final = some_text(dice)
        draft = final.replace("left", "right") if "left" in final else "Now " + final
        more = {"aspect": ("camera", "subject")[n % 3 % 2], "source_id": f"film{n % sources}"}
        if n % 4 == 3:
            made.append(perfect(n, text=final, **more))
        else:
            made.append(revised(n, pre_caption=draft, post_caption=final, **more))
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return benchmark(tmp_path_factory.mktemp("made") / "rows", some_triples())


@pytest.fixture(scope="module")
def texts(made: Benchmark) -> dict[str, str]:
    dice = random.Random(5)
    return {row.row_id: row.target.replace("the", "a") if dice.random() < 0.6 else some_text(dice)
            for row in made.items["caption"]}  # fmt: skip


def judged(made: Benchmark, seed: int = 7) -> dict[str, float]:
    """P(Yes) in tenths, so that there are ties and some at 0.5."""
    dice = random.Random(seed)
    return {row.row_id: min(1.0, dice.randint(0, 8) / 10 + (row.target == "Yes") * 0.2) for row in made.items["yes_no"]}


def by_scope(rows: list[Row]) -> dict[str, list[Row]]:
    return {
        "pooled": rows,
        **{name: [r for r in rows if r.aspect == name] for name in dict.fromkeys(r.aspect for r in rows)},
    }


# ---------------------------------------------------------------------------------------------------------- captions


def test_bleu_is_that_of_the_corpus_in_every_scope(made: Benchmark, texts: dict[str, str]) -> None:
    found = scores_of(caption.measure(made.items["caption"], texts, full=False), resamples=9)
    rows = by_scope(list(made.items["caption"]))
    assert set(found) == set(rows) == {"pooled", "camera", "subject"}
    for scope, of in rows.items():
        wrote, wanted = [texts[row.row_id] for row in of], [row.target for row in of]
        for name, bleu in (("bleu4", BLEU()), ("bleu4_lowercase", BLEU(lowercase=True))):
            assert found[scope][name].value == pytest.approx(bleu.corpus_score(wrote, [wanted]).score)
        each = BLEU(effective_order=True)
        alone = [each.sentence_score(one, [other]).score for one, other in zip(wrote, wanted, strict=True)]
        assert found[scope]["bleu4_sentence"].value == pytest.approx(np.mean(alone))
        lengths = [sum(len(text.split()) for text in side) for side in (wrote, wanted)]
        assert found[scope]["words_ratio"].value == pytest.approx(lengths[0] / lengths[1])
        assert (found[scope]["bleu4"].n, found[scope]["bleu4"].groups) == (len(of), len({r.source_id for r in of}))


def test_items_without_an_answer_are_not_in_any_figure(made: Benchmark, texts: dict[str, str]) -> None:
    few = dict(list(texts.items())[:10])
    rows = [row for row in made.items["caption"] if row.row_id in few]
    whole = scores_of(caption.measure(rows, few), resamples=20)
    assert as_json(scores_of(caption.measure(made.items["caption"], few), resamples=20)) == as_json(whole)


def test_no_answer_at_all_gives_no_figure(made: Benchmark) -> None:
    assert scores_of(caption.measure(made.items["caption"], {}), resamples=9) == {}
    assert scores_of(reward.measure(made.items["yes_no"], {}), resamples=9) == {}


# ------------------------------------------------------------------------------------------------------------ rewards


def test_pairs_ties_and_the_half_are_counted_as_by_hand(tmp_path: Path) -> None:
    made = benchmark(tmp_path / "rows", [*(revised(n) for n in range(4)), perfect(9)])
    scores = {"t0": (0.9, 0.1), "t1": (0.5, 0.5), "t2": (0.2, 0.6), "t3": (0.7, 0.5), "t9": (0.5, None)}
    yes = {
        row.row_id: value for row in made.items["yes_no"]
        if (value := scores[row.triple_id][0 if row.what == "final" else 1]) is not None
    }  # fmt: skip
    found = scores_of(reward.measure(made.items["yes_no"], yes), resamples=9)["pooled"]
    value = {name: round(each.value, 6) for name, each in found.items()}
    assert value["pairwise_strict"] == 50.0, "t0 and t3 of four"
    assert value["pairwise_half_tie"] == 62.5, "and half of t1"
    assert value["tie_rate"] == 25.0
    assert value["at_half"] == pytest.approx(100 * (2 + 0.5 + 0.5 + 0 + 0 + 1 + 0.5 + 0.5) / 9, abs=1e-6)
    assert value["yes_rate"] == pytest.approx(100 * 3 / 9, abs=1e-6), "0.5 itself is no Yes"
    assert found["pairwise_strict"].n == 4
    assert found["at_half"].n == 9


def test_the_area_is_scikit_learns_in_each_aspect(made: Benchmark) -> None:
    yes = judged(made)
    found = scores_of(reward.measure(made.items["yes_no"], yes), resamples=9)
    finals, areas = [], []
    for scope, rows in by_scope(list(made.items["yes_no"])).items():
        right, scores = [row.target == "Yes" for row in rows], [yes[row.row_id] for row in rows]
        assert found[scope]["brier"].value == pytest.approx(brier_score_loss(right, scores))
        if scope != "pooled":
            finals.append(sum(right))
            areas.append(100 * roc_auc_score(right, scores))
            assert found[scope]["auc"].value == pytest.approx(areas[-1])
    assert found["pooled"]["auc"].value == pytest.approx(np.average(areas, weights=finals))


def test_one_kind_alone_has_no_area_and_no_pair(tmp_path: Path) -> None:
    made = benchmark(tmp_path / "rows", [perfect(1), perfect(2)])
    found = scores_of(reward.measure(made.items["yes_no"], dict.fromkeys(("t1:yes_no:final", "t2:yes_no:final"), 0.7)))
    assert set(found["pooled"]) == {"at_half", "yes_rate", "brier"}


def test_a_length_has_no_half(made: Benchmark) -> None:
    lengths = {row.row_id: float(len(row.caption or "")) for row in made.items["yes_no"]}
    found = scores_of(reward.measure(made.items["yes_no"], lengths, probabilities=False), resamples=9)["pooled"]
    assert set(found) == {"pairwise_half_tie", "pairwise_strict", "tie_rate", "auc"}


# ---------------------------------------------------------------------------------------------------------- intervals


def measured(values: Any, groups: Any, ids: Any = None, aspects: Any = None) -> Measured:
    count = len(values)
    return Measured(
        measures=(mean("it", values, figure=percent(ratio)),), groups=tuple(groups),
        aspects=tuple(aspects or ["camera"] * count), ids=tuple(ids or map(str, range(count))),
    )  # fmt: skip


def test_intervals_draw_sources_and_not_items() -> None:
    """40 items that are all right or all wrong by their source know no more than 4 items do."""
    values = [0.0, 1.0, 1.0, 0.0]
    few = scores_of(measured(values, "abcd"))["pooled"]["it"]
    many = scores_of(measured(np.repeat(values, 10), np.repeat(list("abcd"), 10).tolist()))["pooled"]["it"]
    alone = scores_of(measured(np.repeat(values, 10), map(str, range(40))))["pooled"]["it"]
    assert (many.low, many.high) == (few.low, few.high) == (0.0, 100.0)
    assert (many.n, many.groups) == (40, 4)
    assert alone.high - alone.low < 40


def test_of_one_source_there_is_a_figure_and_no_interval() -> None:
    one = scores_of(measured([0, 1, 1], "aaa"))["pooled"]["it"]
    assert [math.isnan(each) for each in (one.low, one.high)] == [True, True]
    assert as_json({"pooled": {"it": one}})["pooled"]["it"] == {
        "value": 66.666667, "low": None, "high": None, "n": 3, "sources": 1
    }  # fmt: skip


def test_what_is_no_number_belongs_to_no_item() -> None:
    found = scores_of(measured([1.0, math.nan, 0.0, math.nan], "abcd"))["pooled"]["it"]
    assert (found.value, found.n, found.groups) == (50.0, 2, 2)
    assert scores_of(measured([math.nan], "a")) == {}


def test_the_order_of_rows_changes_nothing(made: Benchmark, texts: dict[str, str]) -> None:
    yes, others = judged(made), judged(made, 8)
    told = []
    for seed in range(4):
        rows = {task: random.Random(seed).sample(list(of), len(of)) for task, of in made.items.items()}
        captions, rewards = caption.measure(rows["caption"], texts), reward.measure(rows["yes_no"], yes)
        beside = reward.measure(list(made.items["yes_no"]), others)
        difference = compared(rewards, beside, resamples=50)["pooled"]["auc"]
        told.append(
            json.dumps([as_json(scores_of(each, resamples=50)) for each in (captions, rewards)], sort_keys=True)
            + repr(difference)
        )
    assert len(set(told)) == 1


# ---------------------------------------------------------------------------------------------------------- comparing


def test_two_systems_are_compared_with_the_same_draws_on_common_items() -> None:
    dice = np.random.default_rng(1)
    ids, groups = [f"i{n}" for n in range(60)], [f"s{n // 3}" for n in range(60)]
    worse = dice.random(60)
    better = worse + 0.01
    here = measured(better, groups, ids)
    there = measured([*worse[::-1][:50], 5.0], [*groups[::-1][:50], "s99"], [*ids[::-1][:50], "elsewhere"])
    found = compared(here, there)["pooled"]["it"]
    assert (found.n, found.groups) == (50, 17)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0, 1.0)), "other draws would give a width"
    assert found.p == pytest.approx(2 / 1001)
    back = compared(there, here)["pooled"]["it"]
    assert (back.value, back.low, back.high) == pytest.approx((-1.0, -1.0, -1.0))


def test_a_system_is_no_better_than_itself_and_strangers_are_refused() -> None:
    one = measured([0.0, 1.0], "ab")
    same = compared(one, one)["pooled"]["it"]
    assert (same.value, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    with pytest.raises(BadInput, match="no item in common"):
        compared(one, replace(one, ids=("x", "y")))
    assert set(compared(one, one, only_pooled=True)) == {"pooled"}


def test_every_figure_is_described_and_has_one_direction(made: Benchmark, tmp_path: Path, capsys: Any) -> None:
    assert not LOWER_IS_BETTER & NO_DIRECTION
    assert set(FIGURES) >= LOWER_IS_BETTER | NO_DIRECTION
    path = write_answers(tmp_path / "it.jsonl", made, system="it")
    code, told = run(capsys, "eval", "score", made.folder, "--predictions", path, "--resamples", 9)
    assert code == 0
    assert {name for scope in ("pooled", "camera", "subject") for name in told[scope]} <= set(FIGURES)


def test_the_area_s_interval_lets_finals_and_drafts_vary_together(tmp_path: Path) -> None:
    """Beside a bootstrap that computes the area anew for each draw of sources."""
    rng = np.random.default_rng(3)
    made = benchmark(tmp_path / "rows", [revised(n) for n in range(60)])
    rows = list(made.items["yes_no"])
    level = {row.source_id: rng.normal() for row in rows}  # films differ more than finals and drafts do
    yes = {
        row.row_id: float(1 / (1 + np.exp(-level[row.source_id] - (row.target == "Yes") * 0.8 - rng.normal() / 4)))
        for row in rows
    }
    found = scores_of(reward.measure(rows, yes), resamples=1000)["pooled"]["auc"]
    finals = np.array([yes[row.row_id] for row in rows if row.target == "Yes"])
    drafts = np.array([yes[row.row_id] for row in rows if row.target == "No"])

    def area(draw: Any) -> float:
        return 100 * float((finals[draw][:, None] > drafts[draw][None]).mean())

    draws = [area(rng.integers(60, size=60)) for _ in range(1000)]
    low, high = np.percentile(draws, [2.5, 97.5])
    assert found.value == pytest.approx(area(np.arange(60)))
    assert (found.high - found.low) == pytest.approx(high - low, rel=0.25)


def test_only_tasks_that_have_measures_are_measured():
    for task in ANSWERED:
        assert measure_task(task, (), texts={}, yes={}).ids == ()
    with pytest.raises(BadInput, match="Answers to 'preference'") as refused:
        measure_task("preference", (), texts={}, yes={})
    assert refused.value.mend == "Use one of caption, critique, yes_no."
