"""The commands of ``eval``: answers by the formats' page, exit codes, and no traceback whatever is given."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import benchmark, write_answers
from tests.support.commands import ask, shown
from tests.support.triples import perfect, rejected, revised
from videolect.evals.benchmark import Benchmark


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    triples = [*(revised(n) for n in range(4)), *(rejected(n, aspect="subject") for n in (4, 5)), perfect(6)]
    return benchmark(tmp_path_factory.mktemp("made") / "rows", triples)


@pytest.fixture(scope="module")
def answers(made: Benchmark) -> Path:
    return write_answers(made.folder.parent / "it.jsonl", made, system="it", skill=0.6)


# ------------------------------------------------------------------------------------------------------ score, compare


def test_figures_stand_by_aspect_and_pooled_beside_floors_and_ceilings(
    made: Benchmark, answers: Path, capsys: Any
) -> None:  # fmt: skip
    code, told = ask(capsys, "eval", "score", made.folder, "--predictions", answers, "--resamples", 20)
    assert code == 0
    assert set(told) == {
        "pooled", "camera", "subject", "baselines", "ceilings", "system", "part", "partial", "problems", "rows"
    }  # fmt: skip
    figures = [
        figure
        for scopes in (told, *told["baselines"].values(), *told["ceilings"].values())
        for scope in ("pooled", "camera", "subject")
        for figure in scopes.get(scope, {}).values()
    ]
    assert len(figures) > 200
    assert all(set(figure) == {"value", "low", "high", "n", "sources"} for figure in figures)
    assert set(told["ceilings"]) == {"caption.annotator_against_reviewer", "critique.annotator_against_reviewer"}
    assert {name.partition(".")[0] for name in told["baselines"]} == {"caption", "critique", "yes_no"}
    assert (told["system"], told["part"], told["partial"], told["problems"]) == ("it", "test", False, [])
    code, page = shown(capsys, "eval", "score", made.folder, "--predictions", answers, "--resamples", 20)
    assert code == 0
    assert {"caption_bleu4", "longer_wins", "annotator_against_reviewer"} <= set(page.split())


def test_a_part_of_the_items_is_refused_or_said(made: Benchmark, tmp_path: Path, capsys: Any) -> None:
    path = write_answers(tmp_path / "part.jsonl", made, system="part", leave_out=2)
    asked = ["score", made.folder, "--predictions", path, "--resamples", 9, "--quick"]
    code, told = ask(capsys, "eval", *asked)
    assert (code, told["error"], "6 missing" in told["message"], "--partial" in told["mend"]) == (
        2,
        "BadInput",
        True,
        True,
    )
    code, told = ask(capsys, "eval", *asked, "--partial")
    assert (code, told["partial"], told["problems"][0]["count"]) == (0, True, 6)
    code, page = shown(capsys, "eval", *asked, "--partial")
    assert (code, "(a part of the items only)" in page, "6 missing: " in page) == (0, True, True)


def test_of_one_source_all_pages_stand_without_intervals(tmp_path: Path, capsys: Any) -> None:
    made = benchmark(tmp_path / "rows", [revised(n, source_id="one") for n in range(3)])
    paths = [write_answers(tmp_path / f"{n}.jsonl", made, system=f"s{n}", skill=n / 2) for n in (1, 2)]
    code, told = ask(capsys, "eval", "score", made.folder, "--predictions", paths[0])
    assert (code, told["pooled"]["caption_bleu4"]["low"]) == (0, None)
    code, page = shown(capsys, "eval", "score", made.folder, "--predictions", paths[0])
    assert (code, "[no interval]" in page) == (0, True)
    code, told = ask(capsys, "eval", "compare", made.folder, *paths)
    assert (code, told["pooled"]["reward_auc"]["p"]) == (0, None)
    code, page = shown(capsys, "eval", "compare", made.folder, *paths)
    assert (code, "[no interval]" in page) == (0, True)


def test_two_systems_are_compared_on_what_both_answered(
    made: Benchmark, answers: Path, tmp_path: Path, capsys: Any
) -> None:
    """Of the other one the drafts are missing that tell two pairs; on the rest both say the same."""
    lines = [json.loads(line) for line in answers.read_text().splitlines()]
    gone = {"t0:yes_no:draft", "t5:yes_no:draft", "t1:caption:caption"}
    path = tmp_path / "other.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines if line.get("row_id") not in gone))
    code, told = ask(capsys, "eval", "compare", made.folder, answers, path, "--partial", "--resamples", 50)
    assert (code, told["one"], told["other"], told["partial"]) == (0, "it", "it", True)
    assert {each["value"] for each in told["pooled"].values()} <= {0.0, None}
    assert told["pooled"]["reward_pairwise_strict"]["n"] == 4
    assert told["pooled"]["caption_bleu4"]["n"] == 6
    code, page = shown(capsys, "eval", "compare", made.folder, answers, path, "--partial", "--resamples", 50)
    assert (code, page.splitlines()[0]) == (0, "it less it on test")


def test_files_without_a_common_item_are_not_compared(made: Benchmark, tmp_path: Path, capsys: Any) -> None:
    paths = [
        write_answers(tmp_path / f"{task}.jsonl", made, system=task, tasks=[task]) for task in ("caption", "yes_no")
    ]
    code, told = ask(capsys, "eval", "compare", made.folder, *paths)
    assert (code, "no item in common" in told["message"]) == (2, True)


# ------------------------------------------------------------------------------------------------------ wrongly asked

WRONG: dict[str, tuple[list[str], int]] = {
    "no such rows": (["score", "{}/none", "--predictions", "{}/it.jsonl"], 2),
    "a file for rows": (["score", "{}/it.jsonl", "--predictions", "{}/it.jsonl"], 2),
    "a folder without rows": (["score", "{}", "--predictions", "{}/it.jsonl"], 2),
    "no such answers": (["score", "{}/rows", "--predictions", "{}/none.jsonl"], 2),
    "a folder for answers": (["score", "{}/rows", "--predictions", "{}"], 2),
    "rows for answers": (["score", "{}/rows", "--predictions", "{}/rows/test/caption.jsonl"], 2),
    "a manifest for answers": (["score", "{}/rows", "--predictions", "{}/rows/manifest.json"], 1),
    "no such part": (["score", "{}/rows", "--predictions", "{}/it.jsonl", "--part", "dev"], 2),
    "a part that is a path": (["score", "{}/rows", "--predictions", "{}/it.jsonl", "--part", "../x"], 2),
    "no resamples": (["score", "{}/rows", "--predictions", "{}/it.jsonl", "--resamples", "0"], 2),
    "no such states": (["score", "{}/rows", "--predictions", "{}/it.jsonl", "--states", "{}/none.parquet"], 2),
    "answers for states": (["score", "{}/rows", "--predictions", "{}/it.jsonl", "--states", "{}/it.jsonl"], 2),
    "compare with nothing": (["compare", "{}/rows", "{}/it.jsonl", "{}/none.jsonl"], 2),
    "run without rows": (["run", "{}/none", "--writer", "memory", "--out", "{}/out.jsonl"], 2),
    "run labels": (["run", "{}/rows", "--writer", "labels", "--out", "{}/out.jsonl"], 2),
    "run nobody": (["run", "{}/rows", "--writer", "none:x", "--videos", "x", "--out", "{}/out.jsonl"], 2),
    "run no tape": (
        ["run", "{}/rows", "--writer", "replay:{}/it.jsonl", "--videos", "{{video_id}}", "--out", "{}/out.jsonl"], 1
    ),
    "run no clips": (["run", "{}/rows", "--writer", "memory", "--clips", "0", "--out", "{}/out.jsonl"], 2),
    "run without a workspace": (
        ["run", "{}/rows", "--writer", "memory", "--out", "{}/out.jsonl", "--workspace", "{}"], 2
    ),
    "run with another template": (
        ["run", "{}/rows", "--writer", "memory", "--videos", "{{triple_id}}.mp4", "--out", "{}/out.jsonl"], 2
    ),
    "run with no tokens": (
        ["run", "{}/rows", "--writer", "memory", "--max-tokens", "0", "--videos", "x", "--out", "{}/out.jsonl"], 2
    ),
    "run into a folder": (["run", "{}/rows", "--writer", "memory", "--videos", "x", "--out", "{}"], 2),
    "run into other words": (
        ["run", "{}/rows", "--writer", "memory", "--videos", "x", "--out", "{}/rows/DATASHEET.md"], 2
    ),
    "authors of nowhere": (["authors", "{}/rows", "--from-authors", "{}/none", "--out", "{}/new"], 2),
    "authors into a full folder": (["authors", "{}/rows", "--from-authors", "{}/none", "--out", "{}/rows"], 2),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_was_asked_wrongly_is_told(made: Benchmark, answers: Path, what: str, capsys: Any) -> None:
    words, expected = WRONG[what]
    sheet = (made.folder / "DATASHEET.md").read_bytes()
    code, told = ask(capsys, "eval", *(word.format(made.folder.parent) for word in words))
    assert (code, set(told)) == (expected, {"error", "message", "mend"}), told
    assert (made.folder / "DATASHEET.md").read_bytes() == sheet
    assert not (made.folder.parent / "out.jsonl").exists()


def without(*names: str) -> Callable[[Any], Any]:
    def change(told: Any) -> Any:
        inner = told
        for name in names[:-1]:
            inner = inner[name]
        del inner[names[-1]]
        return told

    return change


def put(value: Any, *names: str) -> Callable[[Any], Any]:
    def change(told: Any) -> Any:
        inner = told
        for name in names[:-1]:
            inner = inner[name]
        inner[names[-1]] = value
        return told

    return change


BENT: dict[str, Callable[[Any], Any]] = {
    "another format": put("videolect-rows-9", "format"), "no files": without("files"), "a list": lambda told: [told],
    "files that are a list": put([], "files"),
    "a file without a hash": without("files", "test/caption.jsonl", "sha256"),
    "a file with another hash": put("0", "files", "test/caption.jsonl", "sha256"), "no rule": without("rule"),
    "no sentinel": without("rule", "sentinel"), "a sentinel of numbers": put([1], "rule", "sentinel"),
    "no origin": without("origin"), "no specification": without("spec"), "no prompts": without("prompts"),
    "a file that is not there": put({"rows": 1, "sha256": "0"}, "files", "test/other.jsonl"),
    "rows for another trainer": put("trl", "rows_format"), "no format of rows": without("rows_format"),
}  # fmt: skip


@pytest.mark.parametrize("what", BENT)
def test_a_manifest_that_was_bent_is_told(
    made: Benchmark, answers: Path, tmp_path: Path, what: str, capsys: Any
) -> None:  # fmt: skip
    shutil.copytree(made.folder, tmp_path / "rows")
    path = tmp_path / "rows" / "manifest.json"
    path.write_text(json.dumps(BENT[what](json.loads(path.read_text()))))
    for words in (
        ["score", "--predictions", answers, "--quick"],
        ["run", "--writer", "memory", "--videos", "x", "--out", "o"],
    ):
        code, told = ask(capsys, "eval", words[0], tmp_path / "rows", *words[1:])
        assert code == (2 if what == "rows for another trainer" else 1), told
        assert "traceback" not in json.dumps(told).lower()


@pytest.mark.parametrize("body", ["", "[]", "{", "\x00", "\ud800"])
def test_a_manifest_that_is_none_is_told(
    made: Benchmark, answers: Path, tmp_path: Path, body: str, capsys: Any
) -> None:
    shutil.copytree(made.folder, tmp_path / "rows")
    (tmp_path / "rows" / "manifest.json").write_bytes(body.encode("utf-8", "surrogatepass"))
    code, _ = ask(capsys, "eval", "score", tmp_path / "rows", "--predictions", answers)
    assert code == 1
