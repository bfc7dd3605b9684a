"""``data splits --films``: sources in different parts that show the same are told, and can be joined."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.support import copies, movies
from tests.support.commands import run
from tests.support.triples import perfect
from videolect.cli.main import main
from videolect.dataset.rows.contamination import SameVideos
from videolect.dataset.rows.splits import SplitRule
from videolect.dataset.triple_files import write_triples
from videolect.record.triple import Triple
from videolect.video.duplicates import compare
from videolect.video.look import fingerprint
from videolect.video.probe import probe


def named(part: str, place: int = 0) -> str:
    """The name of a source that falls into this part."""
    names = (f"film{number}" for number in range(1000))
    return [name for name in names if SplitRule().part_of(name) == part][place]


ONE, OTHER, THIRD = named("train"), named("test"), named("train", 1)


def triple(number: int, source: str, **more: Any) -> Triple:
    return perfect(number, text=f"Caption number {number} of some clip.", source_id=source, **more)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips as files: the second is a small, mirrored copy of the first; the third shows something else."""
    folder = tmp_path_factory.mktemp("films")
    copies.drifting(folder / "clip0.mp4", 0)
    copies.copy(folder / "clip0.mp4", folder / "clip1.mp4", size=copies.half, change=copies.mirrored)
    copies.drifting(folder / "clip2.mp4", 1)
    return folder


@pytest.fixture
def triples(tmp_path: Path) -> Path:
    path = tmp_path / "triples.jsonl"
    write_triples([triple(0, ONE), triple(1, OTHER), triple(2, THIRD)], path)
    return path


def test_films_in_two_parts_are_told_and_joined(films: Path, triples: Path, tmp_path: Path, capsys):
    pairs, out, videos = tmp_path / "pairs.csv", tmp_path / "parts.csv", str(films / "{video_id}")
    words = ["data", "splits", triples, "--out", out, "--films", "--videos", videos, "--cache", tmp_path / "looks"]
    code, answer = run(capsys, *words, "--pairs", pairs)
    assert code == 1
    assert answer["contamination"]["same_films"] == [sorted([ONE, OTHER])]
    assert answer["contamination"]["films_looked_at"] == 3
    (pair,) = answer["films"]["pairs"]
    assert {pair["one"]: pair["parts"][0], pair["other"]: pair["parts"][1]} == {ONE: "train", OTHER: "test"}
    assert pair["mirrored"]
    assert list(csv.reader(pairs.read_text().splitlines())) == [sorted([ONE, OTHER])]

    code, answer = run(capsys, *words, "--join", pairs)
    assert code == 0, "joined, they stand in one part"
    assert answer["contamination"]["same_films"] == []
    assert len(answer["films"]["pairs"]) == 1
    parts = dict(csv.reader(out.read_text().splitlines()))
    assert parts[ONE] == parts[OTHER]

    assert main([str(word) for word in [*words, "--join", pairs]]) == 0
    told = capsys.readouterr().out
    assert "3 clips were looked at; 1 pairs of sources show the same." in told
    assert "mirrored" in told


def test_clips_are_compared_by_their_stretch_of_a_film_of_the_workspace_or_of_a_file(tmp_path: Path, capsys):
    """The copy shows the middle of a longer film: only the clip of that stretch shows the same."""
    root = tmp_path / "workspace"
    long = copies.drifting(tmp_path / "long.mp4", 5, frames=240)
    part = copies.copy(long, tmp_path / "part.mp4", start_s=4.0, end_s=8.0, crf=30)
    assert run(capsys, "desk", "init", "--workspace", root)[0] == 0
    assert run(capsys, "data", "import", long, part, "--workspace", root)[0] == 0
    whole, cut = probe(long), probe(part)
    base = whole.timeline.time_base

    def clip(number: int, source: str, start_s: int, end_s: int) -> Triple:
        start, end = (int(at / base) for at in (start_s, end_s))
        where = {"video_hash": whole.video.hash, "start_pts": start, "end_pts": end, "time_base": base}
        return triple(number, source, video_id="long.mp4", **where)

    copied = triple(
        3, OTHER, video_id="part.mp4", video_hash=cut.video.hash, start_pts=cut.video.start_pts,
        end_pts=cut.video.end_pts, time_base=cut.video.time_base,
    )  # fmt: skip
    path = tmp_path / "triples.jsonl"
    for clips, found in (
        ([clip(0, ONE, 0, 3)], []),
        ([clip(0, ONE, 0, 3), clip(1, ONE, 4, 8)], [sorted([ONE, OTHER])]),
    ):
        write_triples([*clips, copied], path)
        for where in (("--workspace", root), ("--videos", tmp_path / "{video_id}")):
            words = ["data", "splits", path, "--out", tmp_path / "p.csv", "--films", *where, "--jobs", 2]
            code, answer = run(capsys, *words)
            assert (code, answer["contamination"]["same_films"]) == (int(bool(found)), found)
            assert answer["films"]["looked_at"] == len(clips) + 1


