"""An import that is killed with -9 is done again: nothing is lost, nothing decoded twice, nothing goes on in secret."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import movies
from videolect.cli.main import main
from videolect.video import imports
from videolect.video.probe import Probed, probe
from videolect.wiring import Workspace

FILMS = 12


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    (tmp_path / "films").mkdir()
    return [movies.constant(tmp_path / "films" / f"{number:02}.mp4", 4 + number) for number in range(FILMS)]


def importing(workspace: Path, films: Path, *options: str) -> list[str]:
    return ["data", "import", str(films), "--workspace", str(workspace), "--campaign", "spring", "--json", *options]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["folder", pytest.param("s3", marks=pytest.mark.s3)])
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_what_was_in_before_the_kill_is_not_decoded_again(
    place: str, jobs: str, tmp_path: Path, films: list[Path], request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    where = request.getfixturevalue("s3_url") if place == "s3" else None
    root = tmp_path / "workspace"
    workspace = Workspace.create(root, films=where)
    workspace.database.migrate()
    words = [sys.executable, "-m", "videolect.cli.main", *importing(root, tmp_path / "films", "--jobs", jobs)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as child:
        deadline = time.monotonic() + 300
        while len(recorded(workspace)) < 4:
            assert child.poll() is None, "it was to be killed before its end"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    before = recorded(workspace)
    assert 4 <= len(before) < FILMS
    for video in before:  # what the ledger knows is whole
        assert workspace.storage.exists(video)
        assert workspace.library.timeline_of(video).frame_count

    decoded: list[str] = []

    def counting(path: Path, **options: object) -> Probed:
        decoded.append(path.name)
        return probe(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "probe", counting)
    report = tmp_path / "report.jsonl"
    assert main(importing(root, tmp_path / "films", "--jobs", jobs, "--report", str(report))) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["videos"] == FILMS
    assert len(decoded) == len(set(decoded)) == FILMS - len(before) == answer["new"]
    assert not set(decoded) & {film.name for film in films[: len(before)]}, "they were recorded in order"
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    assert [Path(row["path"]).name for row in rows] == [film.name for film in films]
    assert all(row["hash"] and row["clip"] for row in rows)
    # 6 tasks a clip (labels and five captions), each opened once.
    assert sum(sum(counts.values()) for counts in answer["by_status"].values()) == 6 * FILMS
    assert main(importing(root, tmp_path / "films")) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["videos"], again["new"], again["tasks"], again["acts"]) == (FILMS, 0, 0, 0)
    workspace.close()


def recorded(workspace: Workspace) -> list[str]:
    """The videos in the ledger, in its order."""
    return [act.video.hash for _, act in workspace.ledger.every(kind="Imported")]  # type: ignore[attr-defined]


def test_a_decoder_whose_keeper_was_killed_ends(tmp_path: Path) -> None:
    # Opening a pipe that nobody writes to waits for ever, as a decoder might.
    pipe = tmp_path / "film.mp4"
    os.mkfifo(pipe)
    script = (
        "import sys; from pathlib import Path; from videolect.video.sandbox import Limits, ask; "
        "ask({'what': 'inspect'}, Path(sys.argv[1]), Limits())"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(pipe)]) as keeper:
        deadline = time.monotonic() + 120
        while not (decoder := children(keeper.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.5)
        assert running(decoder[0])
        keeper.send_signal(signal.SIGKILL)
    while running(decoder[0]):
        assert time.monotonic() < deadline, "it decodes for nobody"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
