"""``videolect eval audit``: audits of other people's captions: import, statistics, export."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from videolect.cli.eval.shown import with_interval
from videolect.cli.imported import refusal
from videolect.cli.options import workspace_of
from videolect.errors import BadInput
from videolect.evals.audit.files import AuditFile, Row, read_audit, write_answers
from videolect.evals.audit.people import judged
from videolect.evals.audit.report import GOLDEN, audit_report, beside_golden
from videolect.evals.states import read_known
from videolect.language.spec import Spec, load_spec
from videolect.oversight.audit import AuditDesk
from videolect.record.audit import RATED
from videolect.wiring import OPERATOR, Workspace

_TABLE = "audits.parquet"
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a table with ratings, or a folder with it")
    parser.add_argument("--import", type=Path, dest="take", metavar="TABLE", help="captions into the workspace's audit")
    parser.add_argument("--name", metavar="N", help="the audit of the workspace")
    parser.add_argument("--people", type=int, metavar="K", help="who audit each item; of a new audit, default: 1")
    parser.add_argument("--note", metavar="TEXT", help="what the auditors are told; of a new audit")
    parser.add_argument("--states", type=Path, metavar="STATES", help="parquet: primitive, video_id, value")
    parser.add_argument("--resamples", type=int, default=1000, metavar="R", help="for intervals; default: 1000")
    parser.add_argument("--out", type=Path, metavar="OUT", help="the answers as .jsonl or .parquet")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Statistics of an audit: of a FILE that has ratings, or of the workspace's audit --name; with --import, captions
    come into that audit. Exit code 1 where rows were bad, or where published means lie beside the file and differ."""
    if asked.resamples < 1:
        raise BadInput(f"--resamples is {asked.resamples}.", mend="Give 1 or more.")
    if (asked.file is None) == (asked.name is None):
        raise BadInput("Nothing says which audit.", mend="Give a FILE with ratings, or --name N of the workspace's.")
    if asked.file is not None:
        if asked.take is not None or asked.people is not None or asked.note is not None:
            raise BadInput("A FILE has no audit to import into.", mend="Name the workspace's: --name N.")
        return _of_file(asked)
    if asked.take is not None:
        return _import(asked)
    if asked.people is not None or asked.note is not None:
        raise BadInput("--people and --note are of a new audit.", mend="Give them with --import.")
    return _of_workspace(asked)


