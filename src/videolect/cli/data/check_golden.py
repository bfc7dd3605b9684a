"""``videolect data check-golden``: figures that others computed from the authors' data beside ours."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videolect.dataset.golden.check import Figure, Listed, check_golden

_SHOWN = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the authors' tables, with golden/*.json in it")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit code 1 where anything differs; what we cannot compute does not count as equal, and is told."""
    begun = time.monotonic()
    found = check_golden(asked.folder, _progress)
    states = [figure.equal for figure in found.figures]
    return int(found.differs), {
        "figures": [_plain(figure) for figure in found.figures],
        "equal": states.count(True),
        "different": states.count(False),
        "undetermined": states.count(None),
        "lists": [_plain(each) for each in found.lists],
        "files": list(found.files),
        "seconds": round(time.monotonic() - begun, 3),
    }


def _plain(each: Figure | Listed) -> dict[str, Any]:
    """``why_not`` is there only where there is a reason."""
    plain = asdict(each)
    if plain["why_not"] is None:
        del plain["why_not"]
    return plain


def _progress(name: str) -> None:
    if sys.stderr.isatty():
        print(name, file=sys.stderr, flush=True)


def _line(figure: Mapping[str, Any]) -> str:
    beside = f"theirs {figure['theirs']}, ours {figure['ours']}" if figure["equal"] is False else figure["why_not"]
    return f"  {figure['name']}: {beside}"


def _list_line(each: Mapping[str, Any]) -> str:
    if each["equal"] is None:
        return f"  {each['name']}: {each['why_not']}"
    named = [f"only theirs: {', '.join(each['missing'][:5])}"] if each["missing"] else []
    named += [f"only ours: {', '.join(each['extra'][:5])}"] if each["extra"] else []
    return f"  {each['name']}: theirs {each['theirs']}, ours {each['ours']}; {'; '.join(named)}"


def render(answer: Mapping[str, Any]) -> str:
    """The counts, then everything that is not equal."""
    lists = answer["lists"]
    figures = f"{answer['equal']} of {len(answer['figures'])} figures in {len(answer['files'])} files are equal"
    rest = f"{answer['different']} differ, {answer['undetermined']} were not computed"
    same = f"{sum(each['equal'] is True for each in lists)} of {len(lists)} lists and names are equal"
    lines = [f"{figures}, {rest}; {same}."]
    wrong = [_line(figure) for figure in answer["figures"] if figure["equal"] is not True]
    wrong += [_list_line(each) for each in lists if each["equal"] is not True]
    lines += wrong[:_SHOWN]
    if len(wrong) > _SHOWN:
        lines.append(f"  and {len(wrong) - _SHOWN} more: --json lists them all")
    return "\n".join(lines)
