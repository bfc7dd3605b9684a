"""``videolect eval control``: a reward set from which text alone gives little away."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect import __version__
from videolect.cli.eval.shown import with_interval
from videolect.cli.progress import say
from videolect.cli.spec_option import add_spec, spec_of
from videolect.dataset.authors.triples import authors_variants
from videolect.dataset.rows.folder import contamination_of, origin_of, write_rows
from videolect.dataset.rows.row import RowRule
from videolect.dataset.rows.splits import SplitRule
from videolect.dataset.triple_files import read_triples
from videolect.errors import BadInput
from videolect.evals.blind import control
from videolect.files import check_free


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("triples", type=Path, metavar="TRIPLES", help=".parquet or .jsonl of data triples")
    parser.add_argument(
        "corrupted",
        type=Path,
        nargs="*",
        metavar="CORRUPTED",
        help="the same triples with a worse critique carried out",
    )
    parser.add_argument(
        "--from-authors", type=Path, metavar="DIR",
        help="take the deletion and replacement variants of the paper's authors instead",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder of rows, part test")
    parser.add_argument(
        "--target",
        type=float,
        default=0.52,
        metavar="SHARE",
        help="stop filtering when its own classifier is right in this share of the pairs; default: 0.52",
    )
    parser.add_argument("--fewest", type=int, default=100, metavar="N", help="pairs to keep at least; default: 100")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of draws and folds; default: 0")
    add_spec(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Pairs of captions by one reviser who carried out a true critique and a corrupted one, matched by length and
    without those that a blind classifier is surest of. Written as Yes/No and preference rows; what blind judges of
    another family still get right is told, whatever it is."""
    if bool(asked.corrupted) == bool(asked.from_authors):
        raise BadInput(
            "No corrupted captions are named." if not asked.corrupted else "Corrupted captions are named twice.",
            mend="Give files of data corrupt, or --from-authors DIR.",
        )
    if not 0.5 <= asked.target <= 1:
        raise BadInput(f"--target is {asked.target}.", mend="Give a share from 0.5 (chance) to 1.")
    if asked.fewest < 20:
        raise BadInput(f"--fewest is {asked.fewest}.", mend="Give 20 or more: fewer cannot be judged.")
    kinds = {path.stem: path for path in asked.corrupted}
    if len(kinds) < len(asked.corrupted):
        raise BadInput(
            f"Two of {', '.join(map(str, asked.corrupted))} have one name.",
            mend="A file's name is its kind: rename one.",
        )
    check_free(asked.out)
    rule = RowRule(spec=spec_of(asked), split=SplitRule(shares={"test": 1.0}), tasks=("yes_no", "preference"))
    triples = list(read_triples(asked.triples))
    if asked.from_authors is not None:
        worse = control.of_variants(authors_variants(asked.from_authors))
    else:
        worse = control.of_triples({kind: read_triples(path) for kind, path in kinds.items()})
    pairs, left_out = control.pairs_of(triples, worse)
    found = control.controlled(pairs, target=asked.target, seed=asked.seed, fewest=asked.fewest, say=say())
    made = control.as_triples(found, triples)
    told = {
        "seed": asked.seed, "target": asked.target, "filter": control.FILTER, "judges": list(control.JUDGES),
        "stages": {name: each.as_json() for name, each in found.stages.items()}, "left_out": left_out,
    }  # fmt: skip
    write_rows(
        asked.out, made, rule, format="ours", template="videos/{video_id}.mp4",
        origin=origin_of(asked.triples, triples), lineage=(), contamination=contamination_of(made, rule.split),
        code=f"videolect {__version__}", more={"control": told},
    )  # fmt: skip
    return 0, {"path": str(asked.out), "pairs": len(found.pairs), **told}


def render(answer: dict[str, Any]) -> str:
    """How many pairs are left at each stage, and what blind judges get right of them."""
    lines = [f"{answer['pairs']} pairs are in {answer['path']}. Right without looking, in percent (chance is 50):"]
    judges = ("longer", "words", "characters", "letters")
    lines.append(f"  {'stage':10} {'pairs':>6}" + "".join(f" {name:>22}" for name in judges))
    for name, stage in answer["stages"].items():
        shown = [with_interval(stage[of], 1, width=6) for of in judges]
        lines.append(f"  {name:10} {stage['pairs']:6} " + " ".join(f"{each:>22}" for each in shown))
    lines.append(f"  {answer['filter']} was filtered by, {' and '.join(answer['judges'])} were not.")
    return "\n".join([*lines, *(f"  left out: {count} {why}" for why, count in answer["left_out"].items())])
