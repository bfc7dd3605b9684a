"""All of an audit in one answer, and the published means beside ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from videolect.errors import CannotRead
from videolect.evals.audit.people import Judged, items_of, people_figures
from videolect.evals.audit.words import automatic_figures
from videolect.language.spec import Spec
from videolect.record.audit import RATED

GOLDEN = "audits.json"
_COUNTS = ("items", "complete", "spans", "spans_exact", "with_critique")


def audit_report(
    rows: Iterable[Judged],
    spec: Spec,
    states: Mapping[str, Mapping[str, bool]] | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """``per_dataset``, ``pooled``, ``auditors``, ``agreement`` and the automatic part: ``lint``, ``claims``,
    ``correlation``. ``states``: clip -> primitive -> state."""
    items = items_of(rows)
    return {
        **people_figures(items, resamples=resamples, seed=seed),
        **automatic_figures(items, spec, states, resamples=resamples, seed=seed),
    }


def beside_golden(report: Mapping[str, Any], golden: Path) -> list[dict[str, Any]]:
    """Every number of a file of published figures beside ours: ``name``, ``theirs``, ``ours``, ``equal``."""
    from videolect.dataset.golden.check import Figure, compare

    try:
        theirs = json.loads(golden.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CannotRead(f"{golden.name} is no JSON: {str(error)[:200]}", mend="Take it anew.") from None
    ours = {name: _as_published(of) for name, of in report["per_dataset"].items()}
    ours["all"] = _as_published(report["pooled"])
    return [
        {"name": each.name, "theirs": each.theirs, "ours": each.ours, "equal": each.equal}
        for each in compare(theirs, ours, f"{golden.name}:")
        if isinstance(each, Figure)
    ]


def _as_published(scope: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: scope[name] for name in _COUNTS},
        "mean_scores": {name: scope[name]["value"] for name in RATED if scope[name] is not None},
    }
