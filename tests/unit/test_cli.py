"""The command line: documented, one JSON object on stdout, exit codes 0, 1 and 2, never a traceback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import movies
from videolect.cli.demo.prepared import prepare
from videolect.cli.main import build_parser, main
from videolect.cli.serving import listening
from videolect.cli.verbs import leaves
from videolect.ledger.database import without_password
from videolect.oversight.ports import QueueQuery
from videolect.wiring import Workspace

DOCS = Path(__file__).resolve().parents[2] / "docs"


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any, str]:
    """Exit code, the JSON on stdout, and what stderr says."""
    code = main([*map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_names_of_strangers_do_not_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = movies.constant(tmp_path / "a\x1b[31m\u202eb.mp4", 2)
    assert main(["video", "probe", str(film)]) == 0
    told = capsys.readouterr().out
    assert "a\\x1b[31m\\u202eb.mp4" in told
    assert "\x1b" not in told


def test_every_command_has_a_line_in_the_docs() -> None:
    told = (DOCS / "operations.md").read_text()
    missing = [words for words, _ in leaves(build_parser()) if f"`{words}" not in told]
    assert not missing, f"docs/operations.md says nothing of {missing}"


def test_every_option_says_what_it_is_for() -> None:
    silent = [
        f"{words} {action.option_strings[0]}"
        for words, leaf in leaves(build_parser())
        for action in leaf._actions
        if action.option_strings and not action.help
    ]
    assert not silent


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    root = tmp_path / "workspace"
    assert run(capsys, "desk", "init", "--workspace", root)[0] == 0
    return root


def test_films_come_in_and_bad_ones_are_refused_by_name(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rushes = tmp_path / "rushes"
    rushes.mkdir()
    movies.constant(rushes / "good.mp4", 12)
    (rushes / "empty.mp4").touch()
    code, answer, _ = run(capsys, "data", "import", rushes, "--campaign", "spring", "--workspace", workspace)
    assert code == 1, "one was refused"
    assert (answer["videos"], answer["tasks"], answer["acts"]) == (1, 6, 8)
    assert answer["by_status"]["labels"] == {"to_label": 1}
    assert [Path(each["path"]).name for each in answer["refused"]] == ["empty.mp4"]
    assert "empty" in answer["refused"][0]["why"]
    code, answer, _ = run(
        capsys, "data", "import", rushes / "good.mp4", "--campaign", "spring", "--workspace", workspace
    )
    assert (code, answer["tasks"], answer["acts"]) == (0, 0, 0), "the second time adds nothing"


def test_two_films_of_one_name_are_two_clips(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, frames in (("a", 12), ("b", 18)):
        (tmp_path / place).mkdir()
        movies.constant(tmp_path / place / "take 1 (final).mp4", frames)
    for _ in range(2):
        _, answer, _ = run(
            capsys, "data", "import", tmp_path / "a", tmp_path / "b", "--campaign", "c", "--workspace", workspace
        )
    assert answer["by_status"]["labels"] == {"to_label": 2}


def test_the_projections_are_made_anew_and_compared(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = movies.constant(tmp_path / "film.mp4", 12)
    run(capsys, "data", "import", film, "--campaign", "spring", "--workspace", workspace)
    code, answer, _ = run(capsys, "desk", "rebuild", "--workspace", workspace)
    assert (code, answer["tasks"], answer["equal"]) == (0, 6, True)
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(workspace / "videolect.db")) as connection, connection:
        connection.execute("UPDATE tasks SET status = 'settled'")
    code, answer, _ = run(capsys, "desk", "rebuild", "--workspace", workspace)
    assert (code, answer["equal"]) == (1, False), "spoilt rows are told, and mended"
    assert run(capsys, "desk", "rebuild", "--workspace", workspace)[0] == 0


def test_a_password_is_made_or_read_and_never_default(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer, _ = run(capsys, "desk", "invite", "ann", "--role", "annotator", "--workspace", workspace)
    assert code == 0
    assert len(answer["password"]) >= 12
    code, answer, err = run(capsys, "desk", "invite", "ann", "--role", "annotator", "--workspace", workspace)
    assert (code, answer["error"]) == (2, "BadInput")
    assert "There is an account ann already" in err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["desk", "rebuild", "--workspace", "{tmp}/none"], 2, "There is no workspace"),
        (["desk", "init", "--workspace", "{tmp}/file"], 2, "file"),
        (["desk", "init", "--workspace", "{tmp}/full"], 2, "not empty"),
        (["desk", "invite", "a/b", "--role", "lead", "--workspace", "{ws}"], 2, "'a/b' is not a name"),
        (["desk", "serve", "--workspace", "{ws}"], 2, "Nobody may sign in yet"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "mysql://x/y"], 2, "mysql"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "nonsense"], 2, "nonsense"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "sqlite:///{tmp}/file"], 1, "not a database"),
        (["data", "import", "{tmp}/none.mp4", "--workspace", "{ws}"], 2, "none.mp4"),
        (["data", "triples", "--out", "{tmp}/none/t.parquet", "--workspace", "{ws}"], 2, "none"),
        (["data", "triples", "--out", "{tmp}/t.parquet", "--jobs", "0", "--workspace", "{ws}"], 2, "--jobs is 0"),
        (["data", "triples", "--out", "{tmp}/t.csv", "--workspace", "{ws}"], 2, "t.csv"),
        (["data", "triples", "--out", "{tmp}/full/folder.jsonl", "--workspace", "{ws}"], 2, "folder.jsonl"),
        (["desk", "init", "--workspace", "{tmp}/file/x"], 2, "file"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "sqlite://"], 2, "names no file"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "postgresql://host:port/b"], 2, "host:port"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "postgresql+asyncpg://h/b"], 2, "asyncpg"),
        (["desk", "rebuild", "--workspace", "{ws}", "--database", "sqlite:////proc/x/y.db"], 2, "/proc/x/y.db"),
        (["desk", "work", "--campaign", "no", "--workspace", "{ws}"], 2, "no campaign no"),
        (["desk", "password", "nobody", "--workspace", "{ws}"], 2, "no account nobody"),
        (["data", "import", "{tmp}/film.mp4", "--campaign", "a/b", "--workspace", "{ws}"], 2, "'a/b'"),
        (["data", "triples", "--out", "{tmp}/t.jsonl", "--campaign", "no", "--workspace", "{ws}"], 2, "no campaign no"),
        (["video", "probe", "{tmp}/file"], 1, "file"),
        (["video", "probe", "{tmp}/none.mp4"], None, "none.mp4"),
        (["spec", "check", "--spec", "{tmp}/none"], 2, "none"),
        (["spec", "show", "no_such_thing"], 2, "no_such_thing"),
        (["write", "draft", "{tmp}/none.mp4", "--aspect", "camera"], 2, "none.mp4"),
        (["write", "draft", "{tmp}/film.mp4", "--aspect", "colour"], 2, "colour"),
        (["write", "draft", "{tmp}/film.mp4", "--aspect", "camera", "--writer", "gpt"], 2, "gpt"),
        (["demo", "--video", "{tmp}/none.mp4", "--script"], 2, "none.mp4"),
        (["demo", "--video", "{tmp}/file", "--script"], 1, "None of the films"),
    ],
)
def test_what_is_asked_wrongly_is_answered_plainly(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int | None, told: str
) -> None:
    (tmp_path / "file").write_text("no film, no database\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    (tmp_path / "full" / "folder.jsonl").mkdir()
    movies.constant(tmp_path / "film.mp4", 6)
    found, answer, err = run(capsys, *(word.format(tmp=tmp_path, ws=workspace) for word in words))
    assert found == code or (code is None and found in (1, 2)), f"{found}: {err}"
    assert set(answer) >= {"error", "message", "mend"}
    assert told in answer["message"]
    assert answer["mend"]
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "desk", "invite", "ann", "--role", "annotator", "--workspace", workspace)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, answer, _ = run(capsys, "desk", "serve", "--workspace", workspace, "--port", str(port))
    assert code == 2
    assert str(port) in answer["message"]


def test_the_script_of_the_demo_leaves_nothing_where_no_workspace_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDEOLECT_HOME", str(tmp_path / "home"))  # where people work is no place for a script
    (tmp_path / "file").write_text("no film")
    for _ in range(2):
        code, answer, _ = run(capsys, "demo", "--script", "--video", "file")
        assert (code, answer["message"]) == (1, "None of the films could be imported.")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["desk"])
    assert ended.value.code == 2


def test_a_draft_of_a_clip_without_labels_is_true_and_says_what_it_cannot_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = movies.constant(tmp_path / "film.mp4", 6)
    code, answer, _ = run(capsys, "write", "draft", film, "--aspect", "camera", "--writer", "labels")
    assert code == 0
    assert {"text", "model", "prompt_hash", "seconds", "tokens", "cannot_know"} <= set(answer)
    assert "no labels" in answer["text"]
    assert answer["cannot_know"]


def test_what_counts_tokens_is_named_where_it_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    (tmp_path / "captions.json").write_text('{"subject": "A man walks."}')
    (tmp_path / "tokenizer.json").write_text("{}")
    words = ("write", "merge", tmp_path / "captions.json", "--tokenizer", tmp_path / "tokenizer.json")
    _, answer, _ = run(capsys, *words)
    assert answer["error"] == "MissingExtra"
    assert "videolect[vlm]" in answer["mend"]


def test_the_probe_answers_with_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, answer, _ = run(capsys, "video", "probe", movies.constant(tmp_path / "film.mp4", 6))
    promised = (
        "hash frames duration_s width height rotation time_base variable_rate codec pts_table_hash letterbox problems"
    )
    assert set(promised.split()) <= set(answer)
    assert re.fullmatch(r"\d+/\d+", answer["time_base"])


def test_usage_is_told_in_json_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["videolect", "desk", "invite", "--json"])
    with pytest.raises(SystemExit) as ended:
        main(["desk", "invite", "--json"])
    assert ended.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"] == "BadInput"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    script = f"{sys.executable} -m videolect.cli.main spec check --json | head -c 20"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_a_name_that_is_no_utf_8_does_not_stop_the_others(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = movies.constant(tmp_path / "good.mp4", 6)
    odd = tmp_path / os.fsdecode(b"odd-\xff.mp4")
    odd.write_bytes(movies.constant(tmp_path / "other.mp4", 12).read_bytes())
    bad = tmp_path / os.fsdecode(b"bad-\xff.mp4")
    bad.write_text("no film")
    code, answer, _ = run(capsys, "data", "import", odd, bad, good, "--campaign", "c", "--workspace", workspace)
    assert (code, answer["videos"], answer["tasks"]) == (1, 2, 12)
    assert "bad-" in answer["refused"][0]["path"]


def test_the_same_film_under_two_names_is_one_clip(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = movies.constant(tmp_path / "first.mp4", 6)
    copy = tmp_path / "second.mp4"
    copy.write_bytes(film.read_bytes())
    assert run(capsys, "data", "import", film, "--campaign", "c", "--workspace", workspace)[1]["tasks"] == 6
    assert run(capsys, "data", "import", copy, "--campaign", "c", "--workspace", workspace)[1]["tasks"] == 0


def test_a_campaigns_policy_is_not_changed_in_silence(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = movies.constant(tmp_path / "film.mp4", 6)
    words = ("data", "import", film, "--campaign", "c", "--workspace", workspace)
    assert run(capsys, *words, "--mode", "edit")[0] == 0
    assert run(capsys, *words)[0] == 0
    code, answer, _ = run(capsys, *words, "--mode", "write")
    assert code == 2
    assert "another policy" in answer["message"]


def test_a_campaign_makes_the_captions_that_it_names(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = movies.constant(tmp_path / "film.mp4", 6)
    words = ("data", "import", film, "--campaign", "light", "--workspace", workspace)
    code, answer, _ = run(capsys, *words, "--aspect", "color", "--aspect", "smell")
    assert code == 2
    assert "no aspect 'smell'" in answer["message"]
    assert run(capsys, *words, "--aspect", "color", "--aspect", "lighting")[1]["tasks"] == 3
    assert run(capsys, *words)[0] == 0
    code, answer, _ = run(capsys, *words, "--aspect", "color")
    assert code == 2
    assert "was opened with the aspects color, lighting" in answer["message"]


def test_a_workspace_remembers_its_database_and_is_its_owners_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, database = tmp_path / "workspace", tmp_path / "elsewhere" / "desk.db"
    assert run(capsys, "desk", "init", "--workspace", root, "--database", f"sqlite:///{database}")[0] == 0
    run(capsys, "desk", "invite", "zoe", "--role", "lead", "--workspace", root)
    assert not (root / "videolect.db").exists()
    assert b"zoe" in b"".join(path.read_bytes() for path in database.parent.iterdir())
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    run(capsys, "desk", "init", "--workspace", tmp_path / "two", "--database", f"sqlite:///{database}")
    assert "secret" not in without_password("postgresql://ann:secret@host/desk")


def test_ones_own_film_comes_before_the_clips_of_an_earlier_demo(workspace: Path, tmp_path: Path) -> None:
    assert main(["data", "import", str(movies.constant(tmp_path / "old.mp4", 6)), "--campaign", "demo",
                 "--workspace", str(workspace)]) == 0  # fmt: skip
    opened = Workspace.open(workspace)
    prepare(opened, [movies.constant(tmp_path / "mine.mp4", 12)])
    assert [row.clip for row in opened.desk.queue(QueueQuery(stages=("label",)))] == ["mine", "old"]
    opened.close()


def test_small_answers_are_sent_at_once() -> None:
    """Without TCP_NODELAY each answer waits 40 ms for the other side's delayed acknowledgement."""
    said: list[int] = []

    async def serve_one() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            said.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listening("127.0.0.1", 0) as bound:
            async with await asyncio.start_server(answer, sock=bound):
                reader, writer = await asyncio.open_connection(*bound.getsockname())
                await reader.read()
                writer.close()
                await writer.wait_closed()

    asyncio.run(serve_one())
    assert said
    assert all(said)
