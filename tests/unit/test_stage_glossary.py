"""Pictures of a glossary: stills and index, what the index lists and nothing else, and what shows what by the rules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.glossary import example, put_clip, put_glossary
from videolect.cli.main import main
from videolect.errors import BadInput, NotFound
from videolect.language import load_spec
from videolect.language.guide import guide
from videolect.stage.glossary import INDEX, Glossary, Loop, Shown, make_pictures
from videolect.stage.plan.repertoire import Repertoire
from videolect.video.backends.pillow import picture_of
from videolect.wiring import Workspace

SPEC = load_spec()
NAMES = ("pan_left", "pan_right", "truck_left")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A glossary of three primitives, with its index; to be read only."""
    folder = tmp_path_factory.mktemp("pictures") / "glossary"
    put_glossary(folder, SPEC, *NAMES)
    make_pictures(folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "glossary")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def of(pictures: list[Any]) -> dict[Any, str]:
    return {each.value: each.primitive for each in pictures}


# ------------------------------------------------------------------------------------------------------- stills, index


def test_stills_are_the_first_and_the_last_frame(whole: Path):
    start, end = (picture_of((whole / f"pan_left.yes.{part}.jpg").read_bytes()) for part in ("start", "end"))
    assert start.shape == end.shape == (180, 320, 3)
    assert np.abs(start.astype(int) - end.astype(int)).mean() > 3
    assert [loop.name for loop in Glossary.read(whole).loops] == [
        f"{name}.{kind}" for name in NAMES for kind in ("no", "yes")
    ]


def test_what_is_there_is_kept_and_what_changed_is_made_anew(
    folder: Path, capsys: pytest.CaptureFixture[str]
):  # fmt: skip
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    code, answer = run(capsys, "stage", "stills", folder)
    assert (code, answer["clips"], answer["kept"], answer["failed"]) == (0, 6, 6, 0)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    put_clip(folder, "pan_left.yes", example(SPEC, "pan_left"), frames=12)
    (folder / "pan_right.yes.end.jpg").unlink()
    (folder / ".truck_left.yes.end.jpg.4242").write_bytes(b"half")
    code, answer = run(capsys, "stage", "stills", folder)
    assert (code, answer["clips"], answer["kept"]) == (0, 6, 4)
    assert {path.name for path in folder.iterdir()} == set(before)
    assert len(Glossary.read(folder).loops) == 6


def test_a_clip_that_cannot_be_read_is_told_and_left_out(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "pan_left.yes.mp4").write_bytes(b"no film")
    (folder / "pan_right.yes.truth.json").write_text('{"asked": null}')
    (folder / "stranger.yes.mp4").write_bytes(b"without truth")
    (folder / "train-1-000001.truth.json").write_text("{}")
    code, answer = run(capsys, "stage", "stills", folder)
    assert (code, answer["clips"], answer["failed"]) == (1, 4, 2)
    assert [each["clip"] for each in answer["failures"]] == ["pan_left.yes", "pan_right.yes"]
    assert "is no truth of a clip" in answer["failures"][1]["why"]
    assert {loop.name for loop in Glossary.read(folder).loops}.isdisjoint({"pan_left.yes", "pan_right.yes"})


