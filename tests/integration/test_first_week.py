"""What somebody does wrong in the first week: each message names what is wrong and what to do about it.

The tests of each room know more mistakes; these are the common ones, told as a person meets them.
"""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import movies
from tests.support.commands import run
from videolect.cli.main import main

Words = tuple[str, ...]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, a film, a text and a folder of letters. Nothing that fails changes it."""
    folder = tmp_path_factory.mktemp("week")
    movies.constant(folder / "film.mp4", 24)
    (folder / "notes.txt").write_text("dear diary\n")
    (folder / "letters").mkdir()
    (folder / "letters" / "one.txt").write_text("dear")
    (folder / "files.csv").write_text("file,clip\nfilm.mp4,a\n")
    workspace = str(folder / "ws")
    assert main(["desk", "init", "--workspace", workspace]) == 0
    assert main(["desk", "invite", "ann", "--role", "annotator", "--workspace", workspace]) == 0
    assert main(["data", "import", str(folder / "film.mp4"), "--campaign", "spring", "--workspace", workspace]) == 0
    assert main(["data", "triples", "--workspace", workspace, "--out", str(folder / "none.parquet")]) == 0
    return folder


@pytest.fixture
def here(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That folder, as the one where commands are typed."""
    monkeypatch.chdir(made)
    monkeypatch.delenv("VIDEOLECT_HOME", raising=False)
    return made


