"""What comes out: the documented columns, the same in parquet and JSONL, the same bytes every time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.acts import ANN, REV, bench, critique, point
from videolect.dataset.triple_files import parquet_schema, read_triples, write_triples
from videolect.dataset.triples import triples
from videolect.errors import BadInput, VideolectError
from videolect.record.campaign import Policy
from videolect.record.critique import SENTINEL

DOCS = Path(__file__).resolve().parents[2] / "docs" / "triples.md"


def perfect():
    """A settled caption that was called perfect."""
    made = bench()
    made.hand_in(ANN, rating=5)
    made.desk.approve(REV, made.key(), made.claim(REV), {})
    return made


def criticised():
    """One that was handed in with a critique of one point."""
    made = bench()
    work, key = made.begin(ANN), made.key()
    text = made.task().draft.text
    first = point(words=text.split()[0], text=text)
    made.desk.rate(ANN, key, work, 3)
    made.desk.critique(ANN, key, work, critique(first))
    made.desk.revise(ANN, key, work)
    made.desk.submit(ANN, key, work)
    return made


def corrected():
    """One that was rejected and corrected by hand."""
    made = criticised()
    work = made.claim(REV)
    made.desk.reject(REV, made.key(), work, "no", {"p1": "disagreed"})
    made.desk.edit(REV, made.key(), work, "A better one.")
    made.desk.correct(REV, made.key(), work)
    return made


def test_every_column_is_documented_and_every_documented_column_is_there():
    told = {name for row in DOCS.read_text().splitlines() if row.startswith("| `") for name in
            re.findall(r"`(\w+)`", row.split("|")[1])}  # fmt: skip
    assert told == set(parquet_schema().names)


def test_only_settled_tasks_have_a_row():
    made = bench()
    made.hand_in(ANN, rating=3)
    assert list(triples(made.desk.ledger)) == []
    work = made.claim(REV)
    made.desk.reject(REV, made.key(), work, "no", {})
    assert list(triples(made.desk.ledger)) == [], "it waits for correction"


def test_a_perfect_draft():
    (row,) = triples(perfect().desk.ledger)
    assert (row.kind, row.critique, row.critique_raw, row.rating) == ("perfect", SENTINEL, None, 5)
    assert row.post_caption == row.pre_caption
    assert (row.edited_by_hand, row.post_model, row.points, row.same_draft) == (False, None, (), None)
    assert (row.annotator, row.reviewer, row.verdict) == ("ann", "rev", "approved")


def test_a_corrected_caption_keeps_what_was_rejected():
    (row,) = triples(corrected().desk.ledger)
    assert (row.verdict, row.same_draft, row.edited_by_hand) == ("corrected", True, True)
    assert row.post_caption == "A better one."
    assert row.rejected_post_caption
    assert row.rejected_post_caption != row.post_caption
    assert row.rejected_critique == row.critique, "the reviewer left the critique alone"
    assert [each.verdict for each in row.points] == ["disagreed"]
    assert [each.addressed for each in row.points] == [False], "the tests' writer carries nothing out"


def test_a_new_critique_of_a_correction_does_not_inherit_ticks():
    made = criticised()
    work = made.claim(REV)
    made.desk.reject(REV, made.key(), work, "no", {"p1": "disagreed"})
    (old,) = made.task().rounds[-1].critique.points
    same_id = replace(old, instruction="another word")
    made.desk.critique(REV, made.key(), work, critique(same_id, raw="Mine."))
    made.desk.revise(REV, made.key(), work)
    made.desk.edit(REV, made.key(), work, "Mine.")
    made.desk.correct(REV, made.key(), work)
    (row,) = triples(made.desk.ledger)
    assert row.critique_raw == "Mine."
    assert [each.verdict for each in row.points] == [None], "it is another point, although its id is the same"
    assert row.rejected_critique != row.critique


@pytest.mark.parametrize("mode", ["edit", "write"])
def test_the_other_modes_have_no_critique(mode: str):
    made = bench(policy=Policy(modes={mode: 1.0}))  # type: ignore[dict-item]
    made.label()
    made.draft()
    work = made.claim(ANN)
    made.desk.edit(ANN, made.key(), work, "By hand.")
    made.desk.submit(ANN, made.key(), work)
    made.desk.approve(REV, made.key(), made.claim(REV), {})
    (row,) = triples(made.desk.ledger)
    assert row.kind == {"edit": "edited", "write": "written"}[mode]
    assert (row.critique, row.critique_raw, row.rating, row.edited_by_hand) == (None, None, None, True)
    assert (row.pre_caption is None) == (mode == "write")


def test_parquet_and_jsonl_say_the_same_and_the_same_again(tmp_path: Path):
    ledger = corrected().desk.ledger
    lines = write_triples(triples(ledger), tmp_path / "t.jsonl")
    table = write_triples(triples(ledger), tmp_path / "t.parquet")
    assert lines.rows == table.rows == 1
    (plain,) = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    (row,) = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert set(row) == set(plain)
    assert dict(row["parents"]) == plain["parents"]
    for name in set(row) - {"parents", "drafted_at", "submitted_at", "settled_at"}:
        assert row[name] == plain[name], name
    assert row["settled_at"].isoformat() == plain["settled_at"]
    assert write_triples(triples(ledger), tmp_path / "u.parquet").hash == table.hash
    assert write_triples(triples(ledger), tmp_path / "u.jsonl").hash == lines.hash


def test_a_failed_export_leaves_what_stood_there(tmp_path: Path):
    path = tmp_path / "t.jsonl"
    path.write_text("as it was")

    def breaks():
        yield next(iter(triples(perfect().desk.ledger)))
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        write_triples(breaks(), path)
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(BadInput, match="neither"):
        write_triples([], tmp_path / "t.csv")


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_what_is_written_is_read_back_equal(tmp_path, suffix):
    for made in (perfect(), criticised(), corrected()):
        rows = list(triples(made.desk.ledger))
        path = tmp_path / f"rows{suffix}"
        write_triples(rows, path)
        assert list(read_triples(path)) == rows


def test_words_without_a_film_are_written_and_read(tmp_path):
    [row] = triples(perfect().desk.ledger)
    bare = replace(row, video_hash=None, start_pts=None, end_pts=None, time_base=None, ledger_seq=None, settled_at=None)
    for suffix in (".parquet", ".jsonl"):
        write_triples([bare], tmp_path / f"rows{suffix}")
        assert list(read_triples(tmp_path / f"rows{suffix}")) == [bare]


@pytest.mark.parametrize(
    ("line", "said"),
    [("[1]", "line 1 is no object"), ("{", "no JSONL"), ('{"triple_id": 3}', "row 1"), ("{}", "row 1: Triple lacks")],
)
def test_a_row_that_is_no_triple_is_named(tmp_path, line, said):
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(VideolectError, match=re.escape(said)):
        list(read_triples(path))


def test_a_triple_twice_is_refused_and_strange_columns_are_left_aside(tmp_path):
    [row] = triples(perfect().desk.ledger)
    line = json.dumps({**row.plain(), "mood": "good"})
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n")
    assert list(read_triples(path)) == [row]
    path.write_text(f"{line}\n{line}\n")
    with pytest.raises(BadInput, match="twice"):
        list(read_triples(path))
