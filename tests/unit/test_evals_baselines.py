"""Floors and ceilings: always somebody else's text, never a look at the answer, and the same in any order."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import benchmark
from tests.support.triples import perfect, rejected, revised
from videolect.evals.benchmark import Benchmark
from videolect.evals.blind import judges
from videolect.evals.blind.baselines import Baseline, baselines, drafts_of, measure_baselines, score_baselines
from videolect.evals.blind.baselines import measure as measured_as
from videolect.evals.measures.scores import as_json, scores_of
from videolect.record.critique import SENTINEL


def some_triples() -> list[Any]:
    """Of two aspects; the sources 0 and 1 have several clips each, and one aspect has one source only."""
    said = {n: f"The camera pans right past house {n}." for n in range(10)}
    made: list[Any] = [
        revised(n, source_id=f"film{n % 3}", pre_caption=f"Draft {n}.", post_caption=said[n], critique=f"Mend {n}.")
        for n in range(6)
    ]
    made.append(rejected(6, pre_caption="Draft 6.", post_caption=said[6], critique="Mend 6."))
    made.append(perfect(7, text=said[7]))
    made += [perfect(n, aspect="subject", source_id="film9", text=said[n]) for n in (8, 9)]
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return benchmark(tmp_path_factory.mktemp("made") / "rows", some_triples())


def by_name(found: list[Baseline]) -> dict[str, Baseline]:
    return {f"{each.task}.{each.name}": each for each in found}


def test_there_is_a_floor_for_every_task_and_a_ceiling_where_a_reviewer_rejected(made: Benchmark) -> None:
    found = by_name(baselines(made.items))
    assert {name for name, each in found.items() if each.kind == "floor"} == {
        "caption.random_caption", "caption.copy_draft", "yes_no.longer_wins", "yes_no.more_characters_win",
        "yes_no.blind_words", "critique.always_sentinel", "critique.perfect_verdict_random_critique",
    }  # fmt: skip
    ceilings = {name: each.texts for name, each in found.items() if each.kind == "ceiling"}
    assert ceilings == {
        "caption.annotator_against_reviewer": {"t6:caption:caption": "The camera pans left fast."},
        "critique.annotator_against_reviewer": {"t6:critique:draft": 'Replace "slowly" with "fast".'},
    }


def test_what_cannot_be_made_is_left_out(tmp_path: Path) -> None:
    only = benchmark(tmp_path / "rows", [perfect(1)])
    assert set(by_name(baselines({"caption": only.items["caption"]}))) == set(), "no other source, no draft"
    assert set(by_name(baselines(only.items))) == {
        "yes_no.longer_wins", "yes_no.more_characters_win", "yes_no.blind_words",
        "critique.always_sentinel",
    }  # fmt: skip
    assert {each.task for each in baselines(only.items, tasks=("critique",))} == {"critique"}


def test_a_random_caption_is_always_of_another_source_and_the_same_aspect(made: Benchmark) -> None:
    rows = {row.row_id: row for row in made.items["caption"]}
    by_text = {row.target: row for row in rows.values()}
    for seed in range(5):
        texts = by_name(baselines(made.items, seed=seed, tasks=("caption",)))["caption.random_caption"].texts
        assert {name for name in rows if name not in texts} == {"t8:caption:caption", "t9:caption:caption"}
        for name, text in texts.items():
            assert by_text[text].source_id != rows[name].source_id
            assert by_text[text].aspect == rows[name].aspect


def test_somebody_elses_critique_is_of_another_source_and_right_captions_get_the_sentinel(made: Benchmark) -> None:
    rows = {row.row_id: row for row in made.items["critique"]}
    sources = {row.target: row.source_id for row in rows.values() if row.what == "draft"}
    [floor] = [each for each in baselines(made.items) if each.name == "perfect_verdict_random_critique"]
    assert set(floor.texts) == set(rows)
    for name, text in floor.texts.items():
        if rows[name].what == "final":
            assert text == SENTINEL
        else:
            assert sources[text] != rows[name].source_id
    verdicts = scores_of(measured_as(floor, made.items, full=False), resamples=9)["pooled"]["verdict"]
    assert verdicts.value == 100.0


def test_always_the_sentinel_is_right_of_right_captions_only(made: Benchmark) -> None:
    own = {**made.items, "critique": [replace(row, target="Fine as it is.") if row.sentinel else row
                                      for row in made.items["critique"]]}  # fmt: skip
    [floor] = [each for each in baselines(own) if each.name == "always_sentinel"]
    assert set(floor.texts.values()) == {"Fine as it is."}, "the rows' own"
    [floor] = [each for each in baselines(made.items) if each.name == "always_sentinel"]
    found = scores_of(measured_as(floor, made.items), resamples=9)["pooled"]
    assert (found["verdict_flawed"].value, found["verdict_right"].value) == (0.0, 100.0)
    assert found["loop_gain"].value == 0.0


def test_the_draft_is_handed_in_and_of_right_ones_the_final_caption(made: Benchmark) -> None:
    texts = by_name(baselines(made.items))["caption.copy_draft"].texts
    assert texts == {
        row.row_id: row.target if row.triple_id in ("t7", "t8", "t9") else f"Draft {row.triple_id[1:]}."
        for row in made.items["caption"]
    }


@pytest.mark.parametrize("task", ["critique", "yes_no", "preference"])
def test_drafts_are_found_in_whatever_rows_there_are(made: Benchmark, task: str) -> None:
    assert drafts_of({task: made.items[task]}) == {f"t{n}": f"Draft {n}." for n in range(7)}


def test_the_order_of_rows_changes_nothing(made: Benchmark) -> None:
    told = []
    for seed in range(3):
        items = {task: random.Random(seed).sample(list(rows), len(rows)) for task, rows in made.items.items()}
        told.append({name: (each.texts, each.yes) for name, each in by_name(baselines(items)).items()})
    assert told[0] == told[1] == told[2]


# ------------------------------------------------------------------------------------------------------------- blind


def test_the_longer_caption_wins_by_words_or_characters(made: Benchmark) -> None:
    rows = made.items["yes_no"]
    words, characters = judges.longer_wins(rows), judges.longer_wins(rows, characters=True)
    assert (words["t0:yes_no:final"], characters["t0:yes_no:final"]) == (7.0, 35.0)
    [floor] = [each for each in baselines(made.items) if each.name == "longer_wins"]
    found = scores_of(measured_as(floor, made.items), resamples=9)["pooled"]
    assert found["pairwise_strict"].value == 100.0
    assert "at_half" not in found


def of_sources(count: int) -> list[Any]:
    """Pairs that only their own source gives away: it spells right captions in one way and wrong ones in another."""
    made: list[Any] = []
    for source in range(count):
        dice = random.Random(source)
        right, wrong = dice.sample(range(1000, 9999), 2)
        for clip in range(4):
            number = source * 4 + clip
            said = dice.choice(["The camera pans past", "A dog waits near", "Light falls over", "People cross by"])
            made.append(
                revised(number, source_id=f"film{source}", pre_caption=f"{said} {wrong}x {wrong}y {wrong}z.",
                        post_caption=f"{said} {right}x {right}y {right}z.")
            )  # fmt: skip
    return made


def share(rows: Any, yes: Any) -> float:
    pairs = [(yes[row.row_id], yes[f"{row.triple_id}:yes_no:draft"]) for row in rows if row.what == "final"]
    return sum((one > other) + (one == other) / 2 for one, other in pairs) / len(pairs)


def test_what_only_the_own_source_tells_is_not_known(tmp_path: Path) -> None:
    rows = benchmark(tmp_path / "rows", of_sources(50)).items["yes_no"]
    assert share(rows, judges.blind_yes(rows, rows)) == 1.0, "one who saw the source knows all"
    assert abs(share(rows, judges.blind_yes(rows)) - 0.5) < 0.15


def test_what_all_sources_tell_is_known_out_of_fold_and_from_the_training_part(tmp_path: Path) -> None:
    def wordy(n: int) -> Any:
        dice = random.Random(n)
        return revised(n, pre_caption=f"Perhaps {dice.random()}.", post_caption=f"Surely {dice.random()}.")

    train = benchmark(tmp_path / "train", [wordy(n) for n in range(100, 140)], "train").items["yes_no"]
    rows = benchmark(tmp_path / "rows", [wordy(n) for n in range(40)]).items["yes_no"]
    assert share(rows, judges.blind_yes(rows)) == share(rows, judges.blind_yes(rows, train)) == 1.0
    says = {each.name: each.says for each in baselines({"yes_no": rows}, {"yes_no": train})}
    assert says["blind_words"].endswith("of the training part")


def test_rows_of_one_kind_teach_nothing(tmp_path: Path) -> None:
    rows = benchmark(tmp_path / "rows", [revised(n, pre_caption="Bad.", post_caption="Good.") for n in range(9)])
    right = benchmark(tmp_path / "train", [perfect(n) for n in range(20, 29)], "train").items["yes_no"]
    yes = rows.items["yes_no"]
    assert judges.blind_yes(yes, right) == judges.blind_yes(yes), "the other sources teach instead"
    says = {each.name: each.says for each in baselines(rows.items, {"yes_no": right})}
    assert says["blind_words"].endswith("fold by fold")
    assert set(judges.blind_yes(right).values()) == {0.5}


def test_every_item_is_judged_once_and_never_by_its_own_source() -> None:
    sources = [f"film{n % 13}" for n in range(60)]
    seen = []
    for here, there in judges.folds_of(sources, 0):
        seen += here.tolist()
        assert not {sources[at] for at in here} & {sources[at] for at in there}
        assert len(here) + len(there) == 60
    assert sorted(seen) == list(range(60))


# ----------------------------------------------------------------------------------------------------- in a benchmark


def test_a_benchmark_measures_those_of_the_tasks_that_are_asked(made: Benchmark) -> None:
    told: list[str] = []
    found = measure_baselines(made, ("caption",), full=False, say=told.append)
    assert told == ["caption: random_caption", "caption: copy_draft", "caption: annotator_against_reviewer"]
    assert [each.name for each, _ in found] == [words.partition(": ")[2] for words in told]
    scores = {base.name: as_json(flat)["pooled"] for base, flat in score_baselines(made, ("caption",), resamples=9)}
    assert scores["copy_draft"]["caption_bleu4"]["n"] == 10
    assert scores["annotator_against_reviewer"]["caption_bleu4"]["n"] == 1
