"""Corrupted triples on disk: ``triples.parquet``, ``changes.jsonl`` (what was done to each) and ``corruption.json``.

The folder appears whole or not at all. ``data rows DIR/triples.parquet`` makes rows of it as of any other triples.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from videolect.dataset.corruption.corrupt import Corruption
from videolect.dataset.corruption.values import Corrupted
from videolect.dataset.triple_files import write_triples
from videolect.files import whole_folder
from videolect.language.spec import Spec
from videolect.metrics.edits import word_edits

FORMAT = "videolect-corruption-1"
MANIFEST, TRIPLES, CHANGES = "corruption.json", "triples.parquet", "changes.jsonl"


def write_corruption(
    folder: Path, made: Corruption, *, origin: Mapping[str, Any], code: str, spec: Spec, read_points: bool,
    writer: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Write the folder; its manifest. BadInput where it is there already, or cannot be written.

    read_points: whether points were read from free words. writer: ``model``, as it was asked for, and ``parameters``.
    """
    how = {
        "spec": {"name": spec.name, "version": spec.version, "hash": spec.hash}, "read_points": read_points,
        "writer": dict(writer),
    }  # fmt: skip
    with whole_folder(folder) as partial:
        return _write(partial, made, {"code": code, "origin": dict(origin), **how})


def _write(folder: Path, made: Corruption, told: Mapping[str, Any]) -> dict[str, Any]:
    file = write_triples((each.triple for each in made.corrupted), folder / TRIPLES)
    with (folder / CHANGES).open("w", encoding="utf-8", newline="\n") as changes:
        for each in made.corrupted:
            changes.write(json.dumps(record_of(each, made), ensure_ascii=False, sort_keys=True) + "\n")
    manifest = {
        "format": FORMAT, **told, "rule": made.rule.as_json(),
        "counts": _counts(made), "left_out": dict(made.left_out),
        "left_out_examples": {why: list(each) for why, each in made.examples.items()},
        "lengths": lengths_of(made.corrupted), "sha256": {TRIPLES: file.hash},
    }  # fmt: skip
    write_json(folder / MANIFEST, manifest)
    return manifest


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """One JSON object, to be read by people."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def record_of(one: Corrupted, made: Corruption) -> dict[str, Any]:
    """What was done to one triple."""
    return {
        "triple_id": one.triple.triple_id, "of": one.of.triple_id, "kind": made.rule.kind,
        "k": len(one.changes) if one.n is not None else None, "n": one.n, "target": made.rule.target,
        "seed": made.rule.seed, "reviser": one.reviser, "attempts": one.attempts, "reversed": one.reversed,
        "changes": [change.as_json() for change in one.changes],
        "not_applied": [{"point": each.point, "why": each.why} for each in one.not_applied],
        "words": {name: count(one) for name, count in _LENGTHS.items()}, "notes": dict(one.notes),
    }  # fmt: skip


def _words(text: str | None) -> int:
    return len((text or "").split())


_LENGTHS: Mapping[str, Callable[[Corrupted], int]] = {
    "critique_before": lambda one: _words(one.of.critique),
    "critique_said": lambda one: _words(one.said),
    "critique": lambda one: _words(one.triple.critique),
    "caption_before": lambda one: _words(one.of.post_caption),
    "caption": lambda one: _words(one.triple.post_caption),
}
"""``critique_before``: the words as they stood; ``critique_said``: the same, right, in the corrupted one's form."""


def lengths_of(corrupted: Sequence[Corrupted]) -> dict[str, Any]:
    """Words of critiques and captions before and after, and how much longer a critique became: a confound to watch."""
    counts = {name: np.array([count(one) for one in corrupted], np.float64) for name, count in _LENGTHS.items()}
    found: dict[str, Any] = {name: spread(each) for name, each in counts.items()}
    for name, base in (("ratio", "critique_said"), ("ratio_to_human", "critique_before")):
        known = counts[base] > 0
        found[name] = spread(counts["critique"][known] / counts[base][known])
    return found


def spread(values: Any) -> dict[str, float | int | None]:
    """n, mean, median, 5th and 95th percentile of some numbers. [values]"""
    values = np.asarray(values, np.float64)
    if not values.size:
        return {"n": 0, "mean": None, "median": None, "p5": None, "p95": None}
    low, middle, high = np.percentile(values, [5, 50, 95])
    told = {"mean": values.mean(), "median": middle, "p5": low, "p95": high}
    return {"n": int(values.size), **{name: round(float(value), 4) for name, value in told.items()}}


def _counts(made: Corruption) -> dict[str, Any]:
    corrupted = made.corrupted
    changes = [change for one in corrupted for change in one.changes]
    pairs = [one for one in corrupted if one.triple.critique is not None]
    return {
        "given": len(corrupted) + sum(made.left_out.values()), "corrupted": len(corrupted),
        "left_out": sum(made.left_out.values()), "reversed": sum(one.reversed for one in corrupted),
        "unchanged_captions": sum(one.triple.post_caption == one.triple.pre_caption for one in corrupted),
        "by_aspect": _counted(one.triple.aspect for one in corrupted),
        "by_reviser": _counted(one.reviser for one in corrupted),
        "changes": len(changes), "by_evidence": _counted(change.evidence for change in changes if change.evidence),
        "from_another_source": sum(change.source is not None for change in changes),
        "not_applied": sum(len(one.not_applied) for one in corrupted),
        "captions": nearness(
            [(one.of.pre_caption or "", one.triple.post_caption, one.of.post_caption) for one in pairs]
        ),
    }  # fmt: skip


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def nearness(texts: Sequence[tuple[str, str, str]]) -> dict[str, int]:
    """Of (draft, revised, final): how many revised captions are nearer to the final one than the draft, by words."""
    before = word_edits([draft for draft, _, _ in texts], [final for _, _, final in texts])
    after = word_edits([revised for _, revised, _ in texts], [final for _, _, final in texts])
    return {
        "nearer": int((after < before).sum()), "equal": int((after == before).sum()),
        "farther": int((after > before).sum()),
    }  # fmt: skip
