"""``videolect eval score``: figures of one file of answers, beside floors and ceilings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.eval.options import add_benchmark, add_figures, benchmark_of
from videolect.cli.eval.shown import counted
from videolect.cli.progress import say
from videolect.evals.blind.baselines import score_baselines
from videolect.evals.measures.scores import as_json
from videolect.evals.measures.system import score_system
from videolect.evals.predictions import read_predictions

_TOLD = (
    "caption_bleu4", "caption_rouge_l", "caption_cider", "caption_claims_precision",
    "caption_claims_recall", "caption_claims_hallucination", "reward_pairwise_half_tie", "reward_at_half", "reward_auc",
    "critique_bleu4", "critique_flawed_bleu4", "critique_verdict", "critique_points_precision",
    "critique_points_recall", "critique_constructive", "critique_loop_nearer",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_benchmark(parser)
    parser.add_argument("--predictions", type=Path, required=True, metavar="FILE", help="of eval run, or anybody's")
    parser.add_argument("--partial", action="store_true", help="score what is answered; the report says so")
    add_figures(parser)
    parser.add_argument("--no-baselines", action="store_true", help="leave floors and ceilings out: they take longer")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Figures with intervals over sources, per aspect and pooled, beside floors and ceilings. Needs no model."""
    benchmark = benchmark_of(asked)
    predictions = read_predictions(asked.predictions, benchmark.items, asked.part, partial=asked.partial)
    full = not asked.quick
    system = score_system(predictions, benchmark, resamples=asked.resamples, full=full)
    beside = [] if asked.no_baselines else score_baselines(
        benchmark, predictions.tasks, resamples=asked.resamples, full=full, say=say()
    )  # fmt: skip
    return 0, {
        **as_json(system.scores),
        "baselines": {f"{base.task}.{base.name}": as_json(scores) for base, scores in beside if base.kind == "floor"},
        "ceilings": {f"{base.task}.{base.name}": as_json(scores) for base, scores in beside if base.kind == "ceiling"},
        "system": predictions.system,
        "part": asked.part,
        "partial": predictions.partial,
        "problems": [problem.as_json() for problem in predictions.problems],
        "rows": benchmark.manifest["origin"],
    }


def render(answer: dict[str, Any]) -> str:
    """The main figures, pooled, with what stands beside them."""
    lines = [f"{answer['system']} on {answer['part']}{' (a part of the items only)' if answer['partial'] else ''}"]
    lines += [
        f"  {p['count']} {p['kind'].replace('_', ' ')}: {', '.join(p['examples'][:3])}" for p in answer["problems"]
    ]
    for name in _TOLD:
        if name in answer.get("pooled", {}):
            lines.append(f"  {name:28} {counted(answer['pooled'][name])}")
            for kind in ("baselines", "ceilings"):
                for of, scores in answer[kind].items():
                    if name in scores.get("pooled", {}):
                        lines.append(f"    {of.partition('.')[2]:36} {counted(scores['pooled'][name])}")
    return "\n".join(lines)
