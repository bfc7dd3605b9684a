"""``videolect spec derive``: the states of all primitives for a table of label records."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from videolect.cli.spec_option import add_spec, spec_of
from videolect.dataset.label_tables import compare, read_records, read_states, write_states
from videolect.errors import BadInput
from videolect.language import Spec
from videolect.language.answers import fitting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("records", type=Path, metavar="RECORDS", help="parquet: video_id and one column for each field")
    add_spec(parser)
    parser.add_argument("--profile", metavar="NAME", help="read the records as published data do, such as authors-2025")
    parser.add_argument("--against", type=Path, metavar="STATES", help="parquet to compare: primitive, video_id, value")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="write the states there, in that form")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Derive every primitive of every record; compare the states with others. Exit code 1 where some differ."""
    if (
        args.out is not None
        and args.out.exists()
        and any(
            other is not None and other.exists() and args.out.samefile(other) for other in (args.records, args.against)
        )
    ):
        raise BadInput(f"{args.out} is what is read.", mend="Write the states to another file.")
    spec = spec_of(args)
    spec = spec.read_as(args.profile) if args.profile else spec
    records = read_records(args.records)
    known = [name for name in records.columns if any(name == field.id for field in spec.fields)]
    if not known:
        mend = "Its columns are named after the fields: videolect spec show lists them."
        raise BadInput(f"{args.records.name} answers no question of the specification.", mend=mend)
    columns = {name: records.columns[name] for name in known}
    states = spec.derive_columns(columns)
    not_taken = _not_taken(spec, columns)
    answer: dict[str, Any] = {
        "records": len(records.videos),
        "primitives": len(spec.primitives),
        "unknown_columns": sorted(set(records.columns) - set(known)),
        "not_taken": not_taken,
        "broken_rules": [
            {"records": count, "first": records.videos[row], "rule": violation.rule, "mend": violation.mend}
            for count, row, violation in spec.broken_columns(columns)
        ],
    }
    if args.against is not None:
        against = read_states(args.against)
        found = compare(states, records.videos, against, spec.names)
        if not found.per_primitive:
            mend = "Name primitives by our ids, or by the names in also_known_as: videolect spec show lists them."
            raise BadInput(f"{args.against.name} names no primitive that is known here.", mend=mend)
        answer |= {
            "primitives": len(found.per_primitive),
            "total": found.equal + found.different,
            "equal": found.equal,
            "different": found.different,
            "per_primitive": {
                name: {"equal": equal, "different": different}
                for name, (equal, different) in sorted(found.per_primitive.items())
            },
            "kinds": dict(sorted(found.kinds.items())),
            "unknown_primitives": list(found.unknown),
            "unknown_clips": len(set().union(*against.values()).difference(records.videos)),
        }
    if args.out is not None:
        answer["written"] = write_states(args.out, records.videos, states)
        answer["path"] = str(args.out)
    return (1 if answer.get("different") else 0), answer


def _not_taken(spec: Spec, columns: Mapping[str, Sequence[object]]) -> dict[str, dict[str, int]]:
    """Values that are no answer to their question, and count as left open: column -> value -> how often."""
    found: dict[str, dict[str, int]] = {}
    for name, column in columns.items():
        asked = spec.field(name)
        counts = Counter(str(value)[:60] for value in column if value is not None and fitting(asked, value) is None)
        if counts:
            found[name] = dict(counts)
            few = ", ".join(f"{value!r} ({n})" for value, n in counts.most_common(5))
            print(f"{name}: no answer to this question, and read as left open: {few}", file=sys.stderr)
    return found


def render(answer: dict[str, Any]) -> str:
    """What was derived, and where it differs."""
    lines = [f"{answer['records']:,} records, {answer['primitives']} primitives."]
    for each in answer["broken_rules"][:10]:
        lines.append(f"  {each['records']:,} break a rule, {each['first']} first: {each['rule']} {each['mend']}")
    if len(answer["broken_rules"]) > 10:
        lines.append(f"  and {len(answer['broken_rules']) - 10} rules more (--json has them all)")
    if "different" in answer:
        lines.append(f"{answer['equal']:,} of {answer['total']:,} states are equal, {answer['different']:,} differ.")
        for name, kinds in answer["kinds"].items():
            told = ", ".join(f"{kind}: {n:,}" for kind, n in kinds.items())
            lines.append(f"  {name}: {told}")
        if answer["unknown_clips"]:
            lines.append(f"{answer['unknown_clips']:,} clips of the other table are not among the records.")
        if answer["unknown_primitives"]:
            lines.append(f"Not known here: {', '.join(answer['unknown_primitives'])}.")
    if "written" in answer:
        lines.append(f"{answer['written']:,} states in {answer['path']}.")
    return "\n".join(lines)
