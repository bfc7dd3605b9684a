"""Claims of captions against people's labels: precision and recall for each primitive of the camera.

    python -m benchmarks.caption_claims --data DIR [--half report|tuning] [--json] [--table FILE]

DIR holds ``triples.parquet`` and ``primitive_states.parquet`` of the reference data. Captions: the final ones of the
aspects camera and spatial that a reviewer approved or corrected. A claim is measured on the captions of the aspects
that the primitive belongs to. Sources are halved by the first byte of blake2b of their key: the lexicon was written on
the even half (``tuning``), figures are reported on the odd one (``report``).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import pyarrow.parquet as pq

from benchmarks.data import ended, reference
from videolect.dataset.label_tables import read_states
from videolect.language import Primitive, load_spec
from videolect.language.claims import claims_of

ASPECTS = ("camera", "spatial")
HALVES = {"tuning": 0, "report": 1}
FEW = 5
"""A primitive with fewer true labels, or fewer labelled claims, does not enter the macro figures."""


@dataclass(frozen=True)
class Figures:
    """One primitive. ``right`` = asserted and labelled true."""

    primitive: str
    captions: str
    """The aspects whose captions were read."""
    asserted: int
    """Clips whose caption asserts it, labelled or not."""
    labelled: int
    """Of these, clips with a label."""
    right: int
    true: int
    """Clips that are labelled true and have a caption."""
    found: int
    """Of these, clips whose caption asserts it."""
    silent: int
    """Of these, clips whose caption says nothing at all of the primitive's group."""
    denied: int
    """Clips with a label whose caption denies it; ``denied_right``: labelled false."""
    denied_right: int

    @property
    def precision(self) -> float | None:
        """Of the labelled claims, the share that the label bears out."""
        return self.right / self.labelled if self.labelled else None

    @property
    def recall(self) -> float | None:
        """Of the clips labelled true, the share whose caption asserts it."""
        return self.found / self.true if self.true else None

    @property
    def recall_said(self) -> float | None:
        """The same among captions that say anything of the primitive's group: silence is no misreading."""
        speaking = self.true - self.silent
        return self.found / speaking if speaking else None


def half_of(source_key: str) -> int:
    """0 for the sources on which the lexicon was written, 1 for those on which it is reported."""
    return hashlib.blake2b(source_key.encode()).digest()[0] % 2


def captions(data: Path, aspects: Iterable[str], half: int) -> list[dict[str, str]]:
    """Final captions of reviewed rows: video_id, source_key, aspect, final_caption."""
    columns = ["video_id", "source_key", "aspect", "review_status", "final_caption"]
    rows = pq.read_table(data / "triples.parquet", columns=columns).to_pylist()
    return [
        row
        for row in rows
        if row["review_status"] in ("approved", "rejected")
        and row["aspect"] in tuple(aspects)
        and row["final_caption"]
        and half_of(row["source_key"]) == half
    ]


def measure(data: Path, half: int) -> tuple[list[Figures], dict[str, float]]:
    """Figures of every primitive that has a label and is claimed or labelled true, and how long the reading took."""
    spec = load_spec()
    rows = captions(data, ASPECTS, half)
    claims_of(rows[0]["final_caption"])
    began = time.process_time()
    claims = [(row["aspect"], row["video_id"], claims_of(row["final_caption"])) for row in rows]
    seconds = time.process_time() - began
    said: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    there: dict[str, set[str]] = defaultdict(set)
    for aspect, video, found in claims:
        there[aspect].add(video)
        for claim in found:
            said[claim.primitive, claim.state, aspect].add(video)
            groups[spec.primitives[claim.primitive].group, aspect].add(video)
    states = read_states(data / "primitive_states.parquet")
    figures = []
    for primitive in spec.primitives.values():
        labels: dict[str, bool] = {}
        for name in primitive.also_known_as:
            labels = states.get(name, {}) | labels
        one = _figures(primitive, labels, said, groups, there)
        if labels and (one.true or one.asserted):
            figures.append(one)
    return figures, {"captions": len(rows), "seconds": seconds, "ms_per_caption": 1000 * seconds / len(rows)}


