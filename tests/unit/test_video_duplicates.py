"""Copies are found, other films are not; what was found out is kept; bad files are refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import copies
from tests.support.copies import drifting as film
from videolect.cli.main import main
from videolect.errors import CannotRead
from videolect.video import duplicates, fingerprints
from videolect.video.duplicates import compare, find_pairs, groups
from videolect.video.fingerprints import Kept
from videolect.video.look import Fingerprint, fingerprint
from videolect.video.probe import probe


def taken(path: Path) -> Fingerprint:
    return fingerprint(path, probe(path))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    return [film(folder / f"film-{seed}.mp4", seed) for seed in range(3)]


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("re-encoded", partial(copies.copy, crf=34)),
        ("half size", partial(copies.copy, size=copies.half)),
        ("trimmed", partial(copies.copy, start_s=0.6, end_s=3.4)),
        ("mirrored", partial(copies.copy, change=copies.mirrored)),
        ("letterboxed", partial(copies.copy, change=copies.letterboxed)),
        ("pillarboxed", partial(copies.copy, change=copies.pillarboxed)),
        ("brighter", partial(copies.copy, change=copies.brightened)),
        ("15 frames a second", partial(copies.copy, rate=Fraction(15))),
    ],
)
def test_a_copy_is_found_and_only_with_its_original(
    films: list[Path], tmp_path: Path, kind: str, make: Callable[[Path, Path], Path]
):
    originals = [taken(path) for path in films]
    ((a, _, match),) = find_pairs(originals, [taken(make(films[1], tmp_path / "copy.mp4"))])
    assert a == 1
    assert match.mirrored is (kind == "mirrored")
    assert match.shift_s == pytest.approx(-0.6 if kind == "trimmed" else 0, abs=0.25)


def test_different_films_and_a_heavy_crop_are_not_the_same(films: list[Path], tmp_path: Path):
    originals = [taken(path) for path in films]
    assert list(find_pairs(originals)) == []
    cropped = copies.copy(films[0], tmp_path / "crop.mp4", change=partial(copies.cropped, share=0.5))
    match = compare(originals[0], taken(cropped))
    assert match is None or not match.is_same(), "docs/duplicates.md says so"


def invented(samples: int, seed: int, *, motion: int = 40, contrast: int = 100) -> Fingerprint:
    rng = np.random.default_rng(seed)
    looks, changes = rng.integers(0, 2**64, (2, samples), dtype=np.uint64)
    return Fingerprint(
        video_hash=f"{seed:064x}", start_pts=0, end_pts=6 * samples, time_base=Fraction(1, 24), looks=looks,
        contrast=np.full(samples, contrast, np.uint8), changes=changes, motion=np.full(samples, motion, np.uint8),
    )  # fmt: skip


def cut(source: Fingerprint, start: int, end: int) -> Fingerprint:
    part = {name: getattr(source, name)[start:end] for name in ("looks", "contrast", "changes", "motion")}
    return Fingerprint(
        video_hash="ef" * 32, start_pts=0, end_pts=6 * (end - start), time_base=source.time_base, **part
    )  # fmt: skip


def test_one_camera_at_two_times_is_told_apart_by_what_moves():
    one, other = invented(40, 1), invented(40, 2)
    same_scene = Fingerprint(
        video_hash="ef" * 32, start_pts=0, end_pts=240, time_base=one.time_base, looks=one.looks,
        contrast=one.contrast, changes=other.changes, motion=one.motion,
    )  # fmt: skip
    match = compare(one, same_scene)
    assert match is not None
    assert match.distance == 0
    assert not match.is_same()


def test_black_is_like_nothing():
    assert compare(invented(40, 1, contrast=3), invented(40, 1, contrast=3)) is None
    assert list(find_pairs([invented(40, 1, contrast=3)] * 2)) == []


def test_long_films_are_compared_at_likely_shifts_only_and_give_the_same(monkeypatch: pytest.MonkeyPatch):
    whole = invented(400, 3)
    part = cut(whole, 217, 260)
    all_shifts = compare(part, whole)
    monkeypatch.setattr(duplicates, "MOST_CELLS", 10)
    likely = compare(part, whole)
    assert likely == all_shifts
    assert likely is not None
    assert likely.shift_s == 217 / 4
    assert compare(invented(40, 8), whole) is None or not compare(invented(40, 8), whole).is_same()


def test_the_index_finds_what_comparing_all_finds():
    prints = [invented(40, seed) for seed in range(30)]
    prints += [cut(prints[seed], 4, 40) for seed in range(0, 30, 5)]
    found = {(a, b) for a, b, _ in find_pairs(prints)}
    everything = {
        (a, b)
        for b in range(len(prints))
        for a in range(b)
        if (match := compare(prints[a], prints[b])) and match.is_same()
    }
    assert found == everything == {(5 * number, 30 + number) for number in range(6)}


def test_groups_hang_together():
    assert groups(6, [(0, 3), (3, 5), (1, 2)]) == [[0, 3, 5], [1, 2]]
    assert groups(3, []) == []


# -------------------------------------------------------------------------------------------------------- the command


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any, str]:
    code = main(["video", "duplicates", *map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


@pytest.fixture
def shelf(films: list[Path], tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for path in films[:2]:
        shutil.copy(path, folder)
    shutil.copy(films[0], folder / "again.mp4")
    copies.copy(films[1], folder / "mirrored.mp4", change=copies.mirrored, crf=30)
    return folder


def test_within_a_folder(shelf: Path, capsys: pytest.CaptureFixture[str]):
    (shelf / "notes.mp4").write_text("no film at all\n" * 20)
    code, answer, _ = run(capsys, shelf)
    assert code == 1, "one was refused"
    assert answer["files"] == 4
    shown = {
        (Path(pair["a"]).name, Path(pair["b"]).name): (pair["exact"], pair["mirrored"]) for pair in answer["pairs"]
    }
    assert shown == {("again.mp4", "film-0.mp4"): (True, False), ("film-1.mp4", "mirrored.mp4"): (False, True)}
    assert all({"distance", "shift_s"} <= pair.keys() for pair in answer["pairs"])
    names = [[Path(path).name for path in group] for group in answer["groups"]]
    assert names == [["again.mp4", "film-0.mp4"], ["film-1.mp4", "mirrored.mp4"]]
    (refused,) = answer["refused"]
    assert Path(refused["path"]).name == "notes.mp4"
    assert "it is text" in refused["why"]


def test_between_two_sets_every_file_of_the_first_is_named(
    shelf: Path, films: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "bench.txt").write_text(f"# the benchmark\n{films[0]}\n{films[2]}\n")
    code, answer, _ = run(capsys, shelf, tmp_path / "bench.txt")
    assert code == 0
    assert [(Path(pair["a"]).name, pair["b"], pair["exact"]) for pair in answer["pairs"]] == [
        ("again.mp4", str(films[0]), True),
        ("film-0.mp4", str(films[0]), True),
    ]
    assert main(["video", "duplicates", str(shelf), str(tmp_path / "bench.txt")]) == 0
    assert "same bytes" in capsys.readouterr().out


def test_a_strict_threshold_leaves_only_the_same_bytes(shelf: Path, capsys: pytest.CaptureFixture[str]):
    _, answer, _ = run(capsys, shelf, "--threshold", "0")
    assert [pair["exact"] for pair in answer["pairs"]] == [True]


def test_what_is_wrong_is_told(shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for words in ([tmp_path / "nowhere"], [shelf, "--threshold", "40"], [shelf, "--jobs", "0"]):
        assert run(capsys, *words)[0] == 2
    (tmp_path / "other.txt").write_text("words\n")
    assert run(capsys, shelf, "--cache", tmp_path / "other.txt")[0] == 1
    assert (tmp_path / "other.txt").read_text() == "words\n"


def test_a_run_goes_on_where_it_was_killed(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    cache = tmp_path / "kept.jsonl"
    _, first, _ = run(capsys, shelf, "--cache", cache, "--jobs", "2")
    lines = cache.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3, "one for each content"
    # Killed in the middle of the last line; and a line of an older recipe.
    older = json.dumps({**json.loads(lines[1]), "recipe": "look-0"}).encode() + b"\n"
    cache.write_bytes(lines[0] + older + lines[2][:100])
    decoded: list[Path] = []

    def noted(path: Path, **options: Any) -> Any:
        decoded.append(path)
        return probe(path, **options)

    monkeypatch.setattr(fingerprints, "probe", noted)
    assert run(capsys, shelf, "--cache", cache)[1] == first
    assert len(decoded) == 2, "one is kept; the torn and the old one are taken anew"
    assert run(capsys, shelf, "--cache", cache)[1] == first
    assert len(decoded) == 2, "all are kept now"
    assert len(Kept(cache)._known) == 3


def test_a_file_of_something_else_is_no_cache(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"\0\1\2")
    with pytest.raises(CannotRead, match="no file of fingerprints"):
        Kept(tmp_path / "x")


@pytest.mark.slow
def test_parts_and_copies_of_real_films(clip_path: Callable[[str], Path], tmp_path: Path):
    names = ["big_buck_bunny_480p_30s.mp4", "nasa_13013.mp4", "car-detection.mp4", "bottle-detection.mp4"]
    originals = [taken(clip_path(name)) for name in names]
    assert list(find_pairs(originals)) == []
    part = copies.copy(clip_path(names[0]), tmp_path / "part.mp4", start_s=12, end_s=20, crf=30)
    mirrored = copies.copy(clip_path(names[1]), tmp_path / "m.mp4", start_s=1, change=copies.mirrored, size=copies.half)
    found = list(find_pairs(originals, [taken(part), taken(mirrored)]))
    assert [(a, b, match.mirrored, match.shift_s) for a, b, match in found] == [(0, 0, False, -12), (1, 1, True, -1)]
