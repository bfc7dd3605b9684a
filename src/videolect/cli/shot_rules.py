"""The options that say how transitions become shots: ``video split`` and ``data import --shots`` have the same."""

from __future__ import annotations

import argparse

from videolect.errors import BadInput
from videolect.video.shots import ShotRules


def add_options(parser: argparse.ArgumentParser) -> None:
    """The four."""
    parser.add_argument("--trim", type=float, metavar="S", help="seconds off both ends of a shot")
    parser.add_argument("--min-s", type=float, metavar="S", help="drop shorter shots")
    parser.add_argument("--max-s", type=float, metavar="S", help="cut longer shots into equal parts")
    parser.add_argument(
        "--halved", action="store_true", default=None, help="share gradual transitions between their neighbours"
    )


def rules_of(asked: argparse.Namespace) -> ShotRules:
    """What the command line names. BadInput for lengths that cannot be kept."""
    return ShotRules(halved=bool(asked.halved), trim_s=asked.trim or 0.0, min_s=asked.min_s or 0.0, max_s=asked.max_s)


def check_unused(asked: argparse.Namespace) -> None:
    """BadInput where one of them is given although no shots are made."""
    given = {"--trim": asked.trim, "--min-s": asked.min_s, "--max-s": asked.max_s, "--halved": asked.halved}
    if named := [name for name, value in given.items() if value is not None]:
        raise BadInput(f"{named[0]} says how shots are cut.", mend="Add --shots, or leave it out.")
