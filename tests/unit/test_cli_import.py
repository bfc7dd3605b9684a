"""``data import`` for many films: lists, manifests, a report; and workspaces whose films lie elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import movies, s3
from tests.support.commands import clips_of, run
from videolect.cli.main import main
from videolect.cli.progress import Progress, duration
from videolect.errors import BadInput
from videolect.wiring import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "workspace"
    assert main(["desk", "init", "--workspace", str(path), "--json"]) == 0
    return path


def test_a_manifest_opens_its_clips_and_a_report_tells_of_each(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    movies.constant(tmp_path / "a.mp4", 48)
    movies.constant(tmp_path / "b.mp4", 12)
    (tmp_path / "bad.mp4").write_text("no film")
    manifest = tmp_path / "films.csv"
    manifest.write_text(
        "path,clip,source_id,start_s,end_s,fps\n"
        "a.mp4,,,0,1,24\n"
        "a.mp4,end-of-a,,1,,24\n"
        "b.mp4,bee,hive,,,24\n"
        "bad.mp4,,,,,24\n"
        "a.mp4,,,7,9,24\n"
        "a.mp4,bad name,,,,24\n"
        "nowhere.mp4,,,,,24\n"
    )
    report = tmp_path / "report.jsonl"
    words = ("data", "import", "--workspace", root, "--campaign", "spring", "--manifest", manifest, "--jobs", 2)
    code, answer = run(capsys, *words, "--report", report)
    assert code == 1
    assert (answer["videos"], answer["new"], answer["tasks"], answer["acts"]) == (2, 2, 18, 21)
    assert answer["unknown_columns"] == ["fps"]
    assert [each["path"] for each in answer["refused"]] == [
        str(tmp_path / "bad.mp4"), str(tmp_path / "a.mp4"), f"{manifest}:7", str(tmp_path / "nowhere.mp4"),
    ]  # fmt: skip
    assert "7 to 9 s is no part of it" in answer["refused"][1]["why"]
    assert answer["refused"][1]["line"] == f"{manifest}:6"
    clips = clips_of(root)
    film = clips["end-of-a"][0]
    assert clips == {"a-0-24": (film, 0, 24), "end-of-a": (film, 24, 48), "bee": ("hive", 0, 12)}
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    assert [row["clip"] for row in rows if row["hash"]] == ["a-0-24", "end-of-a", "bee"]
    assert [row["new"] for row in rows] == [True, False, True, False, False, False, False]
    assert [bool(row["why"]) for row in rows] == [False, False, False, True, True, True, True]
    assert all(row["mend"] for row in rows if row["why"])
    assert all(row["seconds"] >= 0 for row in rows)
    assert rows[0]["extra"] == {"fps": "24"}
    assert not list(tmp_path.glob(".report*"))

    code, again = run(capsys, *words)
    assert (again["videos"], again["new"], again["tasks"], again["acts"]) == (2, 0, 0, 0)
    assert again["refused"] == answer["refused"]


def test_a_clips_name_that_the_campaign_has_is_refused(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("a", "b"):
        movies.constant(tmp_path / f"{name}.mp4", 12 if name == "a" else 18)
        (tmp_path / f"{name}.csv").write_text(f"path,clip\n{name}.mp4,one\n")
    words = ("data", "import", "--workspace", root, "--campaign", "spring", "--manifest")
    assert run(capsys, *words, tmp_path / "a.csv")[0] == 0
    code, answer = run(capsys, *words, tmp_path / "b.csv")
    assert (code, answer["videos"], answer["tasks"]) == (1, 1, 0)
    assert "another clip of the name one" in answer["refused"][0]["why"]


def test_a_list_beside_files_and_folders(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "rushes").mkdir()
    movies.constant(tmp_path / "rushes" / "a.mp4", 5)
    movies.constant(tmp_path / "b.mp4", 6)
    movies.constant(tmp_path / "c.mp4", 7)
    (tmp_path / "list.txt").write_text("b.mp4\nrushes\n")
    code, answer = run(
        capsys, "data", "import", tmp_path / "c.mp4", "--list", tmp_path / "list.txt", "--workspace", root
    )
    assert (code, answer["videos"], answer["new"], answer["refused"]) == (0, 3, 3, [])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "Nothing is named"),
        (["--list", "{tmp}/none.txt"], "none.txt is not there"),
        (["--manifest", "{tmp}/none.csv"], "none.csv is not there"),
        (["--manifest", "{tmp}"], "is no manifest"),
        (["{tmp}/film.mp4", "--jobs", "0"], "--jobs is 0"),
        (["{tmp}/film.mp4", "--report", "{tmp}/no/where.jsonl"], "cannot be written"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
):
    (tmp_path / "film.mp4").write_text("no film")
    given = [word.format(tmp=tmp_path) for word in words]
    code, answer = run(capsys, "data", "import", *given, "--workspace", root)
    assert code == 2
    assert why in answer["message"]
    assert answer["mend"]


def test_progress_tells_how_fast_and_how_long(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr("videolect.cli.progress.time.monotonic", lambda: now)
    told = Progress()
    for done in range(101):
        told(done, 200, Path("film.mp4"))
        now += 0.5
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["60 of 200  2 a second, 1 min 10 s left"], "where nobody watches a line in half a minute"
    assert [duration(seconds) for seconds in (3, 63, 3723)] == ["3 s", "1 min 03 s", "1 h 02 min"]


# ------------------------------------------------------------------------------------------------- where films are kept


def test_a_workspace_that_says_nothing_keeps_films_inside(root: Path):
    assert json.loads((root / "workspace.json").read_text()) == {"format": 1, "database": None}
    workspace = Workspace.open(root)
    workspace.storage.check()
    assert (root / "films").is_dir()


def test_films_in_another_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "workspace"
    code, answer = run(capsys, "desk", "init", "--workspace", root, "--films", "big/disk")
    assert (code, answer["films"]) == (0, str(tmp_path / "big" / "disk"))
    film = movies.constant(tmp_path / "film.mp4", 5)
    monkeypatch.chdir("/")
    assert run(capsys, "data", "import", film, "--workspace", root)[0] == 0
    assert len([path for path in (tmp_path / "big" / "disk" / "files").rglob("*") if path.is_file()]) == 1
    code, answer = run(capsys, "desk", "init", "--workspace", root, "--films", tmp_path / "other")
    assert code == 2
    assert "keeps its films in" in answer["message"]


def test_films_in_a_bucket(s3_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    root = tmp_path / "workspace"
    assert run(capsys, "desk", "init", "--workspace", root, "--films", s3_url + "/")[1]["films"] == s3_url
    settings = (root / "workspace.json").read_text()
    assert json.loads(settings)["films"] == s3_url
    assert "testing" not in settings, "no credentials"
    film = movies.constant(tmp_path / "film.mp4", 5)
    code, answer = run(capsys, "data", "import", film, "--campaign", "spring", "--workspace", root)
    assert (code, answer["videos"], answer["tasks"]) == (0, 1, 6)
    assert [name.split("/")[0] for name in s3.names(s3_url)] == ["files", "said", "timeline"]
    assert not (root / "films").exists()
    assert run(capsys, "data", "import", film, "--campaign", "spring", "--workspace", root)[1]["acts"] == 0


def test_a_bucket_that_is_not_there_is_told_at_once(s3_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    root = tmp_path / "workspace"
    code, answer = run(capsys, "desk", "init", "--workspace", root, "--films", "s3://misspelt")
    assert (code, answer["error"]) == (2, "CannotReach")
    assert not root.exists()


@pytest.mark.parametrize("said", ["much", "-1", "nan", "1e12"])
def test_a_limit_of_the_cache_is_a_number(root: Path, monkeypatch: pytest.MonkeyPatch, said: str):
    monkeypatch.setenv("VIDEOLECT_CACHE_GIB", said)
    with pytest.raises(BadInput, match="VIDEOLECT_CACHE_GIB"):
        _ = Workspace.open(root).storage
