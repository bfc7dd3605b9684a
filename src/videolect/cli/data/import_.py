"""``videolect data import``: films, or other people's label records, into a workspace."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from videolect.cli import shot_rules
from videolect.cli.data.jobs import check_jobs
from videolect.cli.data.records import import_records
from videolect.cli.data.records import render as render_records
from videolect.cli.imported import imported
from videolect.cli.options import workspace_of
from videolect.errors import BadInput, NotFound, perhaps
from videolect.files import names_in
from videolect.language import load_spec
from videolect.record.campaign import CORRECTORS, MODES, Mode, Policy
from videolect.record.checks import check_name
from videolect.video.imports import usual_jobs
from videolect.video.sources import Sources
from videolect.wiring import Workspace

FORMATS = ("videos", "authors-records")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("--format", choices=FORMATS, default="videos", help="what PATH holds; default: videos")
    parser.add_argument("path", type=Path, nargs="*", metavar="PATH", help="files or folders")
    parser.add_argument(
        "--list", type=Path, action="append", default=[], metavar="FILE", help="paths, one a line; may be given again"
    )
    parser.add_argument(
        "--manifest", type=Path, action="append", default=[], metavar="FILE",
        help="CSV or JSON Lines with a path per line, and clips' names and parts; may be given again",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, metavar="N", help="films decoded at once; default: one per core")
    parser.add_argument(
        "--no-proxies", dest="proxies", action="store_false", help="make no stand-ins for what browsers do not play"
    )
    parser.add_argument(
        "--shots", action="store_true", help="a clip for each shot: found by the detector, put right by people"
    )
    shot_rules.add_options(parser)
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write what became of each film there, as JSON Lines"
    )
    parser.add_argument("--campaign", help="open their tasks in this campaign; made where there is none of that name")
    parser.add_argument(
        "--aspect", action="append", metavar="A",
        help="a caption that the campaign makes, such as lighting; may be given again; default: the usual five",
    )  # fmt: skip
    parser.add_argument(
        "--mode",
        choices=[*MODES, "random"],
        help="how captions are made; random draws an arm per task; default: critique",
    )
    parser.add_argument("--corrector", choices=CORRECTORS, help="who mends a rejected caption; default: reviewer")
    parser.add_argument(
        "--review-corrections", action="store_true", default=None, help="a correction waits for one more verdict"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="with authors-records: write the converted records there, as parquet"
    )


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Import; exit code 1 where a file was refused (the others are in)."""
    if missing := [path for path in (*asked.path, *asked.list, *asked.manifest) if not path.exists()]:
        near = perhaps(missing[0].name, names_in(missing[0].parent), "Name files or folders that exist.")
        raise BadInput(f"{missing[0]} is not there.", mend=near)
    if not (asked.path or asked.list or asked.manifest):
        raise BadInput("Nothing is named.", mend="Name files or folders, or a file of them with --list or --manifest.")
    if asked.format == "authors-records":
        return _run_records(asked)
    if asked.out is not None:
        raise BadInput("--out is for records.", mend="Leave it out, or name the format: --format authors-records.")
    check_jobs(asked.jobs)
    shots = shot_rules.rules_of(asked) if asked.shots else None
    if shots is None:
        shot_rules.check_unused(asked)
    with workspace_of(asked) as workspace:
        policy = _policy(asked)
        if asked.campaign:
            _check_campaign(workspace, asked.campaign, policy, asked.aspect)  # before anything is decoded
        sources = Sources(asked.path, lists=asked.list, manifests=asked.manifest)
        intake = workspace.intake
        opener = intake.opener(asked.campaign, policy=policy, aspects=asked.aspect) if asked.campaign else None
        answer = imported(
            intake,
            sources,
            opener,
            jobs=asked.jobs or usual_jobs(),
            report=asked.report,
            proxies=asked.proxies,
            shots=shots,
        )
        answer |= {"by_status": _by_status(workspace, asked.campaign), "campaign": asked.campaign}
    return (1 if answer["refused"] else 0), answer


def _run_records(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """A workspace is opened only where its clips are to be labelled."""
    if asked.campaign is None:
        return import_records(load_spec(), None, asked.path, campaign=None, out=asked.out)
    with workspace_of(asked) as workspace:
        code, answer = import_records(workspace.spec, workspace, asked.path, campaign=asked.campaign, out=asked.out)
        answer["by_status"] = _by_status(workspace, asked.campaign)
    return code, answer


def _policy(asked: argparse.Namespace) -> Policy | None:
    """The policy that the command line names; None where it names none."""
    if asked.mode is None and asked.corrector is None and asked.review_corrections is None:
        return None
    arms: dict[Mode, float] = {mode: 1.0 for mode in MODES if asked.mode in ("random", mode)} or {"critique": 1.0}
    return Policy(
        modes=arms, corrector=asked.corrector or "reviewer", review_corrections=bool(asked.review_corrections)
    )


def _check_campaign(workspace: Workspace, name: str, policy: Policy | None, aspects: list[str] | None) -> None:
    """BadInput for a name that is none, or for what differs from what the campaign was opened with."""
    check_name(name, "The campaign's name")
    for aspect in aspects or ():
        workspace.spec.aspect(aspect)
    with suppress(NotFound):
        found = workspace.catalogue.campaign(name)
        if policy is not None and found.policy != policy:
            raise BadInput(
                f"Campaign {name} was opened with another policy.",
                mend="Leave --mode, --corrector and --review-corrections out, or name a new campaign.",
            )
        if aspects is not None and set(found.aspects) != set(aspects):
            raise BadInput(
                f"Campaign {name} was opened with the aspects {', '.join(found.aspects)}.",
                mend="Leave --aspect out, or name a new campaign.",
            )


def _by_status(workspace: Workspace, campaign: str | None) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for row in workspace.desk.board(campaign):
        of_aspect = counts.setdefault(row.aspect, {})
        of_aspect[row.status] = of_aspect.get(row.status, 0) + row.count
    return counts


def render(answer: dict[str, Any]) -> str:
    """For people."""
    if "records" in answer:
        return render_records(answer)
    counted = f"{answer['videos']} videos are in, {answer['new']} of them new, as {answer['clips']} clips"
    lines = [f"{counted}; {answer['tasks']} tasks were opened."]
    if answer["campaign"] is None:
        lines.append("  no campaign was named, so there is nothing to work on yet: give --campaign NAME")
    if answer["older_clips"]:
        lines.append(
            f"  {answer['older_clips']} clips of other stretches of these films were there before and keep their tasks."
        )
    if answer["unknown_columns"]:
        lines.append(f"  columns that say nothing here: {', '.join(answer['unknown_columns'])}")
    lines += [f"  {problem}: {count}" for problem, count in answer["defects"].items()]
    lines += [f"  refused {each['path']}: {each['why']}" for each in answer["refused"]]
    return "\n".join(lines)
