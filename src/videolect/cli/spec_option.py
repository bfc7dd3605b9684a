"""The option ``--spec``: under which specification a command reads or asks. Every command that has it has this one."""

from __future__ import annotations

import argparse

from videolect.language.spec import Spec, open_spec

SHIPPED = "core"


def add_spec(parser: argparse.ArgumentParser, only: str = "") -> None:
    """Add it. ``only``: when it is read, where it is not always: "with files"."""
    when = f"{only}: " if only else ""
    parser.add_argument(
        "--spec", default=SHIPPED, metavar="PATH",
        help=f"{when}a folder with a specification, or the name of one that ships (default: {SHIPPED})",
    )  # fmt: skip


def spec_of(args: argparse.Namespace) -> Spec:
    """The one that the command line names. NotFound, or BadInput with its first problem."""
    return open_spec(args.spec)