@pytest.mark.slow
def test_a_glossary_that_is_rendered_is_ready_for_guide_and_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "glossary"
    words = ("--set", "glossary", "--out", out, "--size", "64x36", "--seconds", "1", "--fps", "8", "--jobs", "1")
    code, answer = run(capsys, "stage", "render", "--n", "3", *words)
    assert (code, answer["failed"]) == (0, 0)
    told = [each["clip"] for each in answer["left_out"]]
    assert told == ["motion_blur.no"], "a whip pan, for which motion blur is taken, is always blurred"
    glossary = Glossary.read(out)
    assert len(glossary.loops) == answer["clips"] > 2
    for loop in glossary.loops:
        assert (loop.width, loop.height) == (64, 36)
        if loop.shows:
            assert glossary.under(SPEC).of(loop.primitive) == loop
        else:
            assert loop.also is not None
            assert glossary.under(SPEC).beside(loop.primitive, loop.also) == loop
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    code, answer = run(capsys, "stage", "render", "--n", "3", *words)
    assert (code, answer["kept"]) == (0, len(glossary.loops))
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == before


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_without_a_glossary_is_refused(there: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "films"
    if there:
        folder.mkdir()
    code, answer = run(capsys, "stage", "stills", folder)
    assert (code, answer["error"]) == (2, "NotFound")
    assert list(tmp_path.rglob("*")) == ([folder] if there else [])


# ----------------------------------------------------------------------------------------------- only what is listed


def test_files_are_given_out_by_the_hash_of_their_bytes(whole: Path):
    glossary = Glossary.read(whole)
    loop = next(loop for loop in glossary.loops if loop.name == "pan_left.yes")
    assert glossary.file(loop.film) == ((whole / "pan_left.yes.mp4").read_bytes(), "video/mp4")
    assert glossary.file(loop.end) == ((whole / "pan_left.yes.end.jpg").read_bytes(), "image/jpeg")


@pytest.mark.parametrize("asked", ["", "..", "../pictures.json", "pan_left.yes.mp4", "/etc/passwd", "0" * 64, "%2e"])
def test_nothing_else_is_given_out(asked: str, whole: Path):
    with pytest.raises(NotFound, match="no such picture"):
        Glossary.read(whole).file(asked)


def test_bytes_that_are_no_longer_those_are_not_given_out(folder: Path):
    glossary = Glossary.read(folder)
    loop = next(loop for loop in glossary.loops if loop.name == "pan_left.yes")
    secret = folder.parent / "secret.txt"
    secret.write_text("a secret")
    for make in (lambda path: path.symlink_to(secret), lambda path: path.write_bytes(b"another"), lambda path: None):
        (folder / "pan_left.yes.mp4").unlink(missing_ok=True)
        make(folder / "pan_left.yes.mp4")
        with pytest.raises(NotFound):
            glossary.file(loop.film)
    assert "pan_left.yes" not in {each.name for each in Glossary.read(folder).loops}, "a missing file leaves it out"


def changed(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda index: index["loops"][0].update(values)


@pytest.mark.parametrize(
    "spoil",
    [
        changed(name="../pan_left.yes"), changed(name="/etc/pan_left.yes"), changed(name="pan_left"), changed(name=3),
        changed(name="pan_left.yes\n"), changed(film="x"), changed(start=None), changed(width=0), changed(height="72"),
        changed(also=4), changed(answers=3), changed(path="/etc/passwd"), lambda index: index["loops"][0].pop("end"),
        lambda index: index.update(format=2), lambda index: index.update(loops=None), lambda index: index.clear(),
    ],
)  # fmt: skip
def test_a_spoilt_index_is_refused(spoil: Callable[[dict[str, Any]], object], folder: Path):
    index = json.loads((folder / INDEX).read_text())
    spoil(index)
    (folder / INDEX).write_text(json.dumps(index))
    with pytest.raises(BadInput, match="no index of pictures"):
        Glossary.read(folder)


def test_a_spoilt_index_is_made_anew(folder: Path):
    (folder / INDEX).write_text("{")
    assert [each.kept for each in make_pictures(folder)] == [False] * 6
    assert len(Glossary.read(folder).loops) == 6


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, "\x00", '{"format": 1, "loops": [3]}'])
def test_what_is_no_index_is_refused(text: str, folder: Path):
    (folder / INDEX).write_text(text)
    with pytest.raises(BadInput, match="no index of pictures"):
        Glossary.read(folder)


