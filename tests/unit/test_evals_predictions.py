"""Files of answers: whatever is wrong with one is named and counted, and nothing is dropped in silence."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import benchmark, write_answers
from tests.support.triples import perfect, rejected, revised
from videolect.cli.main import main
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.evals.benchmark import Benchmark
from videolect.evals.predictions import FORMAT, Predictions, header, read_predictions, write_predictions

ONE = "t1:caption:caption"
JUDGED = "t1:yes_no:final"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    folder = tmp_path_factory.mktemp("made") / "rows"
    return benchmark(folder, [revised(1), rejected(2), perfect(3), revised(4)])


def whole(made: Benchmark, *tasks: str) -> list[dict[str, Any]]:
    """A first line, and a right answer to every item of these tasks."""
    items = {task: made.items[task] for task in tasks or ("caption", "critique", "yes_no")}
    lines: list[dict[str, Any]] = [header("it", "test", items)]
    for rows in items.values():
        for row in rows:
            given: dict[str, Any] = {"p_yes": 0.5} if row.task == "yes_no" else {"text": row.target}
            lines.append({"row_id": row.row_id, **given})
    return lines


def read(made: Benchmark, path: Path, lines: list[Any] | str | bytes, *, partial: bool = False) -> Predictions:
    if isinstance(lines, list):
        lines = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_bytes(lines if isinstance(lines, bytes) else lines.encode())
    return read_predictions(path, made.items, "test", partial=partial)


def problems(found: Predictions) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {each.kind: (each.count, each.examples) for each in found.problems}


def replaced(made: Benchmark, name: str, *instead: Any) -> list[Any]:
    """All answers, but these lines where the item ``name`` was answered."""
    lines = whole(made)
    at = next(number for number, line in enumerate(lines) if line.get("row_id") == name)
    return [*lines[:at], *instead, *lines[at + 1 :]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "it.jsonl"


# ------------------------------------------------------------------------------------------------------------- whole


def test_a_whole_file_has_no_problem(made: Benchmark, path: Path) -> None:
    found = read(made, path, whole(made))
    assert (found.system, found.tasks, found.problems, found.partial) == (
        "it",
        ("caption", "critique", "yes_no"),
        (),
        False,
    )
    assert len(found.texts) + len(found.yes) == sum(len(made.items[task]) for task in found.tasks)


def test_a_file_may_be_about_one_task(made: Benchmark, path: Path) -> None:
    assert read(made, path, whole(made, "yes_no")).tasks == ("yes_no",)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n  \n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_marks_and_ends_of_lines_of_other_machines_change_nothing(
    made: Benchmark, path: Path, ends: str, mark: bytes
) -> None:
    body = ends.join(json.dumps(line) for line in whole(made)).encode()
    assert read(made, path, mark + body).problems == ()


def test_without_a_first_line_the_file_gives_the_name_and_the_answers_the_tasks(made: Benchmark, path: Path) -> None:
    lines = [line for line in whole(made)[1:] if ":critique:" not in line["row_id"]]
    found = read(made, path, lines)
    assert (found.system, found.tasks, found.told) == ("it", ("caption", "yes_no"), {})


def test_an_answer_with_a_key_of_the_first_line_is_an_answer(made: Benchmark, path: Path) -> None:
    lines = [{**line, "format": "plain"} for line in whole(made)[1:]]
    assert read(made, path, lines).problems == ()


# ---------------------------------------------------------------------------------------------- named and counted

NO_ANSWERS: Mapping[str, tuple[str, str, list[Any]]] = {
    "NaN": ("no_number", JUDGED, ['{"row_id": "t1:yes_no:final", "p_yes": NaN}']),
    "Infinity": ("no_number", JUDGED, ['{"row_id": "t1:yes_no:final", "p_yes": Infinity}']),
    "too great for a float": ("no_number", JUDGED, ['{"row_id": "t1:yes_no:final", "p_yes": 1e400}']),
    "above 1": ("no_number", JUDGED, [{"row_id": JUDGED, "p_yes": 1.0000001}]),
    "below 0": ("no_number", JUDGED, [{"row_id": JUDGED, "p_yes": -1e-9}]),
    "true": ("no_number", JUDGED, [{"row_id": JUDGED, "p_yes": True}]),
    "words for a number": ("no_number", JUDGED, [{"row_id": JUDGED, "p_yes": "0.5"}]),
    "a text for a number": ("no_number", JUDGED, [{"row_id": JUDGED, "text": "Yes"}]),
    "a number for a text": ("no_text", ONE, [{"row_id": ONE, "text": 7}]),
    "null": ("no_text", ONE, [{"row_id": ONE, "text": None}]),
    "half a character": ("no_text", ONE, ['{"row_id": "t1:caption:caption", "text": "a \\ud83d b"}']),
    "an error": ("failed", ONE, [{"row_id": ONE, "error": "out of memory"}]),
    "two errors": ("failed", ONE, [{"row_id": ONE, "error": "a"}, {"row_id": ONE, "error": "b"}]),
    "nothing": ("missing", ONE, []),
    "two texts": ("contradicting", ONE, [{"row_id": ONE, "text": "a"}, {"row_id": ONE, "text": "b"}]),
    "two numbers": ("contradicting", JUDGED, [{"row_id": JUDGED, "p_yes": 0.1}, {"row_id": JUDGED, "p_yes": 0.2}]),
    "one text against two": ("contradicting", ONE, [{"row_id": ONE, "text": text} for text in ("a", "b", "a")]),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_ANSWERS)
def test_what_is_no_answer_is_refused_unless_a_part_is_asked_for(made: Benchmark, path: Path, what: str) -> None:
    kind, name, instead = NO_ANSWERS[what]
    lines = replaced(made, name, *instead)
    with pytest.raises(BadInput, match=f"1 {kind.replace('_', ' ')} .*{name}"):
        read(made, path, lines)
    found = read(made, path, lines, partial=True)
    assert problems(found)[kind] == (1, (name,))
    assert set(problems(found)) <= {kind, "doubled"}
    assert found.partial
    assert name not in {**found.texts, **found.yes}


def test_the_same_answer_twice_counts_once_and_is_told(made: Benchmark, path: Path) -> None:
    found = read(made, path, replaced(made, ONE, *[{"row_id": ONE, "text": "a"}] * 3))
    assert (problems(found), found.texts[ONE], found.partial) == ({"doubled": (2, (ONE, ONE))}, "a", False)


@pytest.mark.parametrize("first", [True, False])
def test_an_answer_beside_something_that_is_none_is_doubled(made: Benchmark, path: Path, first: bool) -> None:
    both = [{"row_id": JUDGED, "p_yes": 0.25}, f'{{"row_id": "{JUDGED}", "p_yes": NaN}}']
    found = read(made, path, replaced(made, JUDGED, *(both if first else both[::-1])))
    assert (problems(found), found.yes[JUDGED]) == ({"doubled": (1, (JUDGED,))}, 0.25)


def test_what_failed_and_was_answered_later_is_answered(made: Benchmark, path: Path) -> None:
    both = [{"row_id": ONE, "error": "no network"}, {"row_id": ONE, "text": "a"}]
    for lines in (both, both[::-1]):
        found = read(made, path, replaced(made, ONE, *lines))
        assert (problems(found), found.texts[ONE]) == ({}, "a")


def test_empty_texts_count_as_they_are_and_are_told(made: Benchmark, path: Path) -> None:
    found = read(made, path, replaced(made, ONE, {"row_id": ONE, "text": " \n"}))
    assert (problems(found), found.texts[ONE]) == ({"empty": (1, (ONE,))}, " \n")


def test_other_forms_of_unicode_are_made_one_and_told(made: Benchmark, path: Path) -> None:
    wide = unicodedata.normalize("NFD", "Café à côté")
    found = read(made, path, replaced(made, ONE, {"row_id": ONE, "text": wide}))
    assert problems(found) == {"other_unicode": (1, (ONE,))}
    assert found.texts[ONE] == "Café à côté"
    forms = [{"row_id": ONE, "text": text} for text in ("Café à côté", wide)]
    assert set(problems(read(made, path, replaced(made, ONE, *forms)))) == {"doubled"}, "they say the same"


@pytest.mark.parametrize("name", ["t9:caption:caption", "", "t2:preference:final>rejected", None, 7, ["t1"], {}])
def test_answers_to_what_was_not_asked_are_told(made: Benchmark, path: Path, name: Any) -> None:
    for lines in (whole(made), whole(made)[1:]):
        found = read(made, path, [*lines, {"row_id": name, "text": "x"}, {"text": "y"}])
        assert problems(found)["unknown"][0] == 2
        assert not found.partial


def test_examples_are_few_and_short_and_the_count_is_whole(made: Benchmark, path: Path) -> None:
    strangers = [{"row_id": f"{number}" * 200, "text": "x"} for number in range(50)]
    count, examples = problems(read(made, path, [*whole(made), *strangers]))["unknown"]
    assert (count, len(examples)) == (50, 10)
    assert max(map(len, examples)) == 120


# ----------------------------------------------------------------------------------------------------- other files


def test_a_file_for_other_items_is_refused_even_as_a_part(made: Benchmark, path: Path) -> None:
    lines = whole(made)
    lines[0]["items"]["test/critique"] = "0" * 64
    for partial in (False, True):
        with pytest.raises(BadInput, match="other items than test/critique: 0000"):
            read(made, path, lines, partial=partial)


def test_rows_that_were_made_again_from_other_words_are_other_items(made: Benchmark, tmp_path: Path) -> None:
    other = benchmark(tmp_path / "other", [revised(1), rejected(2), perfect(3), revised(4, critique="No.")])
    theirs = write_answers(tmp_path / "it.jsonl", other, system="it")
    with pytest.raises(BadInput, match="other items"):
        read_predictions(theirs, made.items, "test", partial=True)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ({"train/caption": "0" * 64}, "no items of test, but train/caption"),
        ({}, "no items of test, but none"),
        (["test/caption"], "The items of it.jsonl are"),
        ("test/caption", "The items of it.jsonl are"),
        (None, "The items of it.jsonl are"),
        ({"test/smell": "0"}, "about 'smell'"),
        ({"test/preference": "0"}, "about 'preference'"),
        ({"test/caption": None}, "other items than test/caption: None"),
        ({"test/caption": ["x"]}, "other items than test/caption"),
    ],
)
def test_a_first_line_that_names_other_things_is_refused(made: Benchmark, path: Path, items: Any, said: str) -> None:
    with pytest.raises((BadInput, CannotRead), match=said):
        read(made, path, [{"format": FORMAT, "items": items}, *whole(made)[1:]])


def test_answers_to_another_part_in_the_same_file_are_unknown_here(made: Benchmark, path: Path) -> None:
    lines = whole(made, "caption")
    lines[0]["items"]["train/caption"] = "0" * 64
    found = read(made, path, [*lines, {"row_id": "t9:caption:caption", "text": "x"}])
    assert (found.tasks, set(problems(found))) == (("caption",), {"unknown"})


def test_answers_to_preferences_alone_answer_nothing(made: Benchmark, path: Path) -> None:
    lines = [{"row_id": row.row_id, "text": "a"} for row in made.items["preference"]]
    with pytest.raises(BadInput, match="answers none of the items"):
        read(made, path, lines, partial=True)


def test_a_file_without_one_answer_is_refused_even_as_a_part(made: Benchmark, path: Path) -> None:
    for lines in (whole(made)[:1], [whole(made)[0], {"row_id": ONE, "error": "no"}]):
        with pytest.raises(BadInput, match="answers none of the items"):
            read(made, path, lines, partial=True)


BROKEN: Mapping[str, bytes] = {
    "another format": b'{"format": "videolect-predictions-9", "items": {}}\n',
    "no format": b'{"format": null}\n',
    "a list": b'[1]\n',
    "words": b"row_id,text\n",
    "a number": b"1\n",
    "UTF-16": '{"row_id": "a"}'.encode("utf-16"),
    "no UTF-8": b'{"row_id": "\xff"}\n',
    "zeros": bytes(64),
    "deep": b'{"row_id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "a number without end": b'{"row_id": ' + b"9" * 10_000 + b"}\n",
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_file_of_answers_is_told(made: Benchmark, path: Path, what: str) -> None:
    with pytest.raises(CannotRead):
        read(made, path, BROKEN[what])


def test_nesting_that_is_just_not_too_deep_is_read(made: Benchmark, path: Path) -> None:
    deep = '{"row_id": ' + "[" * 900 + "]" * 900 + "}"
    assert problems(read(made, path, [*whole(made), deep]))["unknown"][0] == 1


def test_the_line_that_is_broken_is_named(made: Benchmark, path: Path) -> None:
    lines: list[Any] = whole(made)
    with pytest.raises(CannotRead, match=r"Line 4 of it\.jsonl"):
        read(made, path, [*lines[:3], '{"row_id": "t1:cap'])


def test_an_empty_file_answers_nothing(made: Benchmark, path: Path) -> None:
    for body in (b"", b"\n\n", b"\xef\xbb\xbf"):
        with pytest.raises(BadInput, match="answers none"):
            read(made, path, body)


def test_a_folder_and_a_file_that_is_not_there_are_told(made: Benchmark, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(NotFound):
            read_predictions(path, made.items, "test")


def test_a_line_of_ten_megabytes_is_read_and_scored(made: Benchmark, path: Path, capsys: Any) -> None:
    found = read(made, path, replaced(made, ONE, {"row_id": ONE, "text": "pan " * 2_500_000}))
    assert len(found.texts[ONE]) == 10_000_000
    asked = ["eval", "score", str(made.folder), "--predictions", str(path), "--quick", "--no-baselines"]
    assert main([*asked, "--resamples", "9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pooled"]["caption_words_ratio"]["value"] > 1e4


# ----------------------------------------------------------------------------------------------------------- writing


def test_what_is_written_is_read_back(made: Benchmark, path: Path) -> None:
    items = {task: made.items[task] for task in ("caption", "yes_no")}
    answers: dict[str, str | float] = {ONE: 'A "pan" to the right \u2013 \u2028 on', JUDGED: 0.25}
    write_predictions(path, "it", "test", items, answers, note="x")
    found = read_predictions(path, made.items, "test", partial=True)
    assert {**found.texts, **found.yes} == answers
    assert (found.system, found.told["note"], set(problems(found))) == ("it", "x", {"missing"})


def test_half_a_character_is_written_as_it_is_and_told_when_it_is_read(made: Benchmark, path: Path) -> None:
    texts = {row.row_id: row.target for row in made.items["caption"]}
    write_predictions(path, "it", "test", {"caption": made.items["caption"]}, {**texts, ONE: "a \ud83d b"})
    found = read_predictions(path, made.items, "test", partial=True)
    assert problems(found) == {"no_text": (1, (ONE,))}


def test_where_nothing_can_be_written_nothing_stays_behind(made: Benchmark, tmp_path: Path) -> None:
    (tmp_path / "it.jsonl").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        write_predictions(tmp_path / "it.jsonl", "it", "test", {"caption": made.items["caption"]}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["it.jsonl"]
