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
from collections.abc import Sequence

from videolect import __version__
from videolect.cli.verbs import Parser
from videolect.errors import VideolectError

NOUNS = {
    "spec": "the specification: aspects, fields, primitives, rules",
    "video": "look at video files",
    "stage": "render clips whose truth is known",
    "desk": "the place where people work",
    "data": "films in, triples out",
    "write": "drafts, critiques and revisions of one clip",
    "eval": "how good writers, rewards and critics are",
    "train": "teach a model by a recipe",
    "demo": "try the whole loop on a film of yours, or on clips that are rendered for it",
}
"""Each noun with its line of help, in the order of the help; the verbs stand in the noun's folder."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    # A file name may hold bytes that are no UTF-8: they are shown escaped, also inside JSON.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    asked = argparse.Namespace(json="--json" in (sys.argv[1:] if arguments is None else arguments))
    try:
        asked = build_parser().parse_args(arguments)  # imports what the command stands on, which may take a second
        logging.basicConfig(
            stream=sys.stderr,
            level=logging.INFO if asked.verbose else logging.WARNING,
            format="%(levelname)s %(name)s: %(message)s",
        )
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


def build_parser() -> Parser:
    """Every noun; a verb is read when it is asked for, and then has ``run`` and ``render`` (``cli.verbs``)."""
    parser = Parser(prog="videolect", description="A precise language for video, with people in charge.")
    parser.add_argument("--version", action="version", version=f"videolect {__version__}")
    parser.add_commands(NOUNS, "videolect.cli", metavar="NOUN")
    return parser


if __name__ == "__main__":
    sys.exit(main())
