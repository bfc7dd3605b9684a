"""``spec derive``: records in, states out, compared with others'; and the published states of the authors' records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from videolect.cli.main import main

MINI = str(Path(__file__).parents[1] / "data" / "spec" / "mini")


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any, str]:
    code = main([*map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.parquet"
    table = {
        "video_id": ["a", "b", "c"],
        "moves": [True, False, None],
        "pan": ["right", None, None],
        "lamps": [["sun"], [], None],
        "colour": ["red", "red", "red"],
    }
    pq.write_table(pa.table(table), path)
    return path


def states(path: Path, *rows: tuple[str, str, bool]) -> Path:
    names = ("primitive", "video_id", "value")
    pq.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    return path


def test_states_are_written_and_compared(records, tmp_path, capsys):
    out = tmp_path / "states.parquet"
    code, answer, _ = run(capsys, "spec", "derive", records, "--spec", MINI, "-o", out)
    assert code == 0
    assert (answer["records"], answer["primitives"], answer["unknown_columns"]) == (3, 5, ["colour", "video_id"][:1])
    rows = {(row["primitive"], row["video_id"]): row["value"] for row in pq.read_table(out).to_pylist()}
    assert rows == {
        ("pans_left", "a"): False, ("pans_left", "b"): False, ("pans_right", "a"): True, ("pans_right", "b"): False,
        ("pans", "a"): True, ("pans", "b"): False, ("warm_light", "a"): True, ("warm_light", "b"): False,
    }  # fmt: skip
    assert answer["written"] == len(rows)
    assert run(capsys, "spec", "derive", records, "--spec", MINI, "--against", out)[0] == 0


def test_differences_are_counted_by_kind_and_by_their_name(records, tmp_path, capsys):
    theirs = states(
        tmp_path / "theirs.parquet", ("right_pan", "a", False), ("right_pan", "c", True), ("tilts", "a", True)
    )
    code, answer, _ = run(capsys, "spec", "derive", records, "--spec", MINI, "--against", theirs)
    assert code == 1
    assert (answer["total"], answer["equal"], answer["different"]) == (3, 0, 3)
    assert answer["per_primitive"] == {"right_pan": {"equal": 0, "different": 3}}
    assert answer["kinds"] == {"right_pan": {"no -> yes": 1, "undetermined -> no": 1, "yes -> undetermined": 1}}
    assert answer["unknown_primitives"] == ["tilts"]


def test_a_profile_reads_what_was_left_open(records, tmp_path, capsys):
    theirs = states(tmp_path / "theirs.parquet", ("right_pan", "a", True), ("right_pan", "b", False))
    assert run(capsys, "spec", "derive", records, "--spec", MINI, "--against", theirs)[0] == 0
    _, answer, _ = run(capsys, "spec", "derive", records, "--spec", MINI, "--profile", "published", "--against", theirs)
    assert answer["kinds"] == {"right_pan": {"undetermined -> no": 1}}, "c was not asked, and counts as still"


def test_values_that_are_no_answer_are_counted(tmp_path, capsys):
    pq.write_table(pa.table({"video_id": ["a", "b", "c"], "pan": ["up", "up", "left"]}), tmp_path / "r.parquet")
    code, answer, told = run(capsys, "spec", "derive", tmp_path / "r.parquet", "--spec", MINI)
    assert (code, answer["not_taken"]) == (0, {"pan": {"up": 2}})
    assert "pan" in told


def test_a_comparison_of_nothing_is_no_success(records, tmp_path, capsys):
    theirs = states(tmp_path / "theirs.parquet", ("tilts", "a", True))
    assert main(["spec", "derive", str(records), "--spec", MINI, "--against", str(theirs)]) == 2
    assert "names no primitive" in capsys.readouterr().err
    words = pa.table({"primitive": ["pans"], "video_id": ["a"], "value": ["false"]})
    pq.write_table(words, theirs)
    assert main(["spec", "derive", str(records), "--spec", MINI, "--against", str(theirs)]) == 2
    assert "not true and false" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["{tmp}/none.parquet"], "no file"),
        (["{tmp}/junk.parquet"], "not a parquet file"),
        (["{tmp}/strange.parquet"], "answers no question"),
        (["{tmp}/nameless.parquet"], "no column 'video_id'"),
        (["{tmp}/records.parquet", "--profile", "authors-1900"], "no profile 'authors-1900'"),
        (["{tmp}/records.parquet", "--against", "{tmp}/records.parquet"], "no column 'primitive'"),
        (["{tmp}/records.parquet", "-o", "{tmp}/none/out.parquet"], "cannot be written"),
    ],
)
def test_what_cannot_be_derived_is_told(words, says, records, tmp_path, capsys):
    (tmp_path / "junk.parquet").write_bytes(b"PAR1 and then nothing")
    pq.write_table(pa.table({"video_id": ["a"], "colour": ["red"]}), tmp_path / "strange.parquet")
    pq.write_table(pa.table({"moves": [True]}), tmp_path / "nameless.parquet")
    code = main(["spec", "derive", *(word.format(tmp=tmp_path) for word in words), "--spec", MINI])
    told = capsys.readouterr().err
    assert code in (1, 2)
    assert says in told
    assert "Traceback" not in told
    assert not list(tmp_path.glob("*.partial"))


def records_of(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.mark.parametrize(
    ("videos", "says"),
    [(["a", "b", "a"], "2 records of 'a'"), (["a", None], "Record 2"), (["a", " "], "names no clip")],
)
def test_a_clip_has_one_record_and_a_name(videos, says, tmp_path, capsys):
    rows = [{"video_id": video, "steadiness": "static"} for video in videos]
    code, answer, _ = run(capsys, "spec", "derive", records_of(tmp_path / "r.parquet", rows))
    assert (code, answer["error"]) == (2, "BadInput")
    assert says in answer["message"]


def test_what_is_read_is_not_written_over(tmp_path, capsys):
    path = records_of(tmp_path / "r.parquet", [{"video_id": "a", "steadiness": "static"}])
    before = path.read_bytes()
    code, answer, _ = run(capsys, "spec", "derive", path, "-o", tmp_path / "." / "r.parquet")
    assert code == 2
    assert "is what is read" in answer["message"]
    assert path.read_bytes() == before


def test_rules_that_records_break_are_told(tmp_path, capsys):
    rows = [
        {"video_id": "a", "steadiness": "static", "camera_movement": "major_simple"},
        {"video_id": "b", "steadiness": "static", "camera_movement": "no"},
        {"video_id": "c", "steadiness": "static", "camera_movement": "minor"},
    ]
    path = records_of(tmp_path / "r.parquet", rows)
    _, answer, _ = run(capsys, "spec", "derive", path)
    [found] = [each for each in answer["broken_rules"] if "called static" in each["rule"]]
    assert (found["records"], found["first"]) == (2, "a")
    assert main(["spec", "derive", str(path)]) == 0
    assert "2 break a rule, a first: The camera is called static" in capsys.readouterr().out


def test_the_published_states_come_out_exactly(reference_data, capsys):
    folder = reference_data
    words = ["spec", "derive", folder / "motion_records.parquet", "--against", folder / "motion_record_states.parquet"]
    code, answer, _ = run(capsys, *words, "--profile", "authors-2025")
    assert (code, answer["total"], answer["different"]) == (0, 142_950, 0)
    assert (answer["records"], answer["primitives"], answer["unknown_primitives"]) == (1_906, 75, [])
    code, ours, _ = run(capsys, *words)
    assert code == 1
    kinds = {kind for kinds in ours["kinds"].values() for kind in kinds}
    assert kinds == {"no -> undetermined", "undetermined -> no"}, "a no is doubted or added; never yes against no"