def test_the_same_bytes_are_the_same_also_where_there_is_nothing_to_see(tmp_path: Path, capsys):
    black = movies.constant(tmp_path / "clip0.mp4", 24)
    (tmp_path / "clip1.mp4").write_bytes(black.read_bytes())
    write_triples([triple(0, ONE), triple(1, OTHER)], tmp_path / "t.jsonl")
    videos = str(tmp_path / "{video_id}")
    code, answer = run(
        capsys, "data", "splits", tmp_path / "t.jsonl", "--out", tmp_path / "p.csv", "--films", "--videos", videos
    )
    assert code == 1
    assert answer["contamination"]["same_films"] == [sorted([ONE, OTHER])]


def test_a_clip_without_its_film_is_told_and_left_out(films: Path, triples: Path, tmp_path: Path, capsys):
    write_triples([triple(0, ONE), triple(7, OTHER), triple(8, OTHER)], triples)
    (tmp_path / "clip7.mp4").write_text("no film")
    (tmp_path / "clip0.mp4").write_bytes((films / "clip0.mp4").read_bytes())
    words = ["data", "splits", triples, "--out", tmp_path / "p.csv", "--films", "--videos", tmp_path / "{video_id}"]
    code, answer = run(capsys, *words)
    assert code == 0
    assert answer["films"]["looked_at"] == 1
    assert {each["video_id"] for each in answer["films"]["refused"]} == {"clip7.mp4", "clip8.mp4"}
    assert main([str(word) for word in words]) == 0
    assert "2 clips could not be looked at" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--pairs", "x.csv"], "--pairs is for films"),
        (["--jobs", "2"], "--jobs is for films"),
        (["--films", "--videos", "{prompt}"], "names {prompt}"),
        (["--films", "--videos", "nowhere/{video_id}"], "None of the 3 clips could be looked at"),
        (["--films", "--videos", "x", "--threshold", "30"], "A threshold of 30 bits"),
        (["--films", "--videos", "x", "--jobs", "0"], "0 films at a time"),
    ],
)
def test_what_is_asked_wrongly_is_refused_before_a_file_is_written(triples: Path, tmp_path: Path, capsys, more, says):
    code, answer = run(capsys, "data", "splits", triples, "--out", tmp_path / "p.csv", *more)
    assert code == 2
    assert says in answer["message"]
    assert not (tmp_path / "p.csv").exists()


def test_without_its_film_a_caption_of_a_workspace_is_told(triples: Path, tmp_path: Path, capsys):
    run(capsys, "desk", "init", "--workspace", tmp_path / "ws")
    words = ["data", "splits", triples, "--out", tmp_path / "p.csv", "--films", "--workspace", tmp_path / "ws"]
    code, answer = run(capsys, *words)
    assert code == 2
    assert "came in without its film" in answer["message"]


def test_a_part_of_a_fingerprint_is_near_the_fingerprint_of_the_part(films: Path):
    probed = probe(films / "clip0.mp4")
    whole = fingerprint(films / "clip0.mp4", probed)
    start, end = (int(at / probed.timeline.time_base) for at in (1.3, 3.4))
    alone = fingerprint(films / "clip0.mp4", probed, start_pts=start, end_pts=end)
    part = whole.part(start, end)
    assert abs(len(part.looks) - len(alone.looks)) <= 1
    match = compare(part, alone)
    assert match is not None
    assert match.is_same()
    assert match.distance < 5
    assert whole.part(whole.start_pts, whole.end_pts) == whole


def test_pairs_of_one_part_are_no_contamination():
    films = SameVideos(looked_at=4, pairs=(("b", "a"), ("a", "b"), ("c", "d")))
    assert films.in_several({"a": "train", "b": "test", "c": "train", "d": "train"}.__getitem__) == (("a", "b"),)