MISTAKES: dict[str, tuple[str, int, str, str]] = {
    # what was typed, exit code, words of what is wrong, words of the mend
    "no workspace yet": ("desk serve", 2, "no workspace in videolect-workspace", "videolect desk init"),
    "a folder that holds something else": ("desk init --workspace letters", 2, "no workspace", "another folder"),
    "a file for a folder": ("desk init --workspace film.mp4", 2, "Not a directory", "another folder"),
    "a database of another kind": ("desk init --workspace my --database mysql://x/y", 2, "mysql", "postgresql://"),
    "a name with a blank": ("desk invite Ann_Lee! --role lead --workspace ws", 2, "'Ann_Lee!'", "letters, digits"),
    "the same person twice": ("desk invite ann --role annotator --workspace ws", 2, "ann already", "password ann"),
    "a password of nobody": ("desk password bob --workspace ws", 2, "no account bob", "desk invite"),
    "a misspelt film": ("data import flim.mp4 --campaign spring --workspace ws", 2, "flim.mp4", "film.mp4"),
    "no film at all": ("data import --campaign spring --workspace ws", 2, "Nothing is named", "files or folders"),
    "another policy": ("data import film.mp4 --campaign spring --mode write --workspace ws", 2, "policy", "--mode"),
    "an aspect that is none": (
        "data import film.mp4 --campaign s --aspect lights --workspace ws",
        2,
        "lights",
        "light",
    ),
    "a manifest of other columns": (
        "data import --manifest files.csv --workspace ws",
        2,
        "file, clip",
        "one of them path",
    ),
    "a list that is a text": ("data import --manifest notes.txt --workspace ws", 2, "no manifest", ".csv"),
    "no processes": ("data import film.mp4 --jobs 0 --workspace ws", 2, "--jobs is 0", "from 1 on"),
    "a misspelt campaign": ("data triples --campaign sprnig --out t.parquet --workspace ws", 2, "sprnig", "spring"),
    "a table for a person": ("data triples --out t.csv --workspace ws", 2, ".parquet nor .jsonl", "one of the two"),
    "a folder that is not there": ("data triples --out no/t.parquet --workspace ws", 2, "no is not there", "Make it"),
    "rows before anything is settled": ("data rows none.parquet --out rows", 2, "no row", "settle some tasks"),
    "rows of a film": ("data rows film.mp4 --out rows", 2, "film.mp4", "data triples"),
    "rows that nobody wrote": ("eval score rows --predictions x.jsonl", 2, "manifest.json", "data rows"),
    "a misspelt primitive": ("data search pan_lef --workspace ws", 2, "pan_lef", "pan_left"),
    "half a query": ("data search pan_left_and( --workspace ws", 2, "At sign", ""),
    "a writer that is none": ("desk work --writer gpt-4o --workspace ws", 2, "gpt-4o", "chat:..."),
    "a model that is not there": ("desk work --writer qwen:./nowhere --workspace ws", 2, "nowhere", "config.json"),
    "a server that does not run": (
        "desk work --writer chat:http://127.0.0.1:9/v1 --workspace ws",
        1,
        "127.0.0.1:9",
        "Start",
    ),
    "a recipe that is none": ("train qwen3vl_9b", 2, "qwen3vl_9b", "tiny_cpu"),
    "a recipe without rows": ("train qwen3vl_8b_sft_full_1xh200 --dry-run", 2, "brings no rows", "--rows DIR"),
    "to go on with nothing": ("train tiny_cpu --resume --out nothing", 2, "no run", "leave --resume out"),
    "a primitive with another ending": ("spec show dolly_zooms", 2, "dolly_zooms", "dolly_zoom"),
    "a language that is none": ("spec check --spec mine", 2, "'mine'", "core"),
    "a film that is a text": ("video probe notes.txt", 1, "it is text", "Give a film"),
    "a detector that is none": ("video split film.mp4 --engine magic", 2, "magic", "blends"),
    "a detector without weights": ("video split film.mp4 --engine transnetv2", 2, "weights", "--weights FILE"),
    "no frames": ("video frames film.mp4 --count 0 --out f", 2, "0 frames", "1 to"),
    "a set that is none": ("stage render --set nice --out clips", 2, "'nice'", "bench"),
    "no number of clips": ("stage render --set bench --out clips", 2, "number of clips", "--n N"),
    "pictures that are not there": ("desk serve --glossary nowhere --workspace ws", 2, "nowhere", "stage stills"),
    "a bucket without a name": ("desk init --workspace s3 --films s3://", 2, "'s3://'", "BUCKET"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_first_week_is_told_with_its_mend(
    here: Path, capsys: pytest.CaptureFixture[str], mistake: str
) -> None:
    typed, code, wrong, mend = MISTAKES[mistake]
    before = sorted(path.name for path in here.iterdir())
    found, answer = run(capsys, *typed.split())
    assert found == code, answer
    assert wrong in answer["message"]
    assert mend in answer["mend"]
    for words in (answer["message"], answer["mend"]):
        assert words.rstrip().endswith((".", "...", "?")), words

    assert "Errno" not in answer["message"]
    assert sorted(path.name for path in here.iterdir()) == before, "nothing half done stays"


@pytest.fixture
def port() -> Iterator[int]:
    """A port that somebody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def test_a_port_in_use_is_told(here: Path, capsys: pytest.CaptureFixture[str], port: int) -> None:
    code, answer = run(capsys, "desk", "serve", "--workspace", "ws", "--port", str(port))
    assert (code, answer["message"]) == (2, f"127.0.0.1:{port} cannot be served: Address already in use.")
    assert answer["mend"].startswith("Another program listens there, perhaps a desk that runs already.")


def test_nobody_to_sign_in_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = tmp_path / "new"
    run(capsys, "desk", "init", "--workspace", workspace)
    code, answer = run(capsys, "desk", "serve", "--workspace", workspace)
    assert (code, answer["mend"]) == (2, "Make an account: videolect desk invite NAME --role annotator.")


def test_an_import_without_a_campaign_says_that_nothing_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = movies.constant(tmp_path / "film.mp4", 6)
    main(["desk", "init", "--workspace", str(tmp_path / "ws")])
    assert main(["data", "import", str(film), "--workspace", str(tmp_path / "ws")]) == 0
    assert "give --campaign NAME" in capsys.readouterr().out


def newer(workspace: Path) -> None:
    (workspace / "workspace.json").write_text('{"format": 9}\n')


def cut_off(workspace: Path) -> None:
    (workspace / "workspace.json").write_text("{")


def of_the_future(workspace: Path) -> None:
    with sqlite3.connect(workspace / "videolect.db") as database:
        database.execute("update alembic_version set version_num = '9999'")
    database.close()


def no_database(workspace: Path) -> None:
    (workspace / "videolect.db").write_bytes(b"no database" * 100)


@pytest.mark.parametrize(
    ("spoil", "code", "wrong", "mend"),
    [
        (newer, 2, "has format 9; this release reads 1", "pip install --upgrade videolect"),
        (cut_off, 1, "does not say what workspace this is", "from a backup"),
        (of_the_future, 1, "has schema 9999", "pip install --upgrade videolect"),
        (no_database, 1, "is not a database", "from a backup"),
    ],
)
def test_a_workspace_that_is_not_what_it_was_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], code: int, wrong: str, mend: str
) -> None:
    workspace = tmp_path / "ws"
    main(["desk", "init", "--workspace", str(workspace)])
    spoil(workspace)
    kept = {path: path.read_bytes() for path in workspace.iterdir() if path.is_file()}
    capsys.readouterr()
    found, answer = run(capsys, "desk", "work", "--workspace", workspace)
    assert found == code
    assert wrong in answer["message"]
    assert mend in answer["mend"]
    assert {path: path.read_bytes() for path in kept} == kept, "what is spoilt is not made worse"
    assert json.dumps(answer)
