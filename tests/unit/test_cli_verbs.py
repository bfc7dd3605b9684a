"""A command is one file, imported when it is asked for; a help of many commands imports none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support import walls
from videolect.cli.main import build_parser
from videolect.cli.verbs import Command, Parser, leaves

SOURCE = Path(__file__).resolve().parents[2] / "src"

HEAVY = walls.HEAVY | {"alembic", "av", "fastapi", "numba", "numpy", "pyarrow", "sklearn", "sqlalchemy", "uvicorn"}

ASKED = """if True:
    import contextlib, io, json, sys
    from videolect.cli.main import main
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(sys.argv[1:])
    print(json.dumps(sorted(sys.modules)))
"""


@cache
def modules_of(*words: str) -> set[str]:
    """What Python has loaded when this command has run."""
    done = subprocess.run([sys.executable, "-c", ASKED, *words], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def commands(parser: Parser) -> Iterator[Command]:
    for command in parser.commands.values():
        yield command
        yield from commands(command)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """Every verb by its words, with the module that it is."""
    parser = build_parser()
    assert list(leaves(parser))  # which fills them
    found = {}
    for command in commands(parser):
        if not command.commands:
            package = (SOURCE / command.module.replace(".", "/")).is_dir()
            found[command.prog.removeprefix("videolect ")] = command.module + (".command" if package else "")
    return found


def test_a_verb_is_where_its_name_says(files: dict[str, str]) -> None:
    assert len(files) > 40
    assert files["eval score"] == "videolect.cli.eval.score"
    assert files["data check-golden"] == "videolect.cli.data.check_golden"
    assert files["data import"] == "videolect.cli.data.import_"
    assert files["train"] == "videolect.cli.train.command"


def test_no_command_imports_another(files: dict[str, str]) -> None:
    named = set(files.values())
    assert not [(one.place, one.imported) for one in walls.imports(SOURCE) if one.imported in named]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("--help", None), ("eval --help", None), ("data nonsense", None), ("eval score --help", "eval score"),
        ("data import --help", "data import"), ("train --help", "train"), ("spec check", "spec check"),
    ],
)  # fmt: skip
def test_of_all_commands_only_the_one_that_is_asked_for_is_imported(
    words: str, asked: str | None, files: dict[str, str]
) -> None:
    loaded = modules_of(*words.split())
    assert loaded & set(files.values()) == ({files[asked]} if asked else set())


@pytest.mark.parametrize("words", ["--help", "eval --help", "data nonsense"])
def test_a_help_of_many_commands_loads_nothing_else(words: str) -> None:
    loaded = modules_of(*words.split())
    rooms = {walls.room(name) for name in loaded if name.startswith("videolect.")}
    assert rooms == {"cli", "errors"}
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("spec check", {"numpy"}), ("spec show pan_left", {"numpy"}),
        ("video probe none.mp4", {"av", "numpy"}), ("eval score --help", {"numpy", "pyarrow"}),
    ],
)  # fmt: skip
def test_a_light_command_loads_what_it_needs_alone(words: str, needs: set[str]) -> None:
    assert modules_of(*words.split()) & HEAVY <= needs
