"""A model answers a benchmark: killed, cut off, twice at once, it asks nothing twice and loses nothing."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import benchmark
from tests.support.backends import Scripted
from tests.support.runs import answer, answered, rows_of, said, shown, start, wait_for
from tests.support.triples import perfect, rejected, revised
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.measures.system import score_system
from videolect.evals.predictions import read_predictions
from videolect.vlm.base import Film, Wanted
from videolect.vlm.memory import MemoryBackend


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    folder = tmp_path_factory.mktemp("made") / "rows"
    return benchmark(folder, [revised(1), rejected(2), perfect(3), revised(4), perfect(5)])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "it.jsonl"


# --------------------------------------------------------------------------------------------------------- whole runs


def test_every_item_is_answered_and_each_film_encoded_once_for_all_that_is_written(made: Benchmark, out: Path) -> None:
    told: list[tuple[int, int, float]] = []
    ran = answer(made, out, say=lambda *words: told.append(words))
    assert sorted(answered(out)) == sorted(row.row_id for row in rows_of(made))
    assert (ran.answered, ran.new, ran.failed, ran.stopped) == (ran.items, ran.items, 0, "")
    assert ran.encodings == 10, "5 clips, one look for texts and one for P(Yes)"
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[-1][:2] == (ran.items, ran.items)
    found = read_predictions(out, made.items, "test")
    assert (found.system, found.problems, found.told["model"]) == ("it", (), "memory@1")
    assert score_system(found, made, resamples=9).scores["pooled"]["reward_auc"].n


def test_what_is_asked_are_the_prompts_of_the_rows(made: Benchmark, out: Path) -> None:
    backend = Scripted(yes=lambda prompt: 0.25)
    answer(made, out, backend)
    asked = [prompt.hash for _, prompts, _ in backend.asked for prompt in prompts]
    assert Counter(asked) == Counter(row.prompt_hash for row in rows_of(made))


def test_clips_of_one_name_from_two_sources_are_two_films(tmp_path: Path) -> None:
    made = benchmark(tmp_path / "rows", [perfect(1, video_id="a.mp4"), perfect(2, video_id="a.mp4", text="It pans.")])
    films: list[str] = []

    def keeping(row: Any, wanted: Wanted) -> Film:
        films.append(row.source_id)
        return shown(row, wanted)

    answer(made, tmp_path / "it.jsonl", shown=keeping)
    assert sorted(films) == ["film1", "film2"]


def test_two_stretches_of_one_film_that_begin_together_are_two_clips(tmp_path: Path) -> None:
    both = [perfect(n, video_id="a", source_id="a", video_hash="h", start_pts=0, end_pts=10 * n) for n in (1, 2)]
    made = benchmark(tmp_path / "rows", both)
    ends: list[int] = []

    def keeping(row: Any, wanted: Wanted) -> Film:
        ends.append(row.end_pts)
        return shown(row, wanted)

    answer(made, tmp_path / "it.jsonl", shown=keeping)
    assert ends == [10, 20]


# --------------------------------------------------------------------------------------------- stopped, and going on


def test_a_run_goes_on_where_it_was_stopped_and_asks_nothing_twice(made: Benchmark, out: Path, tmp_path: Path) -> None:
    first = answer(made, out, most=2)
    assert (first.answered < first.items, first.stopped) == (True, "2 clips were answered, as was asked")
    backend = Scripted()
    backend.model = MemoryBackend().model
    second = answer(made, out, backend)
    assert (second.answered, second.new) == (second.items, second.items - first.new)
    assert sum(len(prompts) for _, prompts, _ in backend.asked) == second.new
    assert max(Counter(answered(out)).values()) == 1
    third = answer(made, out, backend)
    assert (third.new, third.answered) == (0, third.items)


def test_wherever_the_file_was_cut_the_run_ends_as_if_it_had_not_been(made: Benchmark, tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    answer(made, whole)
    data = whole.read_bytes()
    head = data.index(b"\n")
    for size in [0, 1, head // 2, head, head + 1, *range(head + 2, len(data), 97)]:
        out = tmp_path / "cut.jsonl"
        out.write_bytes(data[:size])
        answer(made, out)
        assert said(out) == said(whole), size


def test_a_run_that_is_killed_holds_its_file_alone_and_leaves_what_it_answered(made: Benchmark, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole.jsonl", tmp_path / "it.jsonl"
    answer(made, whole)
    process = start(made, out, token_s=0.005)
    try:
        wait_for(out, 3)
        with pytest.raises(BadInput, match="Another run is writing"):
            answer(made, out)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    left = answered(out)
    assert 0 < len(left) < len(answered(whole))
    ran = answer(made, out)
    assert ran.new == ran.items - len(left)
    assert said(out) == said(whole)


def test_two_runs_at_once_do_not_mix(made: Benchmark, out: Path) -> None:
    refused: list[str] = []

    def beside(row: Any, wanted: Wanted) -> Film:
        with pytest.raises(BadInput, match="Another run") as caught:
            answer(made, out)
        refused.append(str(caught.value))
        return shown(row, wanted)

    ran = answer(made, out, shown=beside)
    assert len(refused) == 5
    assert ran.answered == ran.items == len(said(out))


def test_what_the_desk_would_show_nobody_is_scored_all_the_same_and_told(made: Benchmark, out: Path) -> None:
    ran = answer(made, out, Scripted("   "))
    assert (ran.answered, ran.failed) == (ran.items, 0)
    found = read_predictions(out, made.items, "test")
    written = sum(row.task != "yes_no" for row in rows_of(made))
    told = {problem.kind: problem.count for problem in found.problems}
    assert told == {"empty": written, "noted": written}
    assert score_system(found, made, resamples=9).scores["pooled"]["caption_bleu4"].value == 0


def test_a_page_for_browsers_is_no_answer(made: Benchmark, out: Path) -> None:
    ran = answer(made, out, Scripted("<!DOCTYPE html><p>Bad gateway"))
    assert ran.failed == sum(row.task != "yes_no" for row in rows_of(made))
