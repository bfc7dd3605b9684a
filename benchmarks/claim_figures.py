"""What drafts and final captions of the reference data claim, against its labels: by model and aspect."""

from __future__ import annotations

import time

from benchmarks import data
from videolect.dataset.authors.triples import read_authors
from videolect.dataset.rows.row import RowRule, rows_of
from videolect.evals.authors import drafters
from videolect.evals.measures import claims
from videolect.evals.measures.scores import POOLED, Measured, compared, scores_of
from videolect.evals.states import read_known
from videolect.language import load_spec
from videolect.metrics.intervals import Difference, Estimate

FIGURES = ("claims_precision", "claims_recall", "claims_hallucination", "claims_left_right", "claims_start_end")


def run(*, quick: bool) -> None:
    """Drafts of each model beside the final captions of the same clips; the difference on the same resamples."""
    folder = data.reference()
    began, spec = time.process_time(), load_spec()
    triples = read_authors(folder).triples[: 1200 if quick else None]
    rows = list(rows_of(triples, RowRule(spec=spec, tasks=("caption",))))
    known = read_known(folder / "primitive_states.parquet", spec)
    finals = claims.measure(rows, {row.row_id: row.target for row in rows}, known, spec)
    print(f"{len(rows)} captions of {len(known.clips)} labelled clips")
    print(f"\nFinal captions\n\n| aspect | {' | '.join(name[7:] for name in FIGURES)} |\n|---|{'---|' * len(FIGURES)}")
    for aspect, found in scores_of(finals, resamples=500).items():
        print(f"| {aspect} | {' | '.join(_shown(found.get(name)) for name in FIGURES)} |")
    drafts = {each.system: claims.measure(rows, each.texts, known, spec) for each in drafters(triples, rows)}
    for scope in (POOLED, "camera", "spatial"):
        print(f"\nDrafts, {scope}; final less draft\n")
        print(f"| model | {' | '.join(f'{name[7:]} | final less draft' for name in FIGURES[:3])} |")
        print("|---|" + "---|" * 6)
        for system, measured in drafts.items():
            print(f"| {system} | {' | '.join(_beside(measured, finals, scope))} |")
    print(f"{time.process_time() - began:.0f} s of one core")


def _beside(drafts: Measured, finals: Measured, scope: str) -> list[str]:
    found = scores_of(drafts, resamples=500).get(scope, {})
    better = compared(finals, drafts, resamples=500).get(scope, {})
    return [cell for name in FIGURES[:3] for cell in (_shown(found.get(name)), _shown(better.get(name)))]


def _shown(figure: Estimate | Difference | None) -> str:
    if figure is None or figure.value != figure.value:
        return "-"
    sign = "+" if isinstance(figure, Difference) else ""
    count = "" if isinstance(figure, Difference) else f" ({figure.n})"
    return f"{figure.value:{sign}.1f} [{figure.low:{sign}.1f}, {figure.high:{sign}.1f}]{count}"