def _figures(
    primitive: Primitive,
    labels: dict[str, bool],
    said: dict[tuple[str, str, str], set[str]],
    groups: dict[tuple[str, str], set[str]],
    there: dict[str, set[str]],
) -> Figures:
    aspects = [aspect for aspect in ASPECTS if aspect in primitive.aspects] or list(ASPECTS)
    videos = set[str]().union(*(there[aspect] for aspect in aspects))
    asserted = set[str]().union(*(said[primitive.id, "asserted", aspect] for aspect in aspects))
    denied = set[str]().union(*(said[primitive.id, "denied", aspect] for aspect in aspects)) & labels.keys()
    speaking = set[str]().union(*(groups[primitive.group, aspect] for aspect in aspects))
    true = {video for video in videos if labels.get(video)}
    return Figures(
        primitive=primitive.id,
        captions="+".join(aspects),
        asserted=len(asserted),
        labelled=len(asserted & labels.keys()),
        right=len(asserted & true),
        true=len(true),
        found=len(true & asserted),
        silent=len(true - speaking),
        denied=len(denied),
        denied_right=sum(not labels[video] for video in denied),
    )


def macro(figures: list[Figures]) -> dict[str, float | int]:
    """Means over the primitives with enough of both; and over all claims together."""
    counted = [one for one in figures if one.true >= FEW and one.labelled >= FEW]
    labelled, right = sum(one.labelled for one in counted), sum(one.right for one in counted)
    true, found = sum(one.true for one in counted), sum(one.found for one in counted)
    return {
        "primitives": len(counted),
        "precision": mean(one.precision or 0.0 for one in counted),
        "recall": mean(one.recall or 0.0 for one in counted),
        "recall_said": mean(one.recall_said or 0.0 for one in counted),
        "micro_precision": right / labelled,
        "micro_recall": found / true,
        "precision_over_0.9": sum((one.precision or 0.0) > 0.9 for one in counted),
        "never_claimed": sum(one.true >= FEW and not one.asserted for one in figures),
    }


def table(figures: list[Figures]) -> str:
    """All of it as Markdown."""

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    lines = [
        "| primitive | captions | asserted | labelled | precision | true | recall | silent | recall, said | denied |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in figures:
        denied = f"{one.denied_right}/{one.denied}" if one.denied else "-"
        lines.append(
            f"| {one.primitive} | {one.captions} | {one.asserted} | {one.labelled} | {share(one.precision)} "
            f"| {one.true} | {share(one.recall)} | {one.silent} | {share(one.recall_said)} | {denied} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the reference data")
    parser.add_argument("--half", choices=list(HALVES), default="report", help="of the sources (default: report)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table there, as Markdown")
    asked = parser.parse_args()
    folder = reference(named=asked.data)
    figures, speed = measure(folder, HALVES[asked.half])
    summary = macro(figures)
    if asked.table:
        asked.table.write_text(table(figures))
    if asked.json:
        rows = [
            asdict(one) | {"precision": one.precision, "recall": one.recall, "recall_said": one.recall_said}
            for one in figures
        ]
        print(json.dumps({"half": asked.half, "macro": summary, "speed": speed, "primitives": rows}, indent=1))
        return
    print(table(figures))
    print(f"half: {asked.half}, {speed['captions']} captions, {speed['ms_per_caption']:.2f} ms of processor time each")
    for name, value in summary.items():
        print(f"  {name:20s} {value:.3f}" if isinstance(value, float) else f"  {name:20s} {value}")
    counted = [one for one in figures if one.true >= FEW and one.labelled >= FEW]
    print("\nworst twenty by precision")
    for one in sorted(counted, key=lambda one: one.precision or 0.0)[:20]:
        print(f"  {one.primitive:45s} {one.precision:.2f} of {one.labelled}")
    print("\nworst twenty by recall")
    for one in sorted(counted, key=lambda one: one.recall or 0.0)[:20]:
        print(f"  {one.primitive:45s} {one.recall:.2f} of {one.true}, {one.silent} silent")


if __name__ == "__main__":
    sys.exit(ended(main))
