"""Reward sets that text does not give away: planted signs are found by judges that do not look, and filtered out."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.answers import write_answers
from tests.support.commands import run
from tests.support.triples import perfect, revised
from videolect.dataset.triple_files import write_triples
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.blind import pair_judges
from videolect.evals.blind.control import Pair, controlled, filtered, matched, measure, pairs_of
from videolect.record.triple import Triple

WORDS = [f"{one}{two}{three}" for one in "bdgk" for two in "aeiou" for three in ("m", "n", "rt", "st")]
CHANCE = 4 * math.sqrt(0.25 / 120)
"""120 fair coins are farther from a half than this once in ten thousand times."""
Make = Callable[[random.Random], tuple[str, str]]
"""(good, bad)."""


def plain(dice: random.Random) -> tuple[str, str]:
    """Two texts of eight words that differ in one, at random."""
    good = dice.choices(WORDS, k=8)
    bad = list(good)
    bad[dice.randrange(8)] = dice.choice(WORDS)
    return " ".join(good), " ".join(bad)


def with_foo(dice: random.Random) -> tuple[str, str]:
    """The bad one says foo in place of a word."""
    good, bad = plain(dice)
    words = bad.split()
    words[dice.randrange(8)] = "foo"
    return good, " ".join(words)


def with_capital(dice: random.Random) -> tuple[str, str]:
    """The bad one is written in another shape, which words in lower case do not show."""
    good, bad = plain(dice)
    return good, bad.upper()


def some_pairs(make: Make, count: int = 120, sources: int = 40, seed: int = 1) -> list[Pair]:
    dice, made = random.Random(seed), list[Pair]()
    while len(made) < count:
        good, bad = make(dice)
        if good != bad:
            n = len(made)
            made.append(Pair(id=f"p{n}", source_id=f"s{n % sources}", aspect="camera", good=good, bad=bad, kind="k"))
    return made


def right(pairs: list[Pair], family: pair_judges.Family) -> float:
    margin = pair_judges.margins([p.good for p in pairs], [p.bad for p in pairs], [p.source_id for p in pairs], family)
    return float(np.mean((margin > 0) + (margin == 0) / 2))


# ------------------------------------------------------------------------------------------------------------- judges


@pytest.mark.parametrize("family", ["words", "characters"])
def test_a_planted_word_is_found_and_chance_is_not_beaten(family: pair_judges.Family) -> None:
    assert right(some_pairs(with_foo), family) > 0.95
    assert abs(right(some_pairs(plain), family) - 0.5) < CHANCE


def test_a_sign_that_is_in_the_shape_alone_is_seen_by_one_family_only() -> None:
    pairs = some_pairs(with_capital)
    assert right(pairs, "characters") > 0.95
    assert abs(right(pairs, "words") - 0.5) < CHANCE


@pytest.mark.parametrize("family", ["words", "characters"])
def test_a_judge_does_not_learn_from_the_source_that_it_judges(family: pair_judges.Family) -> None:
    """Each source has a sign of its own: only who saw it could know it."""
    dice, pairs = random.Random(2), list[Pair]()
    for source in range(20):
        one, two = (f"q{dice.randrange(10**6):06}" for _ in range(2))
        for n in range(6):
            good, bad = plain(dice)
            pairs.append(Pair(id=f"{source}-{n}", source_id=f"s{source}", aspect="camera", good=f"{good} {one}",
                              bad=f"{bad} {two}", kind="k"))  # fmt: skip
    assert abs(right(pairs, family) - 0.5) < CHANCE
    alone = [replace(pair, source_id=pair.id) for pair in pairs]
    assert right(alone, family) > 0.65, "with the source's other pairs at hand it is easier"


@pytest.mark.parametrize("family", ["words", "characters"])
@pytest.mark.parametrize("sources", [["a"] * 5, ["a"] * 30 + ["b"], ["a", "b"]])
def test_with_next_to_nothing_to_learn_from_a_judge_says_nothing(
    family: pair_judges.Family, sources: list[str]
) -> None:
    count = len(sources)
    margin = pair_judges.margins(["good one"] * count, ["bad one"] * count, sources, family)
    assert margin.shape == (count,)
    learnt = sources.count("a") if "b" in sources and count > 2 else 0
    assert not margin[: learnt or count].any()


def test_shapes_are_counted() -> None:
    [told, empty] = pair_judges.shapes(['He said "Go, now!" at 10.', ""])
    assert told.tolist() == [25, 6, pytest.approx(20 / 6), 2, 1, 2, 2, 2]
    assert empty.tolist() == [0] * 8


# ------------------------------------------------------------------------------------------------------------ matching


def test_matching_balances_every_aspect_kind_and_amount() -> None:
    dice = random.Random(3)
    pairs = []
    for n in range(400):
        more = dice.choice([-12, -3, -1, 0, 1, 1, 1, 4, 7, 30])
        aspect, kind = dice.choice(["camera", "subject"]), dice.choice(["k", "l"])
        pairs.append(Pair(id=f"p{n}", source_id=f"s{n}", aspect=aspect, kind=kind,
                          good="w " * (40 + max(more, 0)), bad="w " * (40 + max(-more, 0))))  # fmt: skip
    left = matched(pairs)

    def amount(pair: Pair) -> int:
        return next(at for at, most in enumerate((0, 2, 5, 10, 20, 10**9)) if abs(pair.longer) <= most)

    sides = Counter((p.aspect, p.kind, amount(p), p.longer > 0) for p in left if p.longer)
    assert sides
    for aspect, kind, size, longer in list(sides):
        assert sides[aspect, kind, size, longer] == sides[aspect, kind, size, not longer]
    assert [p for p in left if not p.longer] == [p for p in pairs if not p.longer]
    assert left == [p for p in pairs if p in left], "in their order"
    assert {p.id for p in matched(pairs[::-1])} == {p.id for p in left}
    assert matched(left) == left
    assert measure(left).longer.value == 50.0
    assert matched(pairs, seed=1) != left


# ----------------------------------------------------------------------------------------------------------- filtering


def test_what_gives_itself_away_is_filtered_out_and_the_other_family_agrees() -> None:
    fair = [replace(pair, id=f"fair-{pair.id}") for pair in some_pairs(plain, 80, seed=5)]
    told: list[str] = []
    found = controlled([*some_pairs(with_foo, 80, seed=4), *fair], target=0.55, fewest=40, say=told.append)
    assert {name: stage.pairs for name, stage in found.stages.items()} == {
        "all": 160, "matched": 160, "filtered": len(found.pairs)
    }  # fmt: skip
    before, after = found.stages["matched"], found.stages["filtered"]
    assert before.words.value > 65
    assert abs(after.words.value - 50) < 15
    assert after.characters.value < before.characters.value
    planted = sum("foo" in pair.bad for pair in found.pairs)
    assert planted < 40, "of 80"
    assert len(found.pairs) - planted > 60, "of 80"
    assert told[-1].startswith("round")


@pytest.mark.parametrize("fewest", [60, 110])
def test_never_fewer_pairs_are_left_than_were_asked_for(fewest: int) -> None:
    def longer(dice: random.Random) -> tuple[str, str]:
        good, bad = with_foo(dice)
        return (f"{good} more", bad) if dice.random() < 0.5 else (good, f"{bad} more")

    pairs = matched(some_pairs(longer, 130))
    assert len(pairs) > 110
    left = filtered(pairs, target=0.5, fewest=fewest)
    assert fewest <= len(left)
    assert matched(left) == left
    assert len(left) < 70 or fewest == 110, "all of it gives itself away"


def test_a_fair_set_is_left_as_it_is() -> None:
    pairs = some_pairs(plain)
    assert filtered(pairs, target=0.99, fewest=20) == pairs


def test_too_few_pairs_are_refused_before_and_after_matching() -> None:
    pairs = some_pairs(plain, 30)
    with pytest.raises(BadInput, match="30 pairs"):
        controlled(pairs, fewest=31)
    with pytest.raises(BadInput, match="29 pairs"):
        controlled([*pairs[:29], replace(pairs[29], bad=" ")], fewest=30)
    longer = [replace(pair, good=f"{pair.good} and more") for pair in pairs]
    with pytest.raises(BadInput, match="Matched by length 0 of 30"):
        controlled(longer, fewest=20)


def test_of_one_source_there_is_no_interval_and_json_that_can_be_read() -> None:
    told = measure([replace(pair, source_id="s") for pair in some_pairs(plain, 20)]).as_json()
    assert told["words"] == {"value": 50.0, "low": None, "high": None, "n": 20, "sources": 1}
    json.dumps(told, allow_nan=False)


# ------------------------------------------------------------------------------------------------------- from triples


def test_pairs_are_of_one_reviser_and_what_is_none_is_counted() -> None:
    triples = [revised(1), perfect(2), revised(3, edited_by_hand=True), revised(4)]
    worse = [
        ("k", "t1", "The camera pans up.", None), ("l", "t1", "It pans.", "reviser"), ("k", "t2", "It pans.", None),
        ("k", "t3", "It pans.", None), ("k", "t4", " The camera  pans right slowly. ", None),
        ("k", "t9", "It pans.", None), ("m", "t4", "It pans.", "another"), ("n", "t4", " ", None),
        ("o", "t4", "The camera pans  left slowly.", None),
    ]  # fmt: skip
    pairs, left_out = pairs_of(triples, worse)
    assert [(pair.id, pair.good, pair.bad, pair.source_id) for pair in pairs] == [
        ("t1-k", "The camera pans right slowly.", "The camera pans up.", "film1"),
        ("t1-l", "The camera pans right slowly.", "It pans.", "film1"),
    ]
    assert left_out == {
        "of a draft that was not revised": 1, "of no triple that is given": 1, "that came out the same": 1,
        "whose final caption was edited by hand": 1, "of two revisers": 1, "of which one is blank": 1,
        "whose worse caption is the draft as it was": 1,
    }  # fmt: skip


def on_disk(folder: Path, make: Make, count: int = 60) -> tuple[Path, Path]:
    """Triples, and the same with a worse caption."""
    pairs = some_pairs(make, count)
    triples: list[Triple] = [
        revised(n, post_caption=pair.good, source_id=pair.source_id) for n, pair in enumerate(pairs)
    ]
    worse = [replace(triple, post_caption=pair.bad) for triple, pair in zip(triples, pairs, strict=True)]
    paths = folder / "triples.jsonl", folder / "deletion.jsonl"
    for path, of in zip(paths, (triples, worse), strict=True):
        write_triples(of, path)
    return paths


def test_a_set_is_written_and_scored_as_any_rows(tmp_path: Path, capsys: Any) -> None:
    triples, worse = on_disk(tmp_path, plain)
    out = tmp_path / "controlled"
    code, told = run(capsys, "eval", "control", triples, worse, "--out", out, "--target", 0.9, "--fewest", 20)
    assert (code, told["pairs"]) == (0, told["stages"]["filtered"]["pairs"])
    made = Benchmark.read(out, "test")
    assert made.manifest["control"]["stages"] == told["stages"]
    assert {task: len(rows) for task, rows in made.items.items()} == {
        "preference": told["pairs"], "yes_no": 2 * told["pairs"]
    }  # fmt: skip
    bad = {line["triple_id"]: line["post_caption"] for line in map(json.loads, worse.read_text().splitlines())}
    for row in made.items["yes_no"]:
        if row.what == "draft":
            assert row.caption == bad[row.triple_id.removesuffix("-deletion")]
    answers = write_answers(tmp_path / "it.jsonl", made, system="it", skill=1.0, tasks=("yes_no",))
    code, scored = run(capsys, "eval", "score", out, "--predictions", answers, "--resamples", 9)
    assert (code, scored["pooled"]["reward_pairwise_strict"]["value"]) == (0, 100.0)
    assert set(scored["baselines"]) == {
        f"yes_no.{name}" for name in ("longer_wins", "more_characters_win", "blind_words")
    }


def test_a_set_of_one_source_prints(tmp_path: Path, capsys: Any) -> None:
    from videolect.cli.main import main

    triples, worse = on_disk(tmp_path, lambda dice: plain(dice), 30)
    for path in (triples, worse):
        path.write_text(
            "".join(json.dumps({**json.loads(line), "source_id": "s"}) + "\n" for line in path.read_text().splitlines())
        )
    asked = ["eval", "control", str(triples), str(worse), "--out", str(tmp_path / "out"), "--fewest", "20"]
    assert main(asked) == 0
    assert "[no interval]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--target", "0.4"], "--target is 0.4"), (["--target", "nan"], "--target is nan"),
        (["--fewest", "5"], "--fewest is 5"), (["--fewest", "1000"], "pairs of two texts"),
        (["--from-authors", "nowhere"], "named twice"), (["--spec", "nowhere"], "nowhere"),
    ],
)  # fmt: skip
def test_wishes_that_cannot_be_met_are_told(tmp_path: Path, capsys: Any, more: list[str], said: str) -> None:
    triples, worse = on_disk(tmp_path, plain, 30)
    code, told = run(capsys, "eval", "control", triples, worse, "--out", tmp_path / "out", *more)
    assert (code, said in told["message"]) == (2, True), told
    assert not (tmp_path / "out").exists()


def test_files_of_one_name_and_a_full_folder_are_told(tmp_path: Path, capsys: Any) -> None:
    triples, worse = on_disk(tmp_path, plain, 30)
    code, told = run(capsys, "eval", "control", triples, worse, worse, "--out", tmp_path / "out")
    assert (code, "have one name" in told["message"]) == (2, True)
    code, told = run(capsys, "eval", "control", triples, worse, "--out", tmp_path)
    assert (code, "not empty" in told["message"]) == (2, True)
    code, told = run(capsys, "eval", "control", triples, "--out", tmp_path / "out")
    assert (code, "No corrupted" in told["message"]) == (2, True)
