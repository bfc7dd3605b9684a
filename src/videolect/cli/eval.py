"""``videolect eval``: how good writers, rewards and critics are, beside floors and ceilings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli import eval_audit, eval_authors, eval_control, eval_primitives, eval_report, eval_run
from videolect.cli.eval_options import add_benchmark, add_figures, benchmark_of, counted, say, with_interval
from videolect.errors import BadInput


def add_parser(nouns: Any) -> None:
    """The noun and its verbs."""
    noun = nouns.add_parser("eval", help="how good writers, rewards and critics are")
    verbs = noun.add_subparsers(metavar="VERB", required=True)
    eval_run.add_verb(verbs)
    eval_primitives.add_verb(verbs)
    eval_audit.add_verb(verbs)

    score = verbs.add_parser("score", help="figures of one file of answers", description=run_score.__doc__)
    add_benchmark(score)
    score.add_argument("--predictions", type=Path, required=True, metavar="FILE", help="of eval run, or anybody's")
    score.add_argument("--partial", action="store_true", help="score what is answered; the report says so")
    add_figures(score)
    score.add_argument("--no-baselines", action="store_true", help="leave floors and ceilings out: they take longer")
    score.set_defaults(run=run_score, render=render_score)

    compare = verbs.add_parser("compare", help="two systems on the same items", description=run_compare.__doc__)
    add_benchmark(compare)
    compare.add_argument("one", type=Path, metavar="ONE", help="a file of predictions")
    compare.add_argument("other", type=Path, metavar="OTHER", help="another")
    compare.add_argument("--partial", action="store_true", help="compare what both answered")
    add_figures(compare)
    compare.set_defaults(run=run_compare, render=render_compare)
    eval_control.add_verb(verbs)
    eval_authors.add_verbs(verbs)
    eval_report.add_verb(verbs)


def run_score(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Figures with intervals over sources, per aspect and pooled, beside floors and ceilings. Needs no model."""
    from videolect.evals.blind.baselines import score_baselines
    from videolect.evals.measures.scores import as_json
    from videolect.evals.measures.system import score_system
    from videolect.evals.predictions import read_predictions

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


_TOLD = (
    "caption_bleu4", "caption_rouge_l", "caption_cider", "caption_claims_precision",
    "caption_claims_recall", "caption_claims_hallucination", "reward_pairwise_half_tie", "reward_at_half", "reward_auc",
    "critique_bleu4", "critique_flawed_bleu4", "critique_verdict", "critique_points_precision",
    "critique_points_recall", "critique_constructive", "critique_loop_nearer",
)  # fmt: skip


def render_score(answer: dict[str, Any]) -> str:
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


def run_compare(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """The first system less the second on the items that both answered, with paired intervals over sources."""
    from videolect.evals.measures.names import full_name
    from videolect.evals.measures.scores import compared
    from videolect.evals.measures.system import measure_all
    from videolect.evals.predictions import of_common, read_predictions

    benchmark = benchmark_of(asked)
    both = [
        read_predictions(path, benchmark.items, asked.part, partial=asked.partial) for path in (asked.one, asked.other)
    ]
    one, other = (
        measure_all(each, benchmark.items, benchmark.known, full=not asked.quick) for each in of_common(*both)
    )
    tasks = [task for task in one if task in other]
    if not tasks:
        raise BadInput("The two files answer no item in common.", mend="Compare answers to the same items.")
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        for scope, figures in compared(one[task], other[task], resamples=asked.resamples).items():
            for name, each in figures.items():
                found.setdefault(scope, {})[full_name(task, name)] = each.as_json()
    return 0, {**found, "one": both[0].system, "other": both[1].system, "part": asked.part,
               "partial": any(each.partial for each in both)}  # fmt: skip


def render_compare(answer: dict[str, Any]) -> str:
    """The pooled differences."""
    lines = [f"{answer['one']} less {answer['other']} on {answer['part']}"]
    for name, each in answer["pooled"].items():
        p = "" if each["p"] is None else f"  p={each['p']:.3f}"
        lines.append(f"  {name:32} {with_interval(each, 3, width=8, sign='+')}{p}")
    return "\n".join(lines)
