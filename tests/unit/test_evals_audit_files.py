"""Tables of captions and of ratings: what is taken, what is refused and how it is told; and the command."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import movies
from tests.support.acts import ANN
from tests.support.audits import CAPTION, ratings, span
from tests.support.commands import run
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.evals.audit.files import read_audit, write_answers
from videolect.language.spec import load_spec
from videolect.oversight.audit import AuditDesk
from videolect.record.audit import RATED
from videolect.wiring import Workspace

HEAD = "dataset,item,video_id,caption"
GOOD: dict[str, Any] = {"dataset": "A", "item": "s1", "video_id": "v1", "caption": "A man walks."}
RATED_ROW = GOOD | dict.fromkeys(RATED, 3)


def jsonl(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


def why(path: Path) -> list[str]:
    return [each.why for each in read_audit(path).bad]


# ------------------------------------------------------------------------------------------------------------- reading


def test_a_table_is_read_from_csv_jsonl_and_parquet_alike(tmp_path: Path):
    jsonl(tmp_path / "t.jsonl", RATED_ROW | {"source_key": "film", "spans": [{"start": 2, "end": 5, "text": "man"}]})
    (tmp_path / "t.csv").write_text(
        f"{HEAD},{','.join(RATED)},source_key,spans\nA,s1,v1,A man walks.,{'3,' * 6}film,"
        '"[{""start"": 2, ""end"": 5, ""text"": ""man""}]"\n'
    )
    table = pa.Table.from_pylist([RATED_ROW | {"source_key": "film", "spans": [{"start": 2, "end": 5, "text": "man"}]}])
    pq.write_table(table, tmp_path / "t.parquet")
    found = [read_audit(tmp_path / f"t.{ending}") for ending in ("jsonl", "csv", "parquet")]
    assert found[0].rows == found[1].rows == found[2].rows
    said = found[0].rows[0].judged
    assert (said.source_id, dict(said.ratings), said.spans[0]["exact"]) == ("film", dict.fromkeys(RATED, 3), True)
    assert not any(each.bad or each.unknown for each in found)


def test_words_of_every_script_come_through_and_a_caption_may_have_lines(tmp_path: Path):
    caption = 'שלום "quoted",\n👩‍🎬 e\u0301 \u2028 İstanbul'
    quoted = caption.replace('"', '""')
    (tmp_path / "t.csv").write_text(f'\ufeff{HEAD}\nA,s1,v1,"{quoted}"\nA,s2,v2,next\n', "utf-8", newline="")
    jsonl(tmp_path / "t.jsonl", GOOD | {"caption": caption})
    assert [row.judged.caption for row in read_audit(tmp_path / "t.csv").rows] == [caption, "next"]
    assert read_audit(tmp_path / "t.jsonl").rows[0].judged.caption == caption


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_latin_1_file_is_refused_with_the_line(tmp_path: Path, ending: str):
    text = f"{HEAD}\nA,s1,v1,A man.\nA,s2,v2,A café.\n" if ending == "csv" else (
        json.dumps(GOOD) + "\n\n" + json.dumps(GOOD | {"caption": "A café."}, ensure_ascii=False)
    )  # fmt: skip
    path = tmp_path / f"t.{ending}"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CannotRead, match="line 3"):
        read_audit(path)


def test_missing_columns_are_named(tmp_path: Path):
    (tmp_path / "t.csv").write_text("dataset,caption\nA,words\n")
    with pytest.raises(BadInput, match="lacks the columns item, video_id"):
        read_audit(tmp_path / "t.csv")
    pq.write_table(pa.Table.from_pylist([{"dataset": "A", "item": "s", "video_id": "v"}]), tmp_path / "t.parquet")
    with pytest.raises(BadInput, match="lacks the column caption"):
        read_audit(tmp_path / "t.parquet")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(BadInput, match="lacks the columns"):
        read_audit(tmp_path / "empty.csv")
    (tmp_path / "twice.csv").write_text(f"{HEAD},item\n")
    with pytest.raises(BadInput, match="twice"):
        read_audit(tmp_path / "twice.csv")


def test_what_is_no_table_is_refused(tmp_path: Path):
    with pytest.raises(NotFound):
        read_audit(tmp_path / "nosuch.csv")
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    with pytest.raises(BadInput, match="no table"):
        read_audit(tmp_path / "t.xlsx")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(CannotRead, match="no parquet file"):
        read_audit(tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text(f'{HEAD}\nA,s1,v1,"never closed\nA,s2,v2,x\n')
    with pytest.raises(CannotRead, match="no CSV"):
        read_audit(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"item": ""}, "item is empty"),
        ({"item": None}, "item is empty"),
        ({"item": 1.5}, "item is 1.5"),
        ({"video_id": float("nan")}, "video_id is empty"),
        ({"dataset": "  "}, "dataset is empty"),
        ({"caption": 7}, "caption is 7, not text"),
        ({"caption": "a\u0000b"}, r"U\+0000"),
        ({"caption": "\ud800"}, "surrogate"),
        ({"caption": "x" * 20_001}, "20,001 characters"),
        ({"overall": 0}, "rating overall is '0'"),
        ({"overall": 6}, "rating overall is '6'"),
        ({"camera": 3.5}, "rating camera is '3.5'"),
        ({"camera": True}, "rating camera is 'True'"),
        ({"camera": "good"}, "rating camera is 'good'"),
        ({"camera": 10**400}, "rating camera"),
        ({"camera": float("inf")}, "rating camera is 'inf'"),
        ({"spans": "three"}, "no JSON"),
        ({"spans": [1]}, "no list of objects"),
        ({"spans": [{"start": 0, "end": 1, "failure": "dull"}]}, "no failure 'dull'"),
        ({"spans": [{"start": -1, "end": 1}]}, "start of a span is '-1'"),
        ({"spans": [{"start": 0, "end": 2**31}]}, "end of a span is '2147483648'"),
        ({"spans": [{"start": "0", "end": 1}]}, "start of a span is '0'"),
        ({"spans": [{"start": True, "end": 1}]}, "start of a span is 'True'"),
        ({"spans": [{"start": 0, "end": 1.5}]}, "end of a span is '1.5'"),
        ({"spans": [{"words": "\ud800"}]}, "words of a span holds half of a surrogate"),
        ({"spans": [{"words": 7}]}, "words of a span is int, not text"),
        ({"source_id": "\ud800"}, "source_id holds half of a surrogate"),
        ({"source_key": ["film"]}, "source_key is"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_with_the_reason_and_the_others_go_on(tmp_path: Path, bad: dict[str, Any], told: str):
    found = read_audit(jsonl(tmp_path / "t.jsonl", RATED_ROW | {"item": "s0"}, RATED_ROW | bad, RATED_ROW))
    assert [row.judged.id for row in found.rows] == ["s0", "s1"]
    (only,) = found.bad
    assert only.row.startswith("line 2")
    assert re.search(told, only.why)


def test_lines_that_are_no_rows_are_named(tmp_path: Path):
    found = read_audit(jsonl(tmp_path / "t.jsonl", "{", "[1]", GOOD, "", GOOD))
    assert [(each.row, each.why[:22]) for each in found.bad] == [
        ("line 1", "The line is no JSON: E"), ("line 2", "The line is no JSON ob"),
        ("line 5 (s1)", "It stands in line 3 al"),
    ]  # fmt: skip
    (tmp_path / "t.csv").write_text(f"{HEAD}\nA,s1,v1,too,many\nA,s2,v2,right\n\nA,s2,v2,again\n")
    found = read_audit(tmp_path / "t.csv")
    assert [row.judged.id for row in found.rows] == ["s2"]
    assert [each.row for each in found.bad] == ["line 2", "line 5 (s2)"]


def test_ratings_that_are_absent_are_no_ratings(tmp_path: Path):
    rows = [GOOD | {"item": n, "overall": absent} for n, absent in enumerate([None, "", "  ", float("nan")])]
    found = read_audit(jsonl(tmp_path / "t.jsonl", *rows, GOOD | {"item": 9, "overall": "4", "camera": 5.0}))
    assert [dict(row.judged.ratings) for row in found.rows] == [{}] * 4 + [{"overall": 4, "camera": 5}]


def test_two_auditors_of_one_item_are_two_answers(tmp_path: Path):
    found = read_audit(jsonl(tmp_path / "t.jsonl", *(RATED_ROW | {"auditor": who} for who in ("ann", "bob", "ann"))))
    assert [row.judged.auditor for row in found.rows] == ["ann", "bob"]
    assert len(found.bad) == 1


def test_an_item_has_one_caption_clip_and_source(tmp_path: Path):
    others = [{"caption": "A woman walks."}, {"video_id": "v2"}, {"source_id": "film"}, {}]
    rows = [RATED_ROW | {"auditor": f"p{n}"} | other for n, other in enumerate(others)]
    undone = {"dataset": "A", "item": "s1", "auditor": "p9", "caption": "", "video_id": ""}
    found = read_audit(jsonl(tmp_path / "t.jsonl", RATED_ROW, *rows, undone))
    assert [row.judged.auditor for row in found.rows] == [None, "p3", "p9"]
    assert [each.row for each in found.bad] == ["line 2 (s1)", "line 3 (s1)", "line 4 (s1)"]
    assert all("says other words than line 1" in each.why for each in found.bad)


def test_spans_without_a_place_are_read_and_written(tmp_path: Path):
    found = read_audit(jsonl(tmp_path / "t.jsonl", RATED_ROW | {"spans": [{"start": None, "failure": "subjective"}]}))
    assert found.rows[0].judged.spans[0]["start"] is None
    assert write_answers([row.judged for row in found.rows], tmp_path / "out.parquet") == 1


def test_a_span_is_looked_up_in_the_segment_that_it_names(tmp_path: Path):
    segments = [{"text": "One."}, {"text": "Two."}]
    spans = [{"start": 0, "end": 3, "text": "Two", "segment": at} for at in (1, 0, 7, "x")]
    found = read_audit(jsonl(tmp_path / "t.jsonl", RATED_ROW | {"spans": spans, "caption_segments": segments}))
    assert [each["exact"] for each in found.rows[0].judged.spans] == [True, False, False, False]


def test_what_is_written_is_read_again(tmp_path: Path):
    spans = [{"start": 0, "end": 5, "words": "A man", "failure": "imprecise_term"}]
    rows = read_audit(
        jsonl(tmp_path / "t.jsonl", RATED_ROW | {"auditor": "ann", "critique": "Who? 👀", "spans": spans})
    ).rows
    for name in ("out.jsonl", "out.parquet"):
        assert write_answers([row.judged for row in rows], tmp_path / name) == 1
        assert read_audit(tmp_path / name).rows == rows
    with pytest.raises(BadInput, match="neither"):
        write_answers([], tmp_path / "out.xlsx")
    with pytest.raises(BadInput, match="cannot be written"):
        write_answers([], tmp_path / "nosuch" / "out.jsonl")


# --------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(capsys, "desk", "init", "--workspace", tmp_path / "w")[0] == 0
    return tmp_path / "w"


def test_captions_come_into_an_audit_with_their_films_and_its_figures_come_out(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    movies.constant(tmp_path / "film.mp4", 12)
    table = jsonl(
        tmp_path / "t.jsonl",
        GOOD | {"caption": CAPTION, "video": "film.mp4", "aspects": "subject motion", "mood": "gay"},
        GOOD | {"item": "s2", "video": "nosuch.mp4"}, GOOD | {"item": "s3", "caption": ""}, GOOD,
    )  # fmt: skip
    asked = ("eval", "audit", "--name", "spring", "--workspace", workspace)
    code, answer = run(capsys, *asked, "--import", table, "--people", 2)
    assert (code, answer["new"], answer["items"], answer["films"]) == (1, 2, 2, 1)
    assert [each["row"] for each in answer["bad"]] == ["line 4 (s1)", "A: s3"]
    assert [Path(each["path"]).name for each in answer["refused"]] == ["nosuch.mp4"]
    assert answer["unknown_columns"] == ["mood"]

    opened = Workspace.open(workspace)
    audits = AuditDesk(opened.catalogue)
    first = audits.look("spring").items[0]
    assert first.video_hash is not None
    assert opened.desk.catalogue.video(first.video_hash).frames == 12
    assert first.aspects == ("subject", "motion")
    audits.answer(ANN, "spring", 1, ratings(4, camera=2), spans=[span()], critique="No lens.")
    opened.close()

    out = tmp_path / "answers.parquet"
    code, answer = run(capsys, *asked, "--resamples", 50, "--out", out)
    assert (code, answer["written"], answer["pooled"]["camera"]["value"]) == (0, 1, 2)
    assert (answer["pooled"]["items"], answer["pooled"]["answers"]) == (2, 1)
    code, again = run(capsys, "eval", "audit", out, "--resamples", 50)
    assert (code, again["pooled"]["failures"]) == (0, answer["pooled"]["failures"])
    code, repeated = run(capsys, *asked, "--import", table)
    assert (repeated["new"], repeated["known"]) == (0, 2)


def test_the_tables_are_told_in_words_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from videolect.cli.main import main

    table = jsonl(tmp_path / "t.jsonl", *(RATED_ROW | {"item": n, "video_id": n, "auditor": who, "overall": 1 + n}
                                          for n in range(3) for who in ("ann", "bob")), "{")  # fmt: skip
    assert main(["eval", "audit", str(table), "--resamples", "50"]) == 1
    told = capsys.readouterr().out
    for words in ("pooled", "by auditor", "agreement on 3 items", "Spearman", "line 7: The line is no JSON"):
        assert words in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Nothing says which audit"),
        (("t.jsonl", "--name", "x"), "Nothing says which audit"),
        (("t.jsonl", "--import", "t.jsonl"), "no audit to import into"),
        (("t.jsonl",), "has no ratings"),
        (("t.jsonl", "--resamples", "0"), "--resamples is 0"),
        (("--name", "nosuch"), "There is no audit nosuch"),
        (("--name", "no/such"), "is not a name"),
        (("--name", "x", "--people", "2"), "of a new audit"),
        (("--name", "x", "--import", "t.jsonl", "--out", "o.jsonl"), "for statistics"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], told: str,
):  # fmt: skip
    from videolect.cli.main import main

    monkeypatch.chdir(tmp_path)
    jsonl(tmp_path / "t.jsonl", GOOD)
    assert main(["eval", "audit", *words, "--workspace", str(workspace)]) == 2
    assert told in capsys.readouterr().err


def test_with_labels_of_the_clips_precision_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    table = jsonl(tmp_path / "t.jsonl", RATED_ROW | {"caption": "The camera pans left."})
    pq.write_table(
        pa.Table.from_pylist([{"primitive": "pan_left", "video_id": "v1", "value": True}]), tmp_path / "s.parquet"
    )
    code, answer = run(capsys, "eval", "audit", table, "--states", tmp_path / "s.parquet", "--resamples", 50)
    assert (code, answer["claims"]["pooled"]["camera"]["precision"]["value"]) == (0, 1)


def test_names_that_disagree_or_are_unknown_leave_the_state_open_and_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    from videolect.cli.main import main

    spec = load_spec()
    ours, theirs = next((each.id, each.also_known_as[0]) for each in spec.primitives.values() if each.also_known_as)
    table = jsonl(tmp_path / "t.jsonl", RATED_ROW | {"caption": "The camera pans left."})
    names = [("pan_left", True), (ours, True), (theirs, False), ("of_nobody", True)]
    rows = [{"primitive": name, "video_id": "v1", "value": value} for name, value in names]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "s.parquet")
    asked = ("eval", "audit", table, "--states", tmp_path / "s.parquet", "--resamples", 50)
    code, answer = run(capsys, *asked)
    assert (code, answer["states"]["unknown"], answer["states"]["contradicted"]) == (0, ["of_nobody"], [[ours, "v1"]])
    assert main([str(each) for each in asked]) == 0
    told = capsys.readouterr().out
    assert "left out: of_nobody" in told
    assert f"left open: {ours} in v1" in told


@pytest.mark.parametrize("written", ["../secret.mp4", "ABSOLUTE", "link.mp4"])
def test_a_table_takes_no_film_from_outside_of_its_folder(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str
):
    movies.constant(tmp_path / "secret.mp4", 12)
    folder = tmp_path / "table"
    folder.mkdir()
    (folder / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    video = str(tmp_path / "secret.mp4") if written == "ABSOLUTE" else written
    table = jsonl(folder / "t.jsonl", GOOD | {"video": video}, GOOD | {"item": "s2"})
    code, answer = run(capsys, "eval", "audit", "--import", table, "--name", "x", "--workspace", workspace)
    assert (code, answer["items"], answer["films"]) == (1, 1, 0)
    assert [each["row"] for each in answer["bad"]] == ["A: s1"]
    assert "outside of the table's folder" in answer["bad"][0]["why"]


def test_the_reference_audit_is_reproduced(reference_data: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, "eval", "audit", reference_data, "--resamples", 100)
    assert code == 0
    golden = json.loads((reference_data / "golden" / "audits.json").read_text())
    for name, of in golden.items():
        ours = answer["pooled"] if name == "all" else answer["per_dataset"][name]
        for rated, mean in of["mean_scores"].items():
            assert round(ours[rated]["value"], 4) == mean
            assert ours[rated]["low"] <= ours[rated]["value"] <= ours[rated]["high"]
            assert ours[rated]["n"] == of["complete"]
    assert len(answer["beside"]) == 99
    assert all(each["equal"] for each in answer["beside"])
