"""The linter over the final captions, and how well it tells helpful critiques from others.

    python -m benchmarks.caption_lint --data DIR [--half report|tuning] [--json] [--draw N --seed S]

Constructiveness: critiques that people wrote (rating below 5) against the machine-made ones that only find fault, of
the same sources. The threshold is the best one on the tuning half and is applied to the report half; a critique's
length in words is measured in the same way beside it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.caption_claims import HALVES, captions, half_of
from benchmarks.data import ended, reference
from videolect.language.lint import Finding, constructiveness, lint

ASPECTS = ("subject", "scene", "motion", "spatial", "camera")


def findings(data: Path, half: int) -> dict[str, list[tuple[Finding, str]]]:
    """Every finding with its caption, by kind."""
    found: dict[str, list[tuple[Finding, str]]] = defaultdict(list)
    for row in captions(data, ASPECTS, half):
        for finding in lint(row["final_caption"], row["aspect"]):
            found[finding.kind].append((finding, row["final_caption"]))
    return found


def critiques(data: Path) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(half, text) of people's critiques and of those that only find fault, of the sources that have both."""
    made = pq.read_table(data / "critiques.parquet", columns=["source_key", "variant", "critique"]).to_pylist()
    blunt = [row for row in made if row["variant"] == "nonconstructive_critique" and row["critique"]]
    sources = {row["source_key"] for row in blunt}
    columns = ["source_key", "rating", "critique_final", "review_status"]
    written = pq.read_table(data / "triples.parquet", columns=columns).to_pylist()
    human = [
        (half_of(row["source_key"]), row["critique_final"])
        for row in written
        if row["critique_final"]
        and row["rating"] is not None
        and row["rating"] < 5
        and row["review_status"] in ("approved", "rejected")
        and row["source_key"] in sources
    ]
    return human, [(half_of(row["source_key"]), row["critique"]) for row in blunt]


def separation(data: Path, score: Callable[[str], float]) -> dict[str, float]:
    """Balanced accuracy on the report half at the threshold that is best on the tuning half."""
    human, blunt = critiques(data)

    def balanced(half: int, threshold: float) -> float:
        good = [value >= threshold for each, value in high if each == half]
        bad = [value < threshold for each, value in low if each == half]
        return (sum(good) / len(good) + sum(bad) / len(bad)) / 2

    high = [(half, score(text)) for half, text in human]
    low = [(half, score(text)) for half, text in blunt]
    best = max({value for half, value in [*high, *low] if half == 0}, key=lambda threshold: balanced(0, threshold))
    return {
        "threshold": best,
        "tuning": balanced(0, best),
        "report": balanced(1, best),
        "human": sum(half == 1 for half, _ in human),
        "blunt": sum(half == 1 for half, _ in blunt),
    }


def main() -> None:
    """Count, draw, separate; print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the reference data")
    parser.add_argument("--half", choices=list(HALVES), default="report", help="of the sources (default: report)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--draw", type=int, default=0, metavar="N", help="print N findings of each kind to be read")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    folder = reference(named=asked.data)
    found = findings(folder, HALVES[asked.half])
    total = len(captions(folder, ASPECTS, HALVES[asked.half]))
    counts = {
        kind: {"findings": len(every), "captions": len({text for _, text in every})}
        for kind, every in sorted(found.items(), key=lambda item: -len(item[1]))
    }
    apart = {
        "constructiveness": separation(folder, constructiveness),
        "length": separation(folder, lambda text: float(len(text.split()))),
    }
    if asked.json:
        print(json.dumps({"half": asked.half, "captions": total, "kinds": counts, "separation": apart}, indent=1))
        return
    print(f"half: {asked.half}, {total} captions")
    for kind, count in counts.items():
        print(f"  {kind:20s} {count['findings']:6d} findings in {count['captions']:5d} captions")
    for name, figures in apart.items():
        print(f"{name}: balanced accuracy {figures['report']:.3f} (tuning half {figures['tuning']:.3f})", end="")
        print(f" at {figures['threshold']:.2f}; {figures['human']:.0f} human, {figures['blunt']:.0f} others")
    for kind, drawn in _drawn(found, asked.draw, asked.seed).items():
        print(f"\n== {kind}")
        for finding, text in drawn:
            before, after = text[max(0, finding.start - 90) : finding.start], text[finding.end : finding.end + 70]
            print(f"  {before!r} >>{finding.words!r}<< {after!r}")


def _drawn(found: dict[str, list[tuple[Finding, str]]], size: int, seed: int) -> dict[str, list[tuple[Finding, str]]]:
    rng = random.Random(seed)
    kinds = Counter({kind: len(every) for kind, every in found.items()})
    return {kind: rng.sample(found[kind], min(size, kinds[kind])) for kind in sorted(found)} if size else {}


if __name__ == "__main__":
    sys.exit(ended(main))
