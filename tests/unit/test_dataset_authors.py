"""The paper authors' data as ours: what becomes a triple, what does not and why, and the variants of critiques."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import authors_folder
from tests.support.authors_folder import ROWS, corrected, perfect, row
from videolect.cli.main import main
from videolect.dataset.authors.defects import DEFECTS, UNUSABLE
from videolect.dataset.authors.triples import (
    VARIANTS,
    authors_variants,
    language_of,
    part_of,
    read_authors,
    source_digest,
    source_key,
    triple_id,
)
from videolect.dataset.triple_files import read_triples
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.record.critique import SENTINEL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return authors_folder.write(tmp_path / "authors")


def read_rows(folder: Path, *rows: dict[str, Any], **how: bool):
    authors_folder.write_rows(folder, rows)
    return read_authors(folder, **how)


# ------------------------------------------------------------------------------------------------------------- triples


def test_settled_rows_become_triples_and_all_others_are_counted(folder: Path):
    found = read_authors(folder)
    assert [(each.video_id, each.aspect) for each in found.triples] == [
        ("reed-bed.0.1.mp4", aspect) for aspect in ("subject", "scene", "motion", "spatial", "camera")
    ]
    assert found.left_out == {
        "below_5_but_unchanged": 1, "cjk_in_final_caption": 1, "draft_only": 1, "rejected_pending": 1, "unreviewed": 1,
    }  # fmt: skip
    assert len(found.triples) + sum(found.left_out.values()) == len(ROWS)
    kept = read_authors(folder, with_unusable=True)
    assert len(kept.triples) == 7
    assert kept.left_out == {"draft_only": 1, "rejected_pending": 1, "unreviewed": 1}
    assert kept.defects == found.defects, "defects are of the file, not of what is kept"


def test_defects_are_counted_over_all_rows(folder: Path):
    assert read_authors(folder).defects == {
        "below_5_but_unchanged": 1, "cjk_in_final_caption": 1, "cjk_in_raw_critique": 2,
        "corrected_by_another_person": 1, "corrected_on_another_draft": 1, "draft_differs": 1,
        "draft_model_overwritten": 8, "draft_prompt_overwritten": 8,
    }  # fmt: skip


def test_an_approved_caption(folder: Path):
    first, second, *_ = read_authors(folder).triples
    assert (first.kind, first.rating, first.verdict, first.mode) == ("revised", 4, "approved", "critique")
    assert (first.critique_raw, first.critique_language) == ("grey! looks left", "en")
    assert first.critique == "The heron is grey, and it looks left."
    assert (first.pre_model, first.pre_prompt_hash, first.post_model) == ("draft-model", "draft-prompt", "revise-model")
    assert (first.annotator, first.reviewer, first.edited_by_hand) == ("ann", "rob", False)
    assert first.drafted_at == datetime(2031, 5, 1, 8, tzinfo=UTC)
    assert first.submitted_at == datetime(2031, 5, 2, 9, tzinfo=UTC)
    assert first.settled_at == datetime(2031, 5, 3, 10, 0, 0, 500_000, tzinfo=UTC)
    unknown = (first.video_hash, first.start_pts, first.end_pts, first.time_base, first.ledger_seq)
    assert {*unknown, first.active_seconds, first.same_draft, first.rejected_critique} == {None}
    assert (first.campaign, first.spec_version, first.spec_hash, first.points) == (
        "authors-2025",
        "authors-2025",
        "",
        (),
    )
    assert (second.kind, second.critique, second.critique_raw, second.post_model) == ("perfect", SENTINEL, None, None)
    assert second.post_caption == second.pre_caption


def test_a_corrected_caption_carries_what_was_rejected(folder: Path):
    motion, spatial, camera = read_authors(folder).triples[2:]
    assert (motion.kind, motion.verdict, motion.same_draft) == ("revised", "corrected", True)
    assert (motion.rejected_critique, motion.rejected_post_caption) == (SENTINEL, motion.pre_caption)
    assert (motion.annotator, motion.reviewer) == ("ann", "rob")
    assert motion.submitted_at == datetime(2031, 5, 2, 9, tzinfo=UTC), "the first hand-in"
    assert motion.settled_at == datetime(2031, 5, 4, 10, tzinfo=UTC), "the correction, not the verdict before it"
    assert (spatial.same_draft, spatial.rejected_critique) == (False, "It is no stork.")
    assert spatial.reviewer == "eve", "who corrected, not who rejected"
    assert (spatial.pre_model, spatial.pre_prompt_hash, spatial.drafted_at) == (None, None, None), "another draft's"
    assert (spatial.critique_language, camera.critique_language) == ("zh", "mul")
    assert camera.edited_by_hand


def test_an_approved_caption_with_an_older_version_was_not_corrected(folder: Path):
    older = {"rejected_author": "ann", "rejected_pre_caption": "x", "rejected_rating": 3, "rejected_final_caption": "y"}
    found = read_rows(folder, row("reed-bed.0.1.mp4", "subject", **older))
    (triple,) = found.triples
    assert (triple.verdict, triple.rejected_post_caption, triple.same_draft) == ("approved", None, None)
    assert found.defects["approved_with_older_version"] == 1


@pytest.mark.parametrize(
    ("made", "reason", "kept_when_asked"),
    [
        (row("a.1.mp4", "scene", critique_final=" "), "no_final_critique", True),
        (row("a.1.mp4", "scene", critique_final="It is 鹭."), "cjk_in_final_critique", True),
        (row("a.1.mp4", "scene", track="trial"), "other_track", False),
        (row("a.1.mp4", "scene", review_status="lost"), "unknown_status", False),
        (row("a.1.mp4", "scene", final_caption=None), "incomplete", False),
        (row("a.1.mp4", "scene", rating=7), "incomplete", False),
        (row("a.1.mp4", "scene", rating=None), "incomplete", False),
        (row("a.1.mp4", "scene", annotated_at="yesterday"), "unreadable_time", False),
        (perfect("a.1.mp4", "scene", final_caption="Another."), "rating_5_but_changed", False),
    ],
)
def test_nothing_is_left_out_without_a_reason(folder: Path, made: dict[str, Any], reason: str, kept_when_asked: bool):
    found = read_rows(folder, made)
    assert (found.triples, found.left_out) == ((), {reason: 1})
    assert len(read_rows(folder, made, with_unusable=True).triples) == kept_when_asked


def test_a_task_that_is_there_twice_is_taken_once(folder: Path):
    found = read_rows(folder, row("a.1.mp4", "scene"), corrected("a.1.mp4", "scene"))
    assert (len(found.triples), found.left_out) == (1, {"twice": 1})


def test_every_reason_to_leave_out_is_a_defect_with_a_name():
    assert {*UNUSABLE} <= DEFECTS.keys()


@pytest.mark.parametrize(
    ("raw", "language"),
    [("a heron", "en"), ("鹭", "zh"), ("鹭。1", "zh"), ("鹭 heron", "mul"), (" ", None), (None, None)],
)
def test_the_language_of_the_raw_words(raw: str | None, language: str | None):
    assert language_of(raw) == language


def test_ids_are_those_of_every_reading(folder: Path):
    ids = [each.triple_id for each in read_authors(folder).triples]
    assert ids == [each.triple_id for each in read_authors(folder, with_unusable=True).triples][:5]
    assert ids[0] == triple_id("reed-bed.0.1.mp4", "subject") == "d9798ae595d0aa0fa807"
    assert len({*ids}) == 5


# ------------------------------------------------------------------------------------------------------------ variants


def test_variants_are_keyed_to_their_triples(folder: Path):
    blind, video, skipped, worst = authors_variants(folder)
    assert blind.triple_id == read_authors(folder).triples[0].triple_id
    assert (blind.text, blind.revised_caption, blind.bad_caption) == ("The heron is red.", "A red heron.", None)
    assert (blind.fallback, blind.stale, video.fallback, video.stale) == (False, False, True, True)
    assert (skipped.status, skipped.text, skipped.aspect) == ("skipped", None, "scene")
    assert (worst.text, worst.critique) == ("A tractor in the snow.", None)
    assert {blind.variant, video.variant, skipped.variant, worst.variant} <= {*VARIANTS}


# --------------------------------------------------------------------------------------------------- sources and split


@pytest.mark.parametrize(
    ("clip", "source"),
    [
        ("reed-bed.0.1.mp4", "reed-bed"),
        ("light-4711.0.4.mp4", "4711"),
        ("-night.3.mp4", "-night"),
        ("4711_12_20.mp4", "4711"),
        ("elevenchars_0848_0850.mp4", "elevenchars"),
        ("short_0848_0850.mp4", "short_0848_0850"),  # ten characters or fewer may be a name with numbers in it
        ("elevenchars_part_2.mp4", "elevenchars_part"),
        ("old-mill-race.mp4", "old-mill-race"),
        ("old-mill-race.mp4.3", "old-mill-race.mp4"),
        ("a_light-4711.mp4", "a_light-4711"),
    ],
)
def test_the_source_of_a_clip(clip: str, source: str):
    assert source_key(clip) == source


def test_the_part_of_a_source():
    assert (source_digest("harbour-at-dusk")[:2], source_digest("meadow-view-1")[:2]) == (b"\x44\x43", b"\xc5\x96")
    assert (part_of("harbour-at-dusk"), part_of("meadow-view-1")) == ("dev", "held-out")


# ------------------------------------------------------------------------------------------------- files, command line


def test_the_command_needs_no_workspace(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "triples.parquet"
    words = ["data", "triples", "--from-authors", str(folder), "--out", str(out)]
    assert main([*words, "--json", "--workspace", str(tmp_path / "none")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["path"], answer["left_out"]["draft_only"]) == (5, str(out), 1)
    assert answer["defects"]["draft_model_overwritten"] == 8
    assert tuple(read_triples(out)) == read_authors(folder).triples, "what is written is read back"
    assert main([*words, "--with-unusable"]) == 0
    told = capsys.readouterr().out
    assert "7 triples are in" in told
    assert "rejected_pending: 1" in told
    assert "draft_differs: 1" in told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--from-authors", "{tmp}/none"], "There is no triples.parquet"),
        (["--from-authors", "{tmp}/authors", "--campaign", "c"], "--campaign is for a workspace"),
        (["--with-unusable"], "--from-authors DIR"),
    ],
)
def test_wrong_asking_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], told: str
):
    words = [word.format(tmp=tmp_path) for word in more]
    assert main(["data", "triples", "--out", str(tmp_path / "o.jsonl"), *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "o.jsonl").exists()


def test_a_folder_that_lacks_or_spoils_something_is_told(folder: Path):
    path = folder / "triples.parquet"
    whole = pq.read_table(path)
    pq.write_table(whole.drop_columns(["draft_model"]), path)
    with pytest.raises(BadInput, match="no column 'draft_model'"):
        read_authors(folder)
    rating = whole.schema.get_field_index("rating")
    pq.write_table(whole.set_column(rating, "rating", pa.array(["4"] * len(whole))), path)
    with pytest.raises(BadInput, match=r"'rating' of triples\.parquet holds string"):
        read_authors(folder)
    pq.write_table(whole, path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(CannotRead, match=r"triples\.parquet"):
        read_authors(folder)
    path.unlink()
    with pytest.raises(NotFound, match=r"no triples\.parquet"):
        read_authors(folder)


# --------------------------------------------------------------------------------------------------- the authors' data


def test_the_authors_triples_are_as_many_as_they_say(reference_data: Path, tmp_path: Path):
    golden = json.loads((reference_data / "golden" / "benchmark_items.json").read_text())
    found = read_authors(reference_data)
    low = sum(each.kind == "revised" for each in found.triples)
    expected = golden["settled_usable_no_cjk"]
    assert (len(found.triples), 2 * low) == (expected["caption_generation"], expected["critique_generation"])
    kept = read_authors(reference_data, with_unusable=True)
    assert len(kept.triples) == golden["settled"]["caption_generation"]
    known = {each.triple_id for each in kept.triples}
    assert all(each.triple_id in known for each in authors_variants(reference_data))
    assert {part_of(each.source_id) for each in kept.triples} == {"dev"}
    assert all(source_key(each.video_id) == each.source_id for each in kept.triples)
