"""How exact controlled corruption is, on drafts of staged clips, of which the truth is known.

    python -m benchmarks.corruption [--clips 60] [--data DIR]

The clips are the published label records of DIR, with set-ups, places and deeds made up for them. For each kind: how
many triples can be corrupted, why the others cannot, and how many of the captions made with them are false of the clip
by its own truth, by how the corruption knows that its words are false.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.reference import FOLDER
from tests.support.staged import published
from tests.support.triples import perfect, revised

from videolect.dataset.corruption.corrupt import corrupt
from videolect.dataset.corruption.values import KINDS, CorruptRule, Tools
from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.record.critique import Critique
from videolect.record.triple import JudgedPoint, Triple
from videolect.stage.words import ASPECTS, Draft, Telling, drafts, judge


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--data", type=Path, default=FOLDER)
    asked = parser.parse_args()
    spec = load_spec()
    truths: dict[str, Telling] = {}
    triples: list[Triple] = []
    for number, facts in enumerate(published(spec, asked.data, asked.clips)):
        truths[f"film{number}"] = Telling(spec, facts)
        for aspect in ASPECTS:
            for draft in drafts(spec, facts, aspect, seed=0, count=2):
                triples.append(triple_of(len(triples), f"film{number}", draft))
    tools = Tools(spec=spec)
    told: dict[str, Any] = {"triples": len(triples), "flawed": sum(each.kind == "revised" for each in triples)}
    for kind in KINDS:
        began = time.perf_counter()
        try:
            made = corrupt(triples, CorruptRule(kind=kind), tools)
        except BadInput as error:
            told[kind] = error.message
            continue
        seconds = time.perf_counter() - began
        false: Counter[str] = Counter()
        known: Counter[str] = Counter()
        for one in made.corrupted:
            if kind in ("inaccurate", "spurious"):
                verdict = judge(truths[one.of.source_id], one.of.aspect, one.triple.post_caption)
                evidence = one.changes[0].evidence
                known[evidence] += 1
                false[evidence] += bool(verdict.untrue)
        told[kind] = {
            "corrupted": len(made.corrupted), "left_out": dict(made.left_out), "seconds": round(seconds, 2),
            "known_by": dict(known), "false_by_the_clips_truth": dict(false),
            "from_another_source": sum(c.source is not None for one in made.corrupted for c in one.changes),
        }  # fmt: skip
    print(json.dumps(told, indent=2))


def triple_of(number: int, source: str, draft: Draft) -> Triple:
    """The triple that an exact expert would have left of this draft."""
    if not draft.points:
        return perfect(number, text=draft.text, aspect=draft.aspect, source_id=source)
    return revised(
        number, pre_caption=draft.text, post_caption=draft.truth, critique=Critique(points=draft.points).words,
        points=tuple(JudgedPoint(point=point, verdict="agreed", addressed=True) for point in draft.points),
        aspect=draft.aspect, source_id=source,
    )  # fmt: skip


if __name__ == "__main__":
    main()
