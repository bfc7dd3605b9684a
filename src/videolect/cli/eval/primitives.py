"""``videolect eval primitives``: tasks that ask whether a model sees what a primitive says, and their scores."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from videolect.cli.eval.shown import with_interval
from videolect.cli.options import workspace_of
from videolect.cli.spec_option import SHIPPED, add_spec, spec_of
from videolect.errors import BadInput
from videolect.evals.measures.scores import as_json
from videolect.evals.primitives.figures import baselines, figures_of
from videolect.evals.primitives.files import read_tasks, write_tasks
from videolect.evals.primitives.scores import read_scores
from videolect.evals.primitives.tasks import Rule, make_tasks
from videolect.evals.states import known_of_campaign, read_known

_TOLD = ("ap", "auc", "at_half", "pair", "question", "vqa_binary", "vqa_question", "text", "image", "group")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("--states", type=Path, metavar="FILE", help="make tasks of these: parquet, or staged clips")
    parser.add_argument("--campaign", metavar="NAME", help="make tasks of the labels of this campaign of the workspace")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="with --states or --campaign: a new folder for the tasks"
    )
    add_spec(parser)
    parser.add_argument("--most", type=int, default=20, metavar="N", help="clips of a side; 0: all; default: 20")
    parser.add_argument("--fewest", type=int, default=10, metavar="N", help="drop primitives with fewer; default: 10")
    parser.add_argument(
        "--imbalance", type=float, default=3.0, metavar="X", help="of the two sides, at most; default: 3"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws")
    parser.add_argument("--tasks", type=Path, metavar="DIR", help="score answers to these")
    parser.add_argument("--scores", type=Path, metavar="FILE", help="with --tasks: JSONL, CSV or parquet")
    parser.add_argument("--partial", action="store_true", help="score what is answered; the report says so")
    parser.add_argument(
        "--threshold", type=float, metavar="T",
        help="above it the answer is Yes; default: 0.5 where all scores are from 0 to 1",
    )  # fmt: skip
    parser.add_argument("--resamples", type=int, default=1000, metavar="N", help="for intervals; default: 1000")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Of states (--states or --campaign, --out) make balanced tasks, one a primitive; or score answers to them
    (--tasks, --scores): average precision, ROC-AUC, pairs, VQA and retrieval with intervals over sources, beside floors
    and the ceiling."""
    made = [asked.states or asked.campaign, asked.out]
    scored = [asked.tasks, asked.scores]
    if all(made) and not any(scored) and not (asked.states and asked.campaign):
        return 0, _made(asked)
    if all(scored) and not any(made):
        return 0, _scored(asked)
    raise BadInput(
        "It is not clear what is to be done.",
        mend="Give --states FILE (or --campaign NAME) --out DIR, or --tasks DIR --scores FILE.",
    )


def _made(asked: argparse.Namespace) -> dict[str, Any]:
    rule = Rule(most=asked.most, fewest=asked.fewest, imbalance=asked.imbalance, seed=asked.seed)
    if asked.campaign:
        with workspace_of(asked) as workspace:
            spec = workspace.catalogue.spec_of(asked.campaign) if asked.spec == SHIPPED else spec_of(asked)
            known = known_of_campaign(workspace.ledger, asked.campaign, spec)
    else:
        spec = spec_of(asked)
        known = read_known(asked.states, spec)
    manifest = write_tasks(asked.out, make_tasks(known, spec, rule), known, spec, rule)
    kept = ("items", "rule", "states", "spec", "counts", "dropped", "unknown_names", "contradicted")
    return {"path": str(asked.out), **{name: manifest[name] for name in kept}}


def _scored(asked: argparse.Namespace) -> dict[str, Any]:
    if asked.resamples < 1:
        raise BadInput(f"--resamples is {asked.resamples}.", mend="Give 1 or more.")
    if asked.threshold is not None and not math.isfinite(asked.threshold):
        raise BadInput(f"--threshold is {asked.threshold}.", mend="Give a number.")
    tasks = read_tasks(asked.tasks)
    system = read_scores(asked.scores, tasks, partial=asked.partial)
    threshold = asked.threshold
    if threshold is None and system.probabilities:
        threshold = 0.5
    found = figures_of(tasks, system.scores, threshold=threshold, resamples=asked.resamples)
    beside = {
        base.name: as_json(figures_of(tasks, base.scores, resamples=asked.resamples).macro, 4)["all"]
        for base in baselines(tasks)
    }
    return {
        "system": system.system, "macro": as_json(found.macro, 4), "primitives": as_json(found.primitives, 4),
        "ceilings": {"oracle": beside.pop("oracle")}, "baselines": beside, "threshold": threshold,
        "tasks": len(tasks.tasks), "dropped": dict(tasks.dropped), "unanswered": dict(found.unanswered),
        "partial": system.partial, "problems": [problem.as_json() for problem in system.problems],
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """What was made, or the macro figures with what stands beside them."""
    if "path" in answer:
        counts = answer["counts"]
        return (
            f"{counts['tasks']} tasks in {answer['path']}: {counts['answers']} answers about {counts['clips']} clips "
            f"of {counts['sources']} sources; {counts['dropped']} primitives were dropped, --json says why."
        )
    note = " (a part of what is asked only)" if answer["partial"] else ""
    lines = [f"{answer['system']}: means over {answer['tasks'] - len(answer['unanswered'])} primitives{note}"]
    lines += [
        f"  {p['count']} {p['kind'].replace('_', ' ')}: {', '.join(p['examples'][:3])}" for p in answer["problems"]
    ]
    if answer["threshold"] is None:
        lines.append("  Scores beyond 0 to 1: figures of Yes and No want a --threshold.")
    others = {**answer["baselines"], **answer["ceilings"]}
    lines.append(f"  {'':14}{'':32}" + "".join(f"{name:>9}" for name in others))
    for name in _TOLD:
        of = answer["macro"]["all"].get(name)
        if of is not None:
            beside = "".join(f"{each[name]['value']:9.2f}" if name in each else f"{'-':>9}" for each in others.values())
            lines.append(f"  {name:14}{with_interval(of, width=8):32}{beside}")
    return "\n".join(lines)
