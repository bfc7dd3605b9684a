"""Golden figures of the tables beside the triples: states of primitives, audits of captions, the split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from videolect.dataset.authors.defects import blank
from videolect.dataset.authors.files import Kind, Row, read_table, rows_of
from videolect.dataset.authors.triples import source_digest, source_key
from videolect.dataset.golden.data import Reference

_STATES, _AUDITS = "primitive_states.parquet", "audits.parquet"
_SCORES = ("overall", "subject", "scene", "motion", "spatial", "camera")
_COLUMNS: Mapping[str, Kind] = {
    "dataset": "text", "complete": "flag", "caption": "text", "caption_segments": "segments", "spans": "spans",
    "critique": "text", "overall": "whole", "subject": "whole", "scene": "whole", "motion": "whole", "spatial": "whole",
    "camera": "whole",
}  # fmt: skip


def primitives(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Yes and no of each primitive; no row is undetermined."""
    table = read_table(of.folder, _STATES, {"primitive": "text", "video_id": "text", "value": "flag"})
    table = table.filter(pc.is_valid(table["value"]))
    grouped = table.group_by("primitive").aggregate([("value", "count"), ("value", "sum")])
    per_primitive = {
        str(row["primitive"]): [row["value_sum"], row["value_count"] - row["value_sum"]]
        for row in rows_of(grouped, _STATES)
    }
    positive = sum(yes for yes, _ in per_primitive.values())
    return {
        "primitive_states": {
            "rows": table.num_rows,
            "positive": positive,
            "negative": table.num_rows - positive,
            "primitives_with_data": len(per_primitive),
            "clips": len(pc.unique(table["video_id"])),
        },
        "per_primitive": per_primitive,
    }


def audits(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Items, marked spans and mean scores of each audited dataset. Whether a span is exact is looked up in its text."""
    rows = rows_of(read_table(of.folder, _AUDITS, _COLUMNS), _AUDITS)
    names = sorted({str(row["dataset"]) for row in rows})
    return {name: _audit([row for row in rows if row["dataset"] == name]) for name in names} | {"all": _audit(rows)}


def _audit(rows: Sequence[Row]) -> dict[str, Any]:
    complete = [row for row in rows if row["complete"]]
    spans = [_is_exact(row, span) for row in rows for span in row["spans"] or ()]
    means = {}
    for name in _SCORES:
        given = [row[name] for row in complete if row[name] is not None]
        means[name] = float(np.mean(given)) if given else None
    return {
        "items": len(rows),
        "complete": len(complete),
        "spans": len(spans),
        "spans_exact": sum(spans),
        "with_critique": sum(not blank(row["critique"]) for row in rows),
        "mean_scores": means,
    }


def _is_exact(row: Row, span: Row) -> bool:
    """Whether the span's words stand where it says, in the caption or in one segment of it."""
    segments, at = row["caption_segments"] or (), span["segment"]
    if at is not None and segments:
        text = segments[at]["text"] if 0 <= at < len(segments) else None
    else:
        text = row["caption"]
    start, end = span["start"], span["end"]
    if text is None or start is None or end is None or start < 0:
        return False
    return bool(text[start:end] == span["text"])


def split(of: Reference, theirs: object) -> Mapping[str, Any]:
    """The worked examples by our own rule, and how many sources and clips there are."""
    examples = theirs.get("examples") if isinstance(theirs, Mapping) else None
    return {
        "examples": [_example(each) for each in examples] if isinstance(examples, list) else [],
        "sources": len({row["source_key"] for row in of.every_row}),
        "videos": len({row["video_id"] for row in of.every_row}),
    }


def _example(example: object) -> Mapping[str, Any]:
    clip = example.get("video_id") if isinstance(example, Mapping) else None
    if not isinstance(clip, str):
        return {}
    source = source_key(clip)
    digest = source_digest(source)
    return {"source_key": source, "digest0": digest[0], "digest1": digest[1]}
