"""What a model cannot answer, and files that a run must not touch: all is told, nothing else is lost."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import benchmark
from tests.support.backends import Scripted
from tests.support.runs import TASKS, Failing, answer, answered, rows_of, said, shown, start
from tests.support.triples import perfect, rejected, revised
from videolect.errors import BadInput, NotFound
from videolect.evals.benchmark import Benchmark
from videolect.evals.predictions import read_predictions
from videolect.vlm.base import Decoding, Film, NoAnswer, TooDear, Wanted, YesScore


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    folder = tmp_path_factory.mktemp("made") / "rows"
    return benchmark(folder, [revised(1), rejected(2), perfect(3), revised(4), perfect(5)])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "it.jsonl"


# ------------------------------------------------------------------------------------------------------ what fails


def test_what_failed_is_told_and_asked_again(made: Benchmark, out: Path) -> None:
    ran = answer(made, out, Failing(NotFound("It is away.", mend="Wait."), lambda prompt: prompt.task == "critique"))
    assert ran.failed == len(made.items["critique"])
    assert ran.answered == ran.items - ran.failed
    assert {line.get("error") for line in said(out)} == {None, "It is away. Wait."}
    again = answer(made, out, Scripted())
    assert (again.new, again.failed, again.answered) == (ran.failed, 0, again.items)
    assert read_predictions(out, made.items, "test").problems == ()


def test_one_item_that_cannot_be_answered_takes_no_other_with_it(made: Benchmark, out: Path) -> None:
    bad = made.items["critique"][0].prompt_hash
    error = NoAnswer("The prompt is too long.", mend="Shorten it.", status=400)
    ran = answer(made, out, Failing(error, lambda prompt: prompt.hash == bad))
    assert ran.failed == sum(row.prompt_hash == bad for row in rows_of(made)) < len(made.items["critique"])
    assert ran.answered == ran.items - ran.failed


def test_a_server_that_is_away_is_not_asked_for_each_item(made: Benchmark, out: Path) -> None:
    backend = Failing(NoAnswer("No network.", mend="Wait.", passing=True))
    ran = answer(made, out, backend)
    assert (ran.failed, len(backend.asked)) == (ran.items, 10)


def test_what_is_paid_for_is_kept_when_the_money_ends(made: Benchmark, out: Path) -> None:
    backend = Failing(TooDear("1.00 of 1.00 are spent.", mend="Raise it."), lambda prompt: prompt.task == "judge")
    ran = answer(made, out, backend)
    assert ran.stopped == "1.00 of 1.00 are spent. Raise it."
    assert (ran.failed, ran.new) == (0, 3), "the texts of the first clip"
    assert len(backend.asked) == 2, "nothing is asked afterwards"
    assert answer(made, out, Scripted()).answered == ran.items


def test_films_that_are_not_there_are_told_and_the_others_answered(made: Benchmark, out: Path) -> None:
    def some(row: Any, wanted: Wanted) -> Film:
        if row.video_id == "clip2.mp4":
            raise NotFound("There is no film.", mend="Bring it.")
        return shown(row, wanted)

    ran = answer(made, out, shown=some)
    assert ran.failed == sum(row.video_id == "clip2.mp4" for row in rows_of(made))
    assert ran.answered == ran.items - ran.failed


@pytest.mark.parametrize("chance", [float("nan"), float("inf"), -0.1, 1.5])
def test_what_is_no_probability_is_an_error_and_asked_again(made: Benchmark, out: Path, chance: float) -> None:
    ran = answer(made, out, Scripted(yes=lambda prompt: chance), tasks=["yes_no"])
    assert (ran.failed, ran.answered) == (ran.items, 0)
    assert answer(made, out, Scripted(), tasks=["yes_no"]).new == ran.items


def test_a_bound_is_told_beside_the_answer(made: Benchmark, out: Path) -> None:
    backend = Scripted()
    backend.p_yes = lambda film, prompts, **more: [  # type: ignore[method-assign]
        YesScore(p_yes=0.0, p_no=0.9, p_yes_most=0.01, p_no_most=0.9) for _ in prompts
    ]
    answer(made, out, backend, tasks=["yes_no"])
    assert {(line["p_yes"], line["p_yes_most"]) for line in said(out)} == {(0.0, 0.01)}


@pytest.mark.parametrize("text", ["", "\x00", "x" * 20_001])
def test_what_the_desk_would_not_take_is_an_answer_with_a_note(made: Benchmark, out: Path, text: str) -> None:
    ran = answer(made, out, Scripted(text), tasks=["caption"])
    assert (ran.failed, ran.answered) == (0, ran.items)
    assert {line["text"] for line in said(out)} == {text}
    assert all(line["note"] for line in said(out))


@pytest.mark.parametrize("text", ["half \ud83d", "<html>"])
def test_a_text_that_is_none_is_an_error(made: Benchmark, out: Path, text: str) -> None:
    ran = answer(made, out, Scripted(text), tasks=["caption"])
    assert (ran.failed, ran.answered) == (ran.items, 0)
    assert all(set(line) == {"row_id", "error", "tokens", "prompt_tokens"} for line in said(out))


# ----------------------------------------------------------------------------------------------------- refused


def test_the_answers_of_another_run_are_refused_and_left_as_they_were(made: Benchmark, out: Path) -> None:
    answer(made, out, most=1)
    before = out.read_bytes()
    other = Scripted()
    others: list[dict[str, Any]] = [
        {"system": "another"}, {"tasks": ["caption"]}, {"how": Decoding(max_tokens=5)},
        {"how": Decoding(temperature=0.5, seed=1)}, {"backend": other},
    ]  # fmt: skip
    for each in others:
        with pytest.raises(BadInput, match="another run: its"):
            answer(made, out, **each)
        assert out.read_bytes() == before


@pytest.mark.parametrize(
    "body", ["words without an end", "words\n", "[]\n", "1", '{"a": 1}\n', '{"format": 1}\n[1]\n', "[" * 99_999 + "\n"]
)
def test_a_file_of_something_else_is_left_as_it_was(made: Benchmark, out: Path, body: str) -> None:
    out.write_text(body)
    with pytest.raises(BadInput):
        answer(made, out)
    assert out.read_text() == body


def test_a_line_that_answers_nothing_is_refused(made: Benchmark, out: Path) -> None:
    answer(made, out, most=1)
    for line in ("{}", "[]", "null", '{"row_id": ["a"]}'):
        body = out.read_text() + line + "\n"
        (other := out.with_name("other.jsonl")).write_text(body)
        with pytest.raises(BadInput, match="no answers of a run"):
            answer(made, other)
        assert other.read_text() == body


def test_a_place_that_is_no_file_is_refused(made: Benchmark, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", Path("/dev/null"), tmp_path / "none" / "it.jsonl"):
        with pytest.raises(BadInput):
            answer(made, place)


def test_a_disk_without_room_is_told_and_what_was_written_is_gone_on_from(made: Benchmark, out: Path) -> None:
    process = start(made, out, room=2500)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.endswith("cannot be written: File too large. Make room, or name another place.\n"), told
    assert out.stat().st_size == 2500, "within a line"
    ran = answer(made, out)
    assert 0 < ran.new < ran.items == len(answered(out)) == len(set(answered(out)))


def test_words_that_nobody_wrote_down_are_not_asked(made: Benchmark, out: Path) -> None:
    for change in ({"prompt": "Describe it."}, {"aspect": "subject"}):
        for task in TASKS:
            first, *others = made.items[task]
            bent = replace(made, items={**made.items, task: [replace(first, **change), *others]})
            with pytest.raises(BadInput, match="is not of version 1 of our prompts, or was changed"):
                answer(bent, out)
    assert not out.exists()


def test_wishes_that_cannot_be_met_are_refused(made: Benchmark, out: Path) -> None:
    with pytest.raises(BadInput, match="0 clips"):
        answer(made, out, most=0)
    without = replace(made, items={"caption": made.items["caption"]})
    with pytest.raises(BadInput, match="no rows of critique"):
        answer(without, out)