def test_a_workspace_shows_its_own_folder_or_the_one_that_is_named(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    assert Workspace.create(tmp_path / "plain").glossary is None
    named = Workspace.create(tmp_path / "named", glossary=folder).glossary
    assert named is not None
    assert named.folder == folder
    with pytest.raises(NotFound, match="no index"):
        _ = Workspace.create(tmp_path / "wrong", glossary=tmp_path).glossary
    own = Workspace.create(tmp_path / "own")
    shutil.copytree(folder, own.root / "glossary")
    assert own.glossary is not None
    (own.root / "glossary" / INDEX).unlink()
    assert Workspace.open(own.root).glossary is None
    assert "stage stills" in caplog.text


# ---------------------------------------------------------------------------------------------------- what shows what


def test_a_picture_shows_what_is_so_by_the_rules(tmp_path: Path):
    put_glossary(tmp_path, SPEC, "pan_left", "truck_left")
    put_clip(tmp_path, "pan_right.yes", example(SPEC, "truck_left"))  # as another version of the language may have it
    put_clip(tmp_path, "zoom_in.no", example(SPEC, "pan_left"), also="dolly_in")
    make_pictures(tmp_path)
    shown = Glossary.read(tmp_path).under(SPEC)
    assert shown.of("pan_left") is not None
    assert shown.of("pan_right") is None
    assert shown.of("no_such_primitive") is None
    beside = shown.beside("pan_left", "truck_left")
    assert beside is not None
    assert beside.name == "pan_left.no"
    assert shown.beside("zoom_in", "dolly_in") is None
    assert shown.beside("gimbal_look", "stable_camera") is None, "undetermined, which tells nothing apart"
    assert shown.beside("pan_left", "whip_pan_left") is None


def test_without_a_look_alike_of_its_own_the_clip_of_the_other_stands_beside(folder: Path):
    put_clip(folder, "truck_left.yes", example(SPEC, "truck_left", without="pan_left"))
    make_pictures(folder)
    (folder / "pan_left.no.mp4").unlink()
    shown = Glossary.read(folder).under(SPEC)
    loop = shown.beside("pan_left", "truck_left")
    assert loop is not None
    assert loop.name == "truck_left.yes"


def test_answers_have_the_pictures_of_what_they_make_true():
    """Over everything that can be staged, as if each clip had the record of an example."""
    names = Repertoire(SPEC).names
    loops = tuple(loop_of(f"{name}.yes", example(SPEC, name)) for name in names)
    options = Shown(SPEC, loops).options
    assert of(options["camera_pan"]) == {"left_to_right": "only_pan_right", "right_to_left": "only_pan_left"}
    assert of(options["camera_focus"]) == {
        name: name for name in ("deep_focus", "shallow_focus", "ultra_shallow_focus")
    }
    assert of(options["is_tracking"]) == {True: "tracking_shot"}
    assert of(options["movement_gestures"])["push_in"] == "push_in"
    assert of(options["camera_segments"])["whip_pan_left"] == "whip_pan_left"
    assert of(options["camera_segments"])["pan_right"] == "only_pan_right"
    assert len(options["shot_size_start"]) == 8
    for field, pictures in options.items():
        for each in pictures:
            answers = each.loop.answers
            assert SPEC.derive(answers)[each.primitive] is True
            if field != "camera_segments":
                given = answers[field]
                assert each.value in given if isinstance(given, list) else each.value == given


def test_a_primitive_stands_for_no_question_that_it_only_needs():
    loop = loop_of("rack_focus.yes", example(SPEC, "rack_focus"))
    assert set(Shown(SPEC, (loop,)).options) == {"focus_change_reason"}
    assert Shown(SPEC, ()).options == {}


def loop_of(name: str, answers: Mapping[str, Any]) -> Loop:
    """As an index has it, of no film."""
    plain = json.loads(json.dumps(dict(answers), default=list))
    zeros = "0" * 64
    return Loop(name=name, also=None, answers=plain, width=2, height=2, film=zeros, start=zeros, end=zeros)


# ----------------------------------------------------------------------------------------------------------- the guide


def test_the_guide_shows_the_loops_beside_each_other(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for path in (*folder.glob("*.jpg"), folder / INDEX):
        path.unlink()
    (folder / "truck_left.yes.mp4").write_bytes(b"no film")
    out = tmp_path / "site"
    code, answer = run(capsys, "spec", "guide", "--out", out, "--pictures", folder)
    assert (code, answer["pictures"], answer["left_out"]) == (0, 2, ["truck_left.yes"])
    page = (out / "primitives" / "pan_left.html").read_text()
    how = next(other.how for other in SPEC.primitives["pan_left"].look_alikes if other.id == "truck_left")
    beside = next(part for part in page.split('<div class="beside">') if "truck_left.html" in part)
    assert "../media/pan_left.yes.mp4" in beside
    assert "../media/pan_left.no.mp4" in beside
    assert how in beside.replace("&#39;", "'")
    assert page.index('class="beside"') < page.index("How to decide")
    assert {path.name for path in (out / "media").iterdir()} >= {
        f"pan_left.{kind}{ending}" for kind in ("yes", "no") for ending in (".mp4", ".start.jpg", ".end.jpg")
    }


def test_a_guide_without_pictures_is_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "site"
    code, answer = run(capsys, "spec", "guide", "--out", out)
    assert (code, answer["pictures"]) == (0, 0)
    assert not (out / "media").exists()
    page = (out / "primitives" / "pan_left.html").read_text()
    assert "<video" not in page
    assert page.index("How to decide") < page.index('class="beside"')
    assert dict(guide(SPEC))["primitives/pan_left.html"] == page


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_guide_of_a_folder_without_pictures_is_not_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "empty").mkdir()
    code, answer = run(capsys, "spec", "guide", "--out", tmp_path / "site", "--pictures", tmp_path / name)
    assert (code, answer["error"]) == (2, "NotFound")
    assert not (tmp_path / "site").exists()
