"""A small folder in the layout of the paper authors' data. All of it is made up: names, people, words and figures."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from videolect.dataset.authors.triples import COLUMNS

_TYPES = {"text": pa.string(), "whole": pa.int8(), "flag": pa.bool_()}
SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()] + [("beyond", pa.string())])

_DRAFT = "A heron stands in the reeds."
_FINAL = "A grey heron stands in the reeds and looks left."
_CRITIQUE = "The heron is grey, and it looks left."


def row(clip: str, aspect: str, **changes: Any) -> dict[str, Any]:
    """An approved caption whose draft was rated 4."""
    plain: dict[str, Any] = dict.fromkeys(SCHEMA.names)
    plain |= {
        "video_id": clip, "source_key": clip.split(".")[0], "aspect": aspect, "track": "main",
        "review_status": "approved", "annotator": "ann", "author": "ann", "reviewer": "rob",
        "reviewed_at": "2031-05-03T10:00:00.5", "review_approved": True,
        "pre_caption": _DRAFT, "pre_caption_model": "shown-model", "pre_caption_prompt_id": "shown-prompt",
        "draft_model": "draft-model", "draft_prompt_id": "draft-prompt", "draft_at": "2031-05-01T08:00:00",
        "rating": 4, "critique_raw": "grey! looks left", "critique_polished": _CRITIQUE, "critique_final": _CRITIQUE,
        "revise_model": "revise-model", "revised_caption": _FINAL, "final_caption": _FINAL,
        "annotated_at": "2031-05-02T09:00:00",
    }  # fmt: skip
    assert not changes.keys() - plain.keys()
    return plain | changes


def perfect(clip: str, aspect: str, **changes: Any) -> dict[str, Any]:
    """An approved caption whose draft was rated 5."""
    chain = dict.fromkeys(("critique_raw", "critique_polished", "critique_final", "revise_model", "revised_caption"))
    return row(clip, aspect, **({"rating": 5, "final_caption": _DRAFT} | chain | changes))


def corrected(clip: str, aspect: str, **changes: Any) -> dict[str, Any]:
    """A caption that the reviewer corrected: the annotator had called the draft perfect."""
    refused: dict[str, Any] = {
        "review_status": "rejected", "review_approved": False, "author": "rob", "annotated_at": "2031-05-04T10:00:00",
        "rejected_pre_caption": _DRAFT, "rejected_rating": 5, "rejected_author": "ann",
        "rejected_final_caption": _DRAFT, "rejected_annotated_at": "2031-05-02T09:00:00",
    }  # fmt: skip
    return row(clip, aspect, **(refused | changes))


def unjudged(clip: str, aspect: str) -> dict[str, Any]:
    """A draft that nobody has rated."""
    left = ("video_id", "source_key", "aspect", "track", "pre_caption", "draft_model", "draft_prompt_id", "draft_at")
    plain = row(clip, aspect)
    names = {"pre_caption_model": "draft-model", "pre_caption_prompt_id": "draft-prompt"}
    return (
        {name: value if name in left else None for name, value in plain.items()}
        | names
        | {"review_status": "draft_only"}
    )


ROWS = (
    row("reed-bed.0.1.mp4", "subject"),
    perfect("reed-bed.0.1.mp4", "scene"),
    corrected("reed-bed.0.1.mp4", "motion"),
    corrected(
        "reed-bed.0.1.mp4",
        "spatial",
        rating=3,
        rejected_rating=2,
        rejected_pre_caption="A stork.",
        author="eve",
        rejected_critique_final="It is no stork.",
        rejected_critique_raw="no stork",
        draft_text_differs="A stork stands there.",
        critique_raw="灰色的鹭",
    ),
    row("reed-bed.0.1.mp4", "camera", critique_raw="镜头 pans left", final_caption=_FINAL + " It is dusk."),
    row("-mill.3.mp4", "subject", final_caption=_DRAFT, revised_caption=_DRAFT),
    row("-mill.3.mp4", "scene", final_caption="A heron 鹭 in the reeds."),
    row("-mill.3.mp4", "motion", review_status="unreviewed", review_approved=None, reviewer=None, reviewed_at=None),
    unjudged("-mill.3.mp4", "spatial"),
    corrected("-mill.3.mp4", "camera", review_status="rejected_pending", author="ann", rejected_author="ann"),
)
"""Ten rows, of which seven are settled and five can be used."""

VARIANTS = (
    {"variant": "blind_model_critique", "critique": "The heron is red.", "revised_caption": "A red heron."},
    {
        "variant": "video_model_critique", "critique": "The caption is accurate and requires no edits.",
        "revised_caption": _DRAFT, "fallback_note": "written by another", "source_matches_triple": False,
    },
    {"variant": "deletion_error_critique", "status": "skipped", "aspect": "scene"},
    {"variant": "worst_caption_generation", "bad_caption": "A tractor in the snow."},
)  # fmt: skip
_VARIANT = {
    "video_id": "reed-bed.0.1.mp4", "source_key": "reed-bed", "aspect": "subject", "model": "m", "mode": "Text Only",
    "status": "success", "generated_at": None, "fallback_note": None, "critique": None, "revised_caption": None,
    "bad_caption": None,
    "source_matches_triple": True,
}  # fmt: skip

STATES = (("pan_left", "a", True), ("pan_left", "b", False), ("pan_left", "c", False), ("zoom_in", "a", True))

_SPAN = {"segment": None, "start": 2, "end": 7, "exact": True}
AUDITS = (
    {
        "dataset": "Ponds", "complete": True, "caption": "A heron.", "critique": "Which?", "overall": 4, "subject": 2,
        "caption_segments": None, "spans": [_SPAN | {"text": "heron"}, _SPAN | {"text": " heron", "exact": False}],
    },
    {
        "dataset": "Mills", "complete": True, "caption": "Two parts.", "critique": " ", "overall": 5, "subject": 4,
        "caption_segments": [{"text": "A mill."}, {"text": "A wheel."}],
        "spans": [{"text": "wheel", "segment": 1, "start": 2, "end": 7, "exact": True}],
    },
    {"dataset": "Mills", "complete": False, "caption": None, "critique": None, "spans": []},
)  # fmt: skip
_SEGMENTS = pa.list_(pa.struct([("text", pa.string())]))
_SPANS = pa.list_(
    pa.struct(
        [("text", pa.string()), ("segment", pa.int16()), ("start", pa.int32()), ("end", pa.int32()),
         ("exact", pa.bool_())]
    )
)  # fmt: skip
_SCORES = ("overall", "subject", "scene", "motion", "spatial", "camera")
_AUDIT_SCHEMA = pa.schema(
    [("dataset", pa.string()), ("complete", pa.bool_()), ("caption", pa.string()), ("caption_segments", _SEGMENTS),
     ("spans", _SPANS), ("critique", pa.string()), *[(name, pa.int8()) for name in _SCORES]]
)  # fmt: skip

RAW = {
    "subject_description/reed-bed.0.1.mp4_precaption.json": '{"pre_caption": "A heron."}',
    "subject_description/reed-bed.0.1.mp4_feedback.json": '{"user": "ann", "final_caption": "See [url]."}\n',
    "subject_description/reed-bed.0.1.mp4_review.json": '{"reviewer_name": "rob"}',
    "raw_light/-mill.3.mp4_feedback.json": '{"final_caption": "Dusk."}',
    "raw_light/-mill.3.mp4_feedback_prev.json": '{"pre_caption": "Night."}',
}

GOLDEN: Mapping[str, Any] = {
    "counts.json": {
        "rows": 10, "annotated": 9, "reviewed": 8, "settled": 7, "videos": 2, "sources": 2,
        "by_aspect_and_status": {
            "subject": {"approved": 2},
            "scene": {"approved": 2},
            "motion": {"rejected": 1, "unreviewed": 1},
            "spatial": {"rejected": 1, "draft_only": 1},
            "camera": {"approved": 1, "rejected_pending": 1},
        },
        "by_status": {"approved": 5, "rejected": 2, "rejected_pending": 1, "unreviewed": 1, "draft_only": 1},
        "videos_five_aspects_annotated": 1, "videos_five_aspects_settled": 1,
    },
    "review.json": {"all": {"reviewed": 8, "rejected": 3, "reject_rate": 0.375}},
    "longer_wins.json": {
        "population": "prose",
        "length_words_str_split": {
            "all": {
                "n": 7, "wins": 5, "ties": 2, "losses": 0, "strict_accuracy": 0.7143, "half_tie_accuracy": 0.8571,
                "tie_rate": 0.2857,
            },
        },
    },
    "bleu_pre_vs_final.json": {"reviewed": {"rating_below_5": {"spatial": {"n": 1, "cased": 37.765}}}},
    "word_edit_distance.json": {
        "reviewed_rating_below_5": {
            "subject": {"n": 2, "mean": 2.5, "median": 2.5, "p95": 4.75, "normalised_mean": 0.25},
        }
    },
    "critique_variants.json": {
        "sampled_sources": 1, "videos": 1,
        "by_variant": {
            "video_model_critique": {"rows": 1, "success": 1, "skipped": 0, "sentinel_prefix": 1, "stale": 1},
            "deletion_error_critique": {"success": 0, "skipped": 1, "text_words": {"n": 0}},
        },
    },
    "primitives.json": {
        "primitive_states": {"rows": 4, "positive": 2, "negative": 2, "primitives_with_data": 2, "clips": 3},
        "per_primitive": {"pan_left": [1, 2], "zoom_in": [1, 0]},
    },
    "audits.json": {
        "Mills": {"items": 2, "complete": 1, "spans": 1, "spans_exact": 1, "mean_scores": {"overall": 5.0}},
        "all": {"items": 3, "complete": 2, "spans": 3, "spans_exact": 2, "with_critique": 1,
                "mean_scores": {"overall": 4.5, "subject": 3.0}},
    },
    "split.json": {
        "examples": [
            {"video_id": "light-harbour-at-dusk.4.2.mp4", "source_key": "harbour-at-dusk", "digest0": 68, "digest1": 67}
        ],
        "sources": 2,
    },
    "raw_layout.json": {
        "files": {
            "raw_light/feedback": 1, "raw_light/feedback_prev": 1, "subject_description/feedback": 1,
            "subject_description/precaption": 1, "subject_description/review": 1,
        },
        "files_total": 5,
        "videos": ["-mill.3.mp4", "reed-bed.0.1.mp4"],
        "redacted_files": 1,
        "defects": {
            "below_5_but_unchanged": [["-mill.3.mp4", "subject"]],
            "chinese_final_caption": [["-mill.3.mp4", "scene"]],
            "feedback_without_author": [["-mill.3.mp4", "raw_light"]],
            "incomplete_video": [["-mill.3.mp4", "*"]],
            "leading_dash_id": [["-mill.3.mp4", "*"]],
            "review_without_timestamp_field": [["reed-bed.0.1.mp4", "subject"]],
            "trailing_newline_file": [["reed-bed.0.1.mp4", "subject_description"]],
        },
    },
}  # fmt: skip
"""Figures of the rows above, worked out by hand."""


def write(folder: Path, *, rows: Iterable[Mapping[str, Any]] = ROWS, golden: Mapping[str, Any] = GOLDEN) -> Path:
    """Write the folder; it is what is returned."""
    (folder / "golden").mkdir(parents=True)
    write_rows(folder, rows)
    variants = [_VARIANT | each for each in VARIANTS]
    pq.write_table(pa.Table.from_pylist(variants), folder / "critiques.parquet")
    states = [dict(zip(("primitive", "video_id", "value"), each, strict=True)) for each in STATES]
    pq.write_table(pa.Table.from_pylist(states), folder / "primitive_states.parquet")
    pq.write_table(pa.Table.from_pylist([*AUDITS], schema=_AUDIT_SCHEMA), folder / "audits.parquet")
    write_archive(folder, RAW)
    for name, figures in golden.items():
        (folder / "golden" / name).write_text(json.dumps(figures))
    return folder


def write_rows(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """triples.parquet."""
    pq.write_table(pa.Table.from_pylist([dict(each) for each in rows], schema=SCHEMA), folder / "triples.parquet")


def write_archive(folder: Path, files: Mapping[str, str]) -> None:
    """raw-layout.tar.zst."""
    with (
        pa.output_stream(str(folder / "raw-layout.tar.zst"), compression="zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        for name, text in files.items():
            member = tarfile.TarInfo(f"caption/output_captions/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
