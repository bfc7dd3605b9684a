"""Other people's label records: converted as far as they go, with a word on everything that found no place."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.support import movies
from tests.support.lighting_records import DEFECTS, lighting_records
from videolect.cli.main import main
from videolect.errors import BadInput
from videolect.language import load_spec

SPEC = load_spec()
SHARES = {"unknown_value": 0.1, "misspelt_name": 0.1, "impossible": 0.1, "missing": 0.1}


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any, str]:
    code = main([*map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


@pytest.mark.parametrize("schema", ["old", "current"])
def test_sound_records_fit_and_what_is_wrong_is_told(schema):
    for made in lighting_records(300, seed=5, schema=schema, shares=SHARES):
        found = SPEC.convert(made.record)
        told = {misfit.name for misfit in found.misfits}
        if made.defect is None:
            assert (found.misfits, found.violations) == ((), ()), made.record
        elif made.defect in ("unknown_value", "misspelt_name"):
            assert set(made.about) & told, made
        elif made.defect == "impossible":
            assert found.violations, made
        assert SPEC.normalise(found.answers) == found.answers
    assert set(SHARES) < set(DEFECTS)


def test_the_same_light_in_old_and_in_new_names_is_the_same_record():
    old = {
        "shot_transition": False,
        "color_saturation": "high",
        "light_quality": "soft_diffused_light",
        "sunlight": True,
    }
    new = {"shot_transition": False, "colorfulness": "high", "light_quality": "soft_light", "sunlight": True}
    a, b = SPEC.convert(old), SPEC.convert(new)
    assert (a.schema, b.schema) == ("authors-lighting-old", "authors-lighting-current")
    assert a.answers == b.answers
    assert (a.answers["colorfulness"], a.answers["light_quality"]) == ("high", "soft")


def test_a_list_is_answered_only_when_none_of_its_bits_is_open():
    bits = {column.name: column.adds for column in SPEC.parsed.imports["authors-lighting-current"].columns
            if column.to == "reflections"}  # fmt: skip
    record: dict[str, object] = {"shot_transition": False, "colorfulness": "high", **dict.fromkeys(bits, False)}
    assert SPEC.convert(record).answers["reflections"] == ()
    first = next(iter(bits))
    assert SPEC.convert({**record, first: True}).answers["reflections"] == (bits[first],)
    assert "reflections" not in SPEC.convert({**record, first: None}).answers
    odd = SPEC.convert({**record, first: "yes"})
    assert "reflections" not in odd.answers
    assert [(misfit.name, misfit.value) for misfit in odd.misfits] == [(first, "yes")]


@pytest.mark.parametrize("record", [{"colour": "red"}, {"steadiness": "smooth"}])
def test_a_record_of_no_known_schema_is_refused(record):
    with pytest.raises(BadInput, match="no schema that is known here"):
        SPEC.convert({**record, "another": 1})


def test_files_of_every_form_come_in_and_are_put_together(tmp_path, capsys):
    motion = {"steadiness": "smooth", "camera_movement": "major_simple", "camera_forward_backward": "forward"}
    light = {"shot_transition": False, "colorfulness": "low", "steadyness": "smooth"}
    (tmp_path / "motion.jsonl").write_text("\n".join(json.dumps({"video_id": v, **motion}) for v in ("a.mp4", "b.mp4")))
    (tmp_path / "light.json").write_text(json.dumps({"a.mp4": light, "c.mp4": {"colour": 1}}))
    out = tmp_path / "ours.parquet"
    code, answer, _ = run(capsys, "data", "import", "--format", "authors-records", tmp_path, "--out", out)
    assert code == 1
    assert (answer["records"], answer["videos"], answer["tasks"], answer["acts"]) == (4, 2, 0, 0)
    assert [each["path"] for each in answer["refused"]] == ["c.mp4"]
    assert answer["defects"] == {"unknown_name": 1}
    assert answer["misfits"][0]["name"] == "steadyness"
    rows = {row["video_id"]: row for row in pq.read_table(out).to_pylist()}
    assert rows["a.mp4"]["colorfulness"] == "low"
    assert rows["a.mp4"]["camera_forward_backward"] == rows["b.mp4"]["camera_forward_backward"] == "forward"
    assert rows["b.mp4"]["colorfulness"] is None
    code, derived, _ = run(capsys, "spec", "derive", out)
    assert (code, derived["records"], derived["unknown_columns"]) == (0, 2, [])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.json", "{", "not JSON"),
        ("x.json", "7", "holds no records"),
        ("x.json", "[" * 100_000, "not JSON"),
        ("x.json", '{"a": {"steadiness": "static"}, "a": {"steadiness": "smooth"}}', "stands twice"),
        ("x.parquet", "PAR1", "not a parquet file"),
        ("notes.txt", "nothing", "holds no records"),
    ],
)
def test_what_are_no_records_is_told(name, content, says, tmp_path, capsys):
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / name).write_text(content)
    assert main(["data", "import", "--format", "authors-records", str(folder)]) in (1, 2)
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "x.json",
            '[{"video_id": "a", "steadiness": NaN}, {"video_id": "b", "steadiness": "static"}]',
            "NaN is no JSON",
        ),
        ("x.jsonl", '{"video_id": "a"\n{"video_id": "b", "steadiness": "static"}', "It is not JSON"),
        ("x.jsonl", '{"video_id": "a", "x": 1e999}\n{"video_id": "b", "steadiness": "static"}', "no JSON number"),
        ("x.jsonl", '{"video_id": "a", "x": 1, "x": 2}\n{"video_id": "b", "steadiness": "static"}', "stands twice"),
    ],
)
def test_what_is_no_json_costs_only_the_record_it_stands_in(name, content, says, tmp_path, capsys):
    (tmp_path / name).write_text(content)
    out = tmp_path / "o.parquet"
    code, answer, _ = run(capsys, "data", "import", "--format", "authors-records", tmp_path / name, "--out", out)
    assert (code, answer["records"], answer["videos"]) == (1, 2, 1)
    assert [each["path"] for each in answer["refused"]] == [f"{name}, record 1"]
    assert says in answer["refused"][0]["why"]
    assert pq.read_table(out).column("video_id").to_pylist() == ["b"]


def test_one_bad_record_is_refused_and_the_others_are_read(tmp_path, capsys):
    still = {"steadiness": "static", "camera_movement": "no", "camera_forward_backward": "no"}
    bad = [5, still, {"video_id": " ", **still}, {"video_id": "b\ud800", **still}]
    (tmp_path / "a.json").write_text(json.dumps([{"video_id": "good", **still}, *bad]))
    out = tmp_path / "o.parquet"
    code, answer, _ = run(capsys, "data", "import", "--format", "authors-records", tmp_path / "a.json", "--out", out)
    assert (code, answer["records"], answer["videos"], answer["written"]) == (1, 5, 1, 1)
    assert [each["path"] for each in answer["refused"]] == [f"a.json, record {number}" for number in (2, 3, 4, 5)]
    said = zip(("no object", "no clip", "no clip", "half"), answer["refused"], strict=True)
    assert all(word in each["why"] for word, each in said)


def test_the_clips_of_a_campaign_are_labelled_by_their_names(tmp_path, capsys):
    home = tmp_path / "workspace"
    movies.constant(tmp_path / "walk.mp4", 12)
    assert run(capsys, "desk", "init", "--workspace", home)[0] == 0
    run(capsys, "data", "import", tmp_path / "walk.mp4", "--campaign", "spring", "--workspace", home)
    motion = {
        "shot_transition": False,
        "steadiness": "static",
        "camera_movement": "no",
        "camera_forward_backward": "no",
    }
    broken = {**motion, "camera_movement": "minor"}
    (tmp_path / "motion.json").write_text(json.dumps({"walk.mp4": motion, "talk.mp4": motion}))
    words = ["data", "import", "--format", "authors-records", tmp_path / "motion.json", "--campaign", "spring"]
    code, answer, _ = run(capsys, *words, "--workspace", home)
    assert (code, answer["tasks"], answer["acts"]) == (1, 1, 2)
    assert answer["by_status"]["labels"] == {"settled": 1}
    assert [each["path"] for each in answer["refused"]] == ["talk.mp4"]
    again = run(capsys, *words, "--workspace", home)[1]
    assert again["tasks"] == 0, "what is labelled stays as it is"
    (tmp_path / "motion.json").write_text(json.dumps({"walk.mp4": broken}))
    assert Counter(run(capsys, *words, "--workspace", home)[1]["defects"]) == {"broken_rule": 1}