def _of_file(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    path = asked.file / _TABLE if asked.file.is_dir() else asked.file
    table = read_audit(path)
    rows = [row.judged for row in table.rows]
    if not any(row.ratings for row in rows):
        raise BadInput(
            f"{path.name} has no ratings: none of {', '.join(RATED)}.",
            mend="Give a table of an audit; captions alone are imported: --import FILE --name N.",
        )
    answer = _report(rows, load_spec(), asked) | {"file": str(path), **_bad(table)}
    golden = path.parent / "golden" / GOLDEN
    if golden.is_file() and path.name == _TABLE:
        answer["beside"] = beside_golden(answer, golden)
    differs = any(not each["equal"] for each in answer.get("beside", ()))
    return (1 if table.bad or differs else 0), answer


def _of_workspace(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    with workspace_of(asked) as workspace:
        audit = AuditDesk(workspace.catalogue).look(asked.name)
        return 0, _report(judged(audit), workspace.spec, asked) | {"name": asked.name, "closed": audit.closed}


def _report(rows: list[Any], spec: Spec, asked: argparse.Namespace) -> dict[str, Any]:
    known = None if asked.states is None else read_known(asked.states, spec)
    answer = audit_report(rows, spec, known.clips if known else None, resamples=asked.resamples)
    if known:
        answer["states"] = {
            **known.origin, "unknown": list(known.unknown), "contradicted": [list(each) for each in known.contradicted],
        }  # fmt: skip
    if asked.out is not None:
        given = [row for row in rows if row.ratings]
        answer |= {"written": write_answers(given, asked.out), "path": str(asked.out)}
    return answer


def _import(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Good rows come in together; a film that cannot be taken in costs its caption the picture, and is told."""
    if asked.out is not None or asked.states is not None:
        raise BadInput("--out and --states are for statistics.", mend="Import first, then ask for them.")
    table = read_audit(asked.take)
    with workspace_of(asked) as workspace:
        rows, outside = _inside(table, asked.take.parent)
        films, refused = _films(workspace, rows, asked.take.parent)
        items, bad = [], [*_bad(table)["bad"], *outside]
        for row in rows:
            try:
                items.append(row.item(films.get(row.video) if row.video else None))
            except BadInput as error:
                bad.append({"row": f"{row.judged.dataset}: {row.judged.id}", "why": str(error)})
        taken = AuditDesk(workspace.catalogue).add(OPERATOR, asked.name, items, people=asked.people, note=asked.note)
    bad += [{"row": f"{item.dataset}: {item.id}", "why": why} for item, why in taken.refused]
    ratings = sum(bool(row.judged.ratings) for row in rows)
    return (1 if bad or refused or not taken.audit.items else 0), {
        "name": asked.name, "items": len(taken.audit.items), "new": taken.new, "known": taken.known, "bad": bad,
        "films": len(set(films.values())), "refused": refused, "unknown_columns": list(table.unknown),
        "ratings_left_out": ratings,
    }  # fmt: skip


def _inside(table: AuditFile, folder: Path) -> tuple[list[Row], list[dict[str, str]]]:
    """The rows whose film lies in the table's folder, and the others as bad ones.

    A table comes from strangers: else it could have any film of this machine shown to people at the desk.
    """
    rows: list[Row] = []
    bad: list[dict[str, str]] = []
    for row in table.rows:
        if row.video is None or _lies_in(folder, row.video):
            rows.append(row)
        else:
            why = f"The video {row.video[:200]!r} is outside of the table's folder. Put the film beside the table."
            bad.append({"row": f"{row.judged.dataset}: {row.judged.id}", "why": why})
    return rows, bad


def _lies_in(folder: Path, written: str) -> bool:
    try:
        return (folder / written).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that go round in a circle
        return False


def _films(workspace: Workspace, rows: list[Row], folder: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Path as written -> hash of each film that the rows name; and those that were refused."""
    named = {row.video: folder / row.video for row in rows if row.video}
    found: dict[str, str] = {}
    refused: list[dict[str, str]] = []
    for written, path in named.items():
        videos, bad, _ = workspace.intake.take_in([path])
        refused += [refusal(each.path, each.why, each.mend) for each in bad]
        if videos:
            found[written] = videos[0].hash
    return found, refused


def _bad(table: AuditFile) -> dict[str, Any]:
    return {
        "bad": [{"row": each.row, "why": each.why} for each in table.bad], "unknown_columns": list(table.unknown)
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- words


def render(answer: Mapping[str, Any]) -> str:
    """The tables, for people."""
    lines = _imported(answer) if "new" in answer else _statistics(answer)
    bad = answer.get("bad", ())
    if bad:
        lines.append(f"{len(bad)} rows cannot be used:")
        lines += [f"  {each['row']}: {each['why']}" for each in bad[:_SHOWN]]
        if len(bad) > _SHOWN:
            lines.append(f"  and {len(bad) - _SHOWN} more: --json lists them all")
    return "\n".join(lines)


def _imported(answer: Mapping[str, Any]) -> list[str]:
    lines = [f"{answer['new']} captions came into the audit {answer['name']}, which has {answer['items']} now."]
    if answer["known"]:
        lines.append(f"{answer['known']} were there already.")
    if answer["ratings_left_out"]:
        lines.append(f"{answer['ratings_left_out']} rows have ratings of others, which an audit of ours does not take.")
    lines += [f"  no film for {each['path']}: {each['why']}" for each in answer["refused"][:_SHOWN]]
    if answer["unknown_columns"]:
        lines.append(f"  columns that say nothing here: {', '.join(answer['unknown_columns'])}")
    return lines


def _statistics(answer: Mapping[str, Any]) -> list[str]:
    lines = [f"{'':24}{'items':>6}" + "".join(f"{name:>20}" for name in RATED)]
    lines += [_line(name, of, of["complete"]) for name, of in answer["per_dataset"].items()]
    lines.append(_line("pooled", answer["pooled"], answer["pooled"]["complete"]))
    if answer["auditors"]:
        lines += ["", "by auditor"]
        lines += [_line(name, of, of["answers"]) for name, of in answer["auditors"].items()]
    agreement = answer["agreement"]
    if agreement["items"]:
        lines += ["", f"agreement on {agreement['items']} items that several people audited"]
        for name in RATED:
            if name in agreement:
                of = agreement[name]
                lines.append(f"  {name:10} alpha {with_interval(of['alpha'])}   equal {with_interval(of['equal'])}")
    lines += ["", "marked as                     spans   share of items"]
    lines += [
        f"  {kind:26} {of['spans']:6}   {with_interval(of['items'])}"
        for kind, of in answer["pooled"]["failures"].items()
    ]
    lines += ["", *_automatic(answer)]
    if "beside" in answer:
        equal = sum(bool(each["equal"]) for each in answer["beside"])
        lines += ["", f"{equal} of {len(answer['beside'])} published figures are equal to ours"]
        lines += [
            f"  {each['name']}: theirs {each['theirs']}, ours {each['ours']}"
            for each in answer["beside"]
            if not each["equal"]
        ]
    if "written" in answer:
        lines.append(f"{answer['written']} answers in {answer['path']}.")
    return lines


def _automatic(answer: Mapping[str, Any]) -> list[str]:
    lint, claims = answer["lint"], answer["claims"]
    lines = [f"{'by itself':24}{'findings/100 words':>22}{'claims/caption':>20}{'any spatial':>20}{'any camera':>20}"]
    scopes = {**{name: (lint["per_dataset"][name], of) for name, of in claims["per_dataset"].items()},
              "pooled": (lint["pooled"], claims["pooled"])}  # fmt: skip
    for name, (found, said) in scopes.items():
        if said["captions"]:
            figures = (said["all"]["per_caption"], said["spatial"]["any"], said["camera"]["any"])
            shown = "".join(f"{with_interval(each):>20}" for each in figures)
            lines.append(f"{name[:23]:24}{with_interval(found['per_100_words']):>22}{shown}")
    if "labelled" in claims["pooled"]:
        of = claims["pooled"]
        judged = of["all"].get("judged", 0)
        lines.append(f"{of['labelled']} captions are of labelled clips; {judged} claims can be judged.")
        if judged:
            lines.append(f"  precision {with_interval(of['all']['precision'])}")
    if "states" in answer:
        lines += _left_open(answer["states"])
    lines += ["", f"{'Spearman with ratings':36}{'all':>22}{'inside data sets':>22}"]
    for each in answer["correlation"]:
        named = f"  {each['automatic']} and {each['rating']}"
        lines.append(f"{named:36}{with_interval(each):>22}{with_interval(each['within']):>22}")
    return lines


def _left_open(states: Mapping[str, Any]) -> list[str]:
    lines = []
    if states["unknown"]:
        lines.append(f"  states of no primitive of ours, left out: {', '.join(states['unknown'][:_SHOWN])}")
    if states["contradicted"]:
        told = ", ".join(f"{primitive} in {clip}" for primitive, clip in states["contradicted"][:_SHOWN])
        lines.append(f"  two names of one primitive disagree, left open: {told}")
    return lines


def _line(name: str, of: Mapping[str, Any], count: int) -> str:
    return f"{name[:23]:24}{count:6}" + "".join(f"{with_interval(of[rated]):>20}" for rated in RATED)
