"""Commands that are read when they are asked for: a noun is a folder of ``cli``, a verb is a file in it.

``videolect eval score`` is ``cli/eval/score.py``. A noun's ``__init__`` has ``VERBS``, each verb's line of help by its
name, so that ``videolect eval --help`` reads no verb's file. A noun without verbs is ``command.py`` of its folder. Each
of these files has

    add_arguments(parser)                what the command takes; it may set ``parser.description``
    run(asked) -> (exit code, answer)    the answer is an object for JSON
    render(answer) -> text               the same for people

and imports what it needs at its top, as any file does: of all commands only the one that is asked for is imported.
"""

from __future__ import annotations

import argparse
import json
import keyword
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """Answers a wrong command line in JSON too, where that was asked for. ``commands``: the next words, by name."""

    commands: Mapping[str, Command] = {}

    def error(self, message: str) -> NoReturn:
        """Exit code 2."""
        if "--json" in sys.argv[1:]:
            mend = f"See {self.prog} --help."
            print(json.dumps({"error": "BadInput", "message": message, "mend": mend}))
        super().error(message)

    def add_commands(self, told: Mapping[str, str], package: str, *, metavar: str) -> None:
        """One of these words has to follow. ``told``: its line of help; ``package``: where its module is."""
        group = self.add_subparsers(metavar=metavar, required=True, parser_class=Command)
        self.commands = {
            word: group.add_parser(word, help=line, module=f"{package}.{_module(word)}") for word, line in told.items()
        }


def _module(word: str) -> str:
    """``check-golden`` is in ``check_golden.py``; ``import``, which is a word of Python's, in ``import_.py``."""
    name = word.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


class Command(Parser):
    """The parser of a noun or a verb: its module is imported, and says what it takes, when a command line names it."""

    def __init__(self, *, module: str, **options: Any) -> None:
        super().__init__(**options)
        self.module = module
        self.is_filled = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, which calls this for the word that it has read."""
        self.fill()
        return super().parse_known_args(args, namespace)

    def fill(self) -> None:
        """Import the module. A second call changes nothing."""
        if self.is_filled:
            return
        module = import_module(self.module)
        self.is_filled = True
        if hasattr(module, "VERBS"):
            self.add_commands(module.VERBS, self.module, metavar="VERB")
            return
        if hasattr(module, "__path__"):
            module = import_module(f"{self.module}.command")
        module.add_arguments(self)
        _add_usual(self)
        self.set_defaults(run=module.run, render=module.render)


def _add_usual(parser: argparse.ArgumentParser) -> None:
    """What every command takes."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--verbose", action="store_true", help="tell more on stderr")
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR",
        help="default: $VIDEOLECT_HOME, or ./videolect-workspace",
    )  # fmt: skip
    parser.add_argument(
        "--database", metavar="URL", default=os.environ.get("VIDEOLECT_DATABASE"),
        help="default: $VIDEOLECT_DATABASE, or SQLite in the workspace",
    )  # fmt: skip


def leaves(parser: Parser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Parser]]:
    """Every command by its words, filled: for whoever reads them all, as the tests of the docs do."""
    if isinstance(parser, Command):
        parser.fill()
    if not parser.commands:
        yield " ".join(words), parser
    for word, command in parser.commands.items():
        yield from leaves(command, (*words, word))
