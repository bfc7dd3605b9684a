"""``videolect eval authors``: what models of the paper's authors answered, as anybody's predictions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.eval.options import add_benchmark, benchmark_of
from videolect.dataset.authors.triples import authors_variants, read_authors
from videolect.errors import BadInput
from videolect.evals.authors import critics, drafters
from videolect.evals.predictions import write_predictions
from videolect.files import check_free, whole_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_benchmark(parser)
    parser.add_argument("--from-authors", type=Path, required=True, metavar="DIR", help="their data")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder, one file a system")
    parser.add_argument(
        "--fewest", type=int, default=100, metavar="N", help="leave out models that drafted fewer; default: 100"
    )


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write what the authors' models answered as files of predictions: critiques by Gemini with the film and without
    it, and the drafts of each model. What is known to be defective is left out and counted."""
    benchmark = benchmark_of(asked)
    check_free(asked.out)
    triples = read_authors(asked.from_authors).triples
    found = [
        *critics(authors_variants(asked.from_authors), triples, benchmark.items.get("critique", ())),
        *drafters(triples, benchmark.items.get("caption", ()), fewest=asked.fewest),
    ]
    if not found:
        raise BadInput(f"No model of theirs answered an item of {asked.part}.", mend="Give rows of their triples.")
    files: list[dict[str, Any]] = []
    with whole_folder(asked.out) as partial:
        for each in found:
            name = _plain(each.system)
            if (partial / f"{name}.jsonl").exists():  # another name that is written alike
                name = f"{name}-{len(files) + 1}"
            path = f"{name}.jsonl"
            items = {each.task: benchmark.items[each.task]}
            left_out = dict(each.left_out)
            write_predictions(partial / path, each.system, asked.part, items, each.texts, left_out=left_out)
            files.append({
                "path": str(asked.out / path), "system": each.system, "task": each.task, "answers": len(each.texts),
                "items": len(items[each.task]), "left_out": left_out,
            })  # fmt: skip
    return 0, {"path": str(asked.out), "files": files}


def _plain(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in ".-" else "_" for sign in name.replace(", ", "-"))


def render(answer: dict[str, Any]) -> str:
    """The files, and what was left out of each."""
    lines = []
    for each in answer["files"]:
        lines.append(
            f"{each['path']}: {each['system']} answers {each['answers']} of {each['items']} {each['task']} items"
        )
        lines += [f"  left out: {count}, {why}" for why, count in each["left_out"].items() if count]
    return "\n".join([*lines, "No model answered all items: score these files with --partial."])
