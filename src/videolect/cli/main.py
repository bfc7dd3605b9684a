"""The entry of every command. ``--json`` prints one JSON object on stdout; logs go to stderr.

Exit codes: 0 done; 1 the data say no; 2 asked wrongly. A person never sees a traceback for 1 or 2.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from videolect import __version__
from videolect.cli import data, demo, desk, eval, spec, stage, train, video, write
from videolect.errors import VideolectError

NOUNS = (spec, video, stage, desk, data, write, eval, train, demo)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    # A file name may hold bytes that are no UTF-8: they are shown escaped, also inside JSON.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    asked = build_parser().parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if asked.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        code, answer = asked.run(asked)
        said = json.dumps(answer, ensure_ascii=False) if asked.json else _for_a_terminal(asked.render(answer))
        if said:
            print(said, flush=True)
        return int(code)
    except VideolectError as error:
        if asked.json:
            print(json.dumps({"error": type(error).__name__, "message": error.message, "mend": error.mend}))
        print(_for_a_terminal(f"{error.message}\n{error.mend}"), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone: say nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _for_a_terminal(text: str) -> str:
    """What steers a terminal, or turns the direction of writing, is shown and not done: names come from strangers."""
    return _STEERS.sub(lambda sign: ascii(sign[0])[1:-1], text)


class Parser(argparse.ArgumentParser):
    """Answers a wrong command line in JSON too, where that was asked for."""

    def error(self, message: str) -> NoReturn:
        """Exit code 2."""
        if "--json" in sys.argv[1:]:
            mend = f"See {self.prog} --help."
            print(json.dumps({"error": "BadInput", "message": message, "mend": mend}))
        super().error(message)


def build_parser() -> argparse.ArgumentParser:
    """Every noun and verb. Each leaf sets ``run``: arguments -> (exit code, answer), and ``render``: answer -> text."""
    parser = Parser(prog="videolect", description="A precise language for video, with people in charge.")
    parser.add_argument("--version", action="version", version=f"videolect {__version__}")
    nouns = parser.add_subparsers(metavar="NOUN", required=True)
    for noun in NOUNS:
        noun.add_parser(nouns)
    for leaf in _leaves(parser):
        leaf.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        leaf.add_argument("--verbose", action="store_true", help="tell more on stderr")
        leaf.add_argument(
            "--workspace", type=Path, metavar="DIR",
            help="default: $VIDEOLECT_HOME, or ./videolect-workspace",
        )  # fmt: skip
        leaf.add_argument(
            "--database", metavar="URL", default=os.environ.get("VIDEOLECT_DATABASE"),
            help="default: $VIDEOLECT_DATABASE, or SQLite in the workspace",
        )  # fmt: skip
    return parser


def _leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for child in dict.fromkeys(group.choices.values()):
            yield from _leaves(child)


if __name__ == "__main__":
    sys.exit(main())
