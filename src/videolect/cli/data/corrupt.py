"""``videolect data corrupt``: triples whose critique is wrong in one declared way."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from videolect import __version__
from videolect.cli.options import add_writer, choice_of
from videolect.cli.spec_option import add_spec, spec_of
from videolect.dataset.corruption.authors import import_variants
from videolect.dataset.corruption.corrupt import corrupt
from videolect.dataset.corruption.folder import write_corruption
from videolect.dataset.corruption.values import KINDS, TARGETS, WORST, Ask, CorruptRule, Tools
from videolect.dataset.rows.folder import origin_of
from videolect.dataset.triple_files import read_triples
from videolect.errors import BadInput
from videolect.files import check_free
from videolect.record.people import Model
from videolect.vlm.prompts import Prompt
from videolect.wiring import make_backend
from videolect.writing.writer import rewriter_of

_RETRY = 0.7
"""The temperature at which a text that failed is asked for again: at 0 the same would come."""

_MADE_ALREADY = {
    "k": None, "share": None, "seed": 0, "target": "draft", "worst": "other", "read_points": False, "writer": "labels",
    "max_tokens": 768, "temperature": 0.0, "top_p": 1.0, "accept_cut": False, "spec": "core",
}  # fmt: skip
"""What says how critiques are corrupted, with its default: nothing of it applies to those that others corrupted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("triples", type=Path, nargs="?", metavar="TRIPLES", help=".parquet or .jsonl of data triples")
    parser.add_argument("--kind", choices=KINDS, help="what is done to each critique (docs/corruption.md)")
    parser.add_argument("--k", type=int, metavar="N", help="points that are changed; default: 1, or all mends")
    parser.add_argument("--share", type=float, metavar="P", help="the same as a share of the points")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="chooses points and words; default: 0")
    parser.add_argument(
        "--target", choices=TARGETS, default="draft", help="the text that the critique speaks of; default: draft"
    )
    parser.add_argument(
        "--allow-reversal", action="store_true", help="keep triples whose verdict is turned over; they are counted"
    )
    parser.add_argument(
        "--worst", choices=WORST, default="other",
        help="a worst caption is another source's, or its own inverted; default: other",
    )  # fmt: skip
    parser.add_argument(
        "--read-points", action="store_true", help="read points from critiques in free words, and corrupt those"
    )
    parser.add_argument(
        "--from-authors", type=Path, metavar="DIR",
        help="instead: the seven variants that the paper's authors made, each checked",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    add_spec(parser)
    add_writer(parser, "corrupts free words and makes the captions again; labels: points by rule")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make critiques wrong in one declared way and their captions anew; what cannot be done is counted."""
    if asked.from_authors is not None:
        if asked.triples is not None or asked.kind is not None:
            raise BadInput("The authors' variants are made already.", mend="Leave TRIPLES and --kind out.")
        _check_alone(asked)
        told = import_variants(asked.from_authors, asked.out, allow_reversal=asked.allow_reversal, code=_code())
        return 0, {"path": str(asked.out), **told}
    if asked.triples is None or asked.kind is None:
        raise BadInput("What is to be corrupted is not said.", mend="Give TRIPLES and --kind, or --from-authors DIR.")
    rule = CorruptRule(
        kind=asked.kind, k=asked.k, share=asked.share, seed=asked.seed, target=asked.target,
        allow_reversal=asked.allow_reversal, worst=asked.worst,
    )  # fmt: skip
    check_free(asked.out)
    triples = list(read_triples(asked.triples))
    spec = spec_of(asked)
    tools = Tools(spec=spec, ask=_ask(asked), read_points=asked.read_points)
    made = corrupt(triples, rule, tools)
    told = write_corruption(
        asked.out, made, origin=asdict(origin_of(asked.triples, triples)), code=_code(), spec=spec,
        read_points=asked.read_points, writer=_writer(asked),
    )  # fmt: skip
    return 0, {"path": str(asked.out), **told}


def _check_alone(asked: argparse.Namespace) -> None:
    given = [name for name, default in _MADE_ALREADY.items() if getattr(asked, name) != default]
    if given:
        told = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise BadInput(f"{told}: the authors' variants are made already.", mend="Leave it out with --from-authors.")


def _writer(asked: argparse.Namespace) -> dict[str, Any]:
    """Who corrupted and made the captions again, for the manifest."""
    by_rule = asked.writer == "labels"
    return {"model": asked.writer, "parameters": {} if by_rule else asdict(choice_of(asked, seed=asked.seed).how)}


def _code() -> str:
    return f"videolect {__version__}"


def _ask(asked: argparse.Namespace) -> Ask | None:
    """The model that is named; None for points by rule."""
    if asked.writer == "labels":
        return None
    how, backend = choice_of(asked, seed=asked.seed).how, make_backend(asked.writer)

    def ask(prompt: Prompt, attempt: int) -> tuple[str, Model]:
        again = replace(how, temperature=max(how.temperature, _RETRY), seed=how.seed + attempt)
        return rewriter_of(backend, how=again if attempt else how)(prompt)

    return ask


def render(answer: dict[str, Any]) -> str:
    """What was made, what was left out and why, and how lengths changed."""
    if "variants" in answer:
        return _render_variants(answer)
    counts, ratio = answer["counts"], answer["lengths"]["ratio"]
    kind = answer["rule"]["kind"]
    lines = [f"{counts['corrupted']} of {counts['given']} triples are corrupted in {answer['path']} ({kind})."]
    lines += [f"  left out {count}: {reason}" for reason, count in answer["left_out"].items()]
    if counts["by_evidence"]:
        known = ", ".join(f"{name} {count}" for name, count in counts["by_evidence"].items())
        lines.append(f"  known to be false by: {known}; {counts['from_another_source']} in another source's words")
    if counts["reversed"]:
        lines.append(f"  {counts['reversed']} verdicts are turned over, as was allowed")
    if counts["unchanged_captions"]:
        lines.append(f"  {counts['unchanged_captions']} captions are still the draft")
    if ratio["n"]:
        lines.append(f"  words for each word of the right critique: {ratio['median']} in the median")
    return "\n".join(lines)


def _render_variants(answer: dict[str, Any]) -> str:
    lines = [f"{len(answer['variants'])} variants are in {answer['path']}:"]
    for name, report in answer["variants"].items():
        out = sum(report["left_out"].values())
        lines.append(f"  {name}: {report['triples']} triples, {out} of {report['rows']} rows left out")
        lines += [f"    {count}: {reason}" for reason, count in report["left_out"].items()]
    return "\n".join(lines)
