"""From cuts to clips: ``data import --shots`` and ``video split --edited``, with people's edits and without."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import movies
from tests.support.commands import clips_of, run
from videolect.cli.main import main
from videolect.errors import CannotRead, NotFound
from videolect.oversight.cuts import CutsDesk
from videolect.video import evidence
from videolect.video.backends.pyav import write_mp4
from videolect.video.imports import import_videos
from videolect.video.library import PROXIES
from videolect.video.probe import probe
from videolect.video.proxy import proxy
from videolect.wiring import OPERATOR, Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "workspace"
    assert main(["desk", "init", "--workspace", str(path), "--json"]) == 0
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Three scenes of 48, 24 and 48 frames at 24 a second."""
    return film_of(tmp_path / "film.mp4", (48, 24, 48))


def film_of(path: Path, lengths: tuple[int, ...]) -> Path:
    pictures = [scene(number, at) for number, length in enumerate(lengths) for at in range(length)]
    write_mp4(path, pictures, fps=Fraction(24), size=(160, 90))
    return path


def scene(seed: int, number: int) -> np.ndarray:
    tiles = np.random.default_rng(seed).integers(0, 256, (5, 9, 3)).astype(np.uint8)
    return np.roll(np.kron(tiles, np.ones((18, 18, 1), np.uint8))[:90, :160], number // 4, axis=1)


def put_right(root: Path, film: Path) -> None:
    """A lead moves the first cut to 40, removes the second and sees one at 100."""
    workspace = Workspace.open(root)
    cuts = CutsDesk(workspace.catalogue, workspace.cut_finder)
    video_hash = probe(film).video.hash
    cuts.move(OPERATOR, video_hash, (48, 48), "cut", 40, 40)
    cuts.remove(OPERATOR, video_hash, 72, 72)
    cuts.add(OPERATOR, video_hash, "cut", 100, 100)
    workspace.close()


def test_every_shot_becomes_a_clip_and_peoples_edits_count(
    root: Path, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    words = ("data", "import", film, "--shots", "--campaign", "c", "--workspace", root)
    code, answer = run(capsys, *words, "--report", tmp_path / "report.jsonl")
    assert code == 0
    assert (answer["videos"], answer["clips"], answer["older_clips"]) == (1, 3, 0)
    clips = clips_of(root)
    assert [clip[1:] for clip in clips.values()] == [(0, 48), (48, 72), (72, 120)]
    assert len({source for source, _, _ in clips.values()}) == 1, "splits keep the shots of one film together"
    (row,) = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert row["clips"] == list(clips) == ["film-0-48", "film-48-72", "film-72-120"]

    _, again = run(capsys, *words)
    assert (again["clips"], again["tasks"], again["older_clips"]) == (3, 0, 0)

    put_right(root, film)
    _, mended = run(capsys, *words)
    assert (mended["clips"], mended["older_clips"]) == (3, 3)
    assert {clip[1:] for clip in clips_of(root).values()} - {clip[1:] for clip in clips.values()} == {
        (0, 40), (40, 100), (100, 120),
    }  # fmt: skip


def test_split_shows_peoples_edits_where_asked(root: Path, film: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, "video", "split", film, "--edited", "--workspace", root)
    assert code == 2
    assert answer["error"] == "NotFound", "a film that the workspace does not know"
    run(capsys, "data", "import", film, "--shots", "--workspace", root)
    assert clips_of(root) == {}, "without a campaign the cuts are found and kept, and no task is opened"
    put_right(root, film)
    _, plain = run(capsys, "video", "split", film, "--workspace", root)
    _, edited = run(capsys, "video", "split", film, "--edited", "--workspace", root)
    assert [shot["start_frame"] for shot in plain["shots"]] == [0, 48, 72]
    assert [shot["start_frame"] for shot in edited["shots"]] == [0, 40, 100]
    assert (plain["edits"], edited["edits"]) == (0, 3)
    assert [one["found_by"] for one in edited["transitions"]] == [OPERATOR.id, OPERATOR.id]
    code, _ = run(capsys, "video", "split", film, "--edited", "--workspace", root.parent / "none")
    assert code == 2


def test_rules_hold_for_clips_too_and_want_shots(root: Path, film: Path, capsys: pytest.CaptureFixture[str]):
    words = ("data", "import", film, "--campaign", "c", "--workspace", root)
    for wrong in (["--trim", "0.5"], ["--halved"], ["--shots", "--trim", "-1"], ["--shots", "--max-s", "0"]):
        code, answer = run(capsys, *words, *wrong)
        assert (code, answer["error"]) == (2, "BadInput"), wrong
    assert clips_of(root) == {}
    _, answer = run(capsys, *words, "--shots", "--trim", "0.25", "--min-s", "1")
    assert answer["clips"] == 2, "the middle shot has half a second left"
    assert [clip[1:] for clip in clips_of(root).values()] == [(0, 42), (78, 120)]


def test_a_manifest_names_its_parts_itself_and_a_name_is_kept_before_the_frames(
    root: Path, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    one = film_of(tmp_path / "one.mp4", (30,))
    manifest = tmp_path / "films.csv"
    manifest.write_text(
        f"path,clip,source_id,start_frame,end_frame\n{film},,,10,100\n{film},bee,hive,,\n{one},solo,,,\n"
    )
    code, answer = run(
        capsys, "data", "import", "--manifest", manifest, "--shots", "--campaign", "c", "--workspace", root
    )
    assert (code, answer["clips"]) == (0, 5)
    clips = clips_of(root)
    assert {name: clip[1:] for name, clip in clips.items()} == {
        "film-10-100": (10, 100), "bee-0-48": (0, 48), "bee-48-72": (48, 72), "bee-72-120": (72, 120),
        "solo": (0, 30),
    }  # fmt: skip
    assert clips["bee-0-48"][0] == "hive"


def test_a_detector_that_fails_costs_one_film(
    root: Path, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    film_of(tmp_path / "other.mp4", (30, 30))
    whole = evidence.scores_of

    def failing(path: Path, *more: Any, **named: Any) -> Any:
        if path.name == "film.mp4":
            raise CannotRead("It broke off.", mend="Convert it.")
        return whole(path, *more, **named)

    monkeypatch.setattr(evidence, "scores_of", failing)
    words = ("data", "import", film, tmp_path / "other.mp4", "--shots", "--campaign", "c", "--workspace", root)
    code, answer = run(capsys, *words)
    assert code == 1
    assert [(each["path"], each["why"]) for each in answer["refused"]] == [(str(film), "It broke off. Convert it.")]
    assert [clip[1:] for clip in clips_of(root).values()] == [(0, 30), (30, 60)]
    monkeypatch.setattr(evidence, "scores_of", whole)
    code, answer = run(capsys, *words)
    assert (code, answer["clips"]) == (0, 5)


def test_a_list_or_manifest_that_names_no_film_is_told(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name, text, option in (("l.txt", "# nothing yet\n\n", "--list"), ("m.csv", "path\n", "--manifest")):
        path = tmp_path / name
        path.write_text(text)
        code, answer = run(capsys, "data", "import", option, path, "--workspace", root)
        assert code == 1
        assert "names no film" in answer["refused"][0]["why"]
        assert answer["refused"][0]["path"] == str(path)


def test_a_film_that_changes_while_its_proxy_is_made_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    other = movies.constant(tmp_path / "other.mkv", 24, codec="libx265")
    workspace = Workspace.create(tmp_path / "workspace")
    content_hash = probe(other).video.hash

    def meanwhile(path: Path, *more: Any, **named: Any) -> Any:
        with path.open("ab") as file:
            file.write(b"more")
        return proxy(path, *more, **named)

    monkeypatch.setattr("videolect.video.imports.proxy", meanwhile)
    list(import_videos([other], workspace.storage))
    assert "was changed while it was imported" in caplog.text
    with pytest.raises(NotFound):
        workspace.storage.get_bytes(PROXIES, content_hash)
    workspace.close()
