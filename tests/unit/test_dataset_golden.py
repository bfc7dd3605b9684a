"""Golden figures: every number of every file is computed anew, and what differs, lacks or is not known is told."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import authors_folder
from tests.support.authors_folder import GOLDEN
from videolect.cli.main import main
from videolect.dataset.golden.check import FILES, UNKNOWN, Figure, Listed, check_golden, compare
from videolect.dataset.golden.data import Bleu
from videolect.errors import CannotRead, NotFound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return authors_folder.write(tmp_path / "authors")


def run(capsys: pytest.CaptureFixture[str], folder: Path) -> tuple[int, Any]:
    code = main(["data", "check-golden", str(folder), "--json"])
    return code, json.loads(capsys.readouterr().out)


def change(folder: Path, name: str, how: Callable[[Any], object]) -> None:
    figures = copy.deepcopy(GOLDEN[name])
    how(figures)
    (folder / "golden" / name).write_text(json.dumps(figures))


def numbers(value: Any, place: str) -> list[str]:
    """The paths of all numbers, found another way than the package finds them."""
    if isinstance(value, dict):
        parts = value
    elif isinstance(value, list):
        parts = {str(at): each for at, each in enumerate(value)}
    else:
        return [place] if type(value) in (int, float) else []
    return [found for key, each in parts.items() for found in numbers(each, f"{place}/{key}")]


def all_numbers(folder: Path) -> list[str]:
    files = sorted((folder / "golden").glob("*.json"))
    return [name for file in files for name in numbers(json.loads(file.read_text()), f"{file.name}:")]


# ---------------------------------------------------------------------------------------------------------- the figures


def test_figures_worked_out_by_hand_are_found(folder: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, folder)
    assert [each for each in (*answer["figures"], *answer["lists"]) if each["equal"] is not True] == []
    assert code == 0
    assert [figure["name"] for figure in answer["figures"]] == all_numbers(folder)
    assert (answer["equal"], answer["different"], answer["undetermined"]) == (len(answer["figures"]), 0, 0)
    assert answer["files"] == sorted(GOLDEN)
    by_name = {figure["name"]: figure for figure in answer["figures"]}
    name = "raw_layout.json:/files/raw_light/feedback_prev"
    assert by_name[name] == {"name": name, "theirs": 1, "ours": 1, "equal": True}
    listed = {each["name"]: each for each in answer["lists"]}
    assert listed["raw_layout.json:/videos"]["ours"] == 2
    assert listed["split.json:/examples/0/source_key"]["equal"]
    assert "longer_wins.json:/population" not in listed, "prose is not compared"


def test_every_file_of_the_authors_has_its_function(reference_data: Path):
    assert {path.name for path in (reference_data / "golden").glob("*.json")} == {*FILES}


@pytest.mark.slow
def test_every_figure_of_the_authors_is_found(reference_data: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, reference_data)
    assert [each for each in (*answer["figures"], *answer["lists"]) if each["equal"] is not True] == []
    assert code == 0
    assert [figure["name"] for figure in answer["figures"]] == all_numbers(reference_data)
    assert (answer["equal"], answer["undetermined"], len(answer["lists"])) == (1_577, 0, 73)


# -------------------------------------------------------------------------------------------- what is not as it should


def test_a_figure_that_differs_is_told(folder: Path, capsys: pytest.CaptureFixture[str]):
    change(folder, "counts.json", lambda figures: figures.update(settled=8))
    code, answer = run(capsys, folder)
    assert (code, answer["different"]) == (1, 1)
    assert {"name": "counts.json:/settled", "theirs": 8, "ours": 7, "equal": False} in answer["figures"]
    assert main(["data", "check-golden", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "1 differ" in told
    assert "counts.json:/settled: theirs 8, ours 7" in told


def test_other_data_give_other_figures(folder: Path, capsys: pytest.CaptureFixture[str]):
    authors_folder.write_rows(folder, authors_folder.ROWS[:-1])
    code, answer = run(capsys, folder)
    wrong = {figure["name"] for figure in answer["figures"] if figure["equal"] is False}
    assert code == 1
    assert {"counts.json:/rows", "review.json:/all/rejected", "longer_wins.json:/length_words_str_split/all/n"} <= wrong
    assert "counts.json:/settled" not in wrong


def test_clips_in_a_list_are_compared(folder: Path, capsys: pytest.CaptureFixture[str]):
    places = [["reed-bed.0.1.mp4", "motion"], ["-mill.3.mp4", "subject"]]
    change(folder, "raw_layout.json", lambda figures: figures["defects"].update(below_5_but_unchanged=places))
    code, answer = run(capsys, folder)
    (wrong,) = [each for each in answer["lists"] if not each["equal"]]
    assert code == 1
    assert wrong == {
        "name": "raw_layout.json:/defects/below_5_but_unchanged", "theirs": 2, "ours": 1, "equal": False,
        "missing": ["reed-bed.0.1.mp4: motion"], "extra": [],
    }  # fmt: skip
    main(["data", "check-golden", str(folder)])
    assert "only theirs: reed-bed.0.1.mp4: motion" in capsys.readouterr().out


def test_what_is_not_known_is_neither_equal_nor_different(folder: Path, capsys: pytest.CaptureFixture[str]):
    change(folder, "counts.json", lambda figures: figures.update(moon_phase=3))
    change(folder, "raw_layout.json", lambda figures: figures["defects"].update(haunted=[["-mill.3.mp4", "*"]]))
    (folder / "golden" / "weather.json").write_text('{"rain": {"mm": 4.5}}')
    code, answer = run(capsys, folder)
    assert (code, answer["different"], answer["undetermined"]) == (0, 0, 2)
    unknown = [figure for figure in answer["figures"] if figure["equal"] is None]
    assert unknown == [
        {"name": "counts.json:/moon_phase", "theirs": 3, "ours": None, "equal": None, "why_not": UNKNOWN},
        {"name": "weather.json:/rain/mm", "theirs": 4.5, "ours": None, "equal": None, "why_not": UNKNOWN},
    ]
    (haunted,) = [each for each in answer["lists"] if each["equal"] is None]
    assert haunted["name"] == "raw_layout.json:/defects/haunted"
    main(["data", "check-golden", str(folder)])
    told = capsys.readouterr().out
    assert "2 were not computed" in told
    assert "weather.json:/rain/mm: unknown figure" in told


def test_a_count_that_the_file_lacks_is_told(folder: Path, capsys: pytest.CaptureFixture[str]):
    change(folder, "counts.json", lambda figures: figures["by_status"].pop("draft_only"))
    code, answer = run(capsys, folder)
    name = "counts.json:/by_status/draft_only"
    assert code == 1
    assert {"name": name, "theirs": None, "ours": 1, "equal": False} in answer["figures"]


# ------------------------------------------------------------------------------------------------------------ the walk


def test_integers_are_exact_and_fractions_near():
    def equal(theirs: float, ours: object) -> bool | None:
        (found,) = compare(theirs, ours, "f.json:")
        assert isinstance(found, Figure)
        return found.equal

    assert [equal(3, 3), equal(3, 4), equal(3, 3.00001)] == [True, False, False]
    assert [equal(0.5, 0.5001), equal(0.5, 0.50011), equal(0.5, None)] == [True, False, False]
    assert [equal(76.05, Bleu(76.06)), equal(76.05, Bleu(76.0612)), equal(76.05, 76.06)] == [True, False, False]
    assert equal(3, "3") is None


def test_counts_of_nothing_are_zero():
    found = list(compare({"seen": 2, "unseen": 0}, Counter(seen=2), "f.json:"))
    assert [figure.equal for figure in found] == [True, True]


def test_lists_are_compared_whatever_their_order():
    (found,) = compare(["b", "a", "a"], ["a", "b", "c"], "f.json:")
    assert isinstance(found, Listed)
    assert (found.equal, found.missing, found.extra) == (False, ("a",), ("c",))


# --------------------------------------------------------------------------------------------------- files that are bad


@pytest.mark.parametrize(
    "name",
    ["triples.parquet", "critiques.parquet", "primitive_states.parquet", "audits.parquet", "raw-layout.tar.zst"],
)
def test_a_file_that_is_missing_or_damaged_is_told(folder: Path, capsys: pytest.CaptureFixture[str], name: str):
    path = folder / name
    whole = path.read_bytes()
    for spoilt in (whole[: len(whole) // 2], b"", b"nonsense" * 100):
        path.write_bytes(spoilt)
        code, answer = run(capsys, folder)
        assert (code, answer["error"]) == (1, "CannotRead")
        assert name in answer["message"]
    path.unlink()
    code, answer = run(capsys, folder)
    assert (code, answer["error"]) == (2, "NotFound")
    assert name in answer["message"]


def test_a_column_that_is_missing_is_told(folder: Path, capsys: pytest.CaptureFixture[str]):
    path = folder / "audits.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["complete"]), path)
    code, answer = run(capsys, folder)
    assert (code, answer["error"], answer["message"]) == (2, "BadInput", "audits.parquet has no column 'complete'.")


def test_a_column_of_another_type_is_told(folder: Path, capsys: pytest.CaptureFixture[str]):
    pq.write_table(
        pa.table({"primitive": ["pan_left"], "video_id": ["a"], "value": ["yes"]}), folder / "primitive_states.parquet"
    )
    code, answer = run(capsys, folder)
    assert (code, answer["error"]) == (2, "BadInput")
    assert "'value' of primitive_states.parquet holds string, not flag" in answer["message"]


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\udcff"])
def test_a_golden_file_that_is_no_json_is_told(folder: Path, text: str):
    (folder / "golden" / "words.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CannotRead, match=r"golden/words\.json is no JSON"):
        check_golden(folder)


def test_a_folder_without_golden_files_is_told(tmp_path: Path):
    with pytest.raises(NotFound, match="no golden files"):
        check_golden(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("subject_description/a.mp4_review.json", "{", "is no JSON"),
        ("subject_description/a.mp4_review.json", "[]", "is no JSON object"),
        ("subject_description/a.mp4.json", "{}", "not of the authors' layout"),
    ],
)
def test_a_file_in_the_archive_that_is_bad_is_told(folder: Path, name: str, content: str, told: str):
    authors_folder.write_archive(folder, {name: content})
    with pytest.raises(CannotRead, match=told):
        check_golden(folder)


def test_data_with_holes_give_figures_and_no_traceback(folder: Path):
    """Whatever is null, each figure is there, and only numbers differ."""
    holes = [dict.fromkeys(authors_folder.SCHEMA.names), authors_folder.row("a.1.mp4", "scene", final_caption=None)]
    holes += [{**authors_folder.row("a.1.mp4", "motion"), "rating": None, "aspect": None, "annotated_at": None}]
    authors_folder.write_rows(folder, holes)
    found = check_golden(folder)
    assert [figure.name for figure in found.figures if figure.theirs is not None] == all_numbers(folder)
    authors_folder.write_rows(folder, [])
    assert check_golden(folder).differs
