"""One rule says which frames of which film a row is about, whoever shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import movies
from tests.support.answers import benchmark
from tests.support.backends import Scripted
from tests.support.commands import ask
from tests.support.triples import revised
from videolect import wiring
from videolect.cli.find_films import in_files
from videolect.dataset.rows.row import RowClip, by_clip
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.evals.report.thumbnails import strip
from videolect.training.inputs import FilmShelf
from videolect.video.probe import Probed, probe
from videolect.vlm.base import Wanted

WANTED = Wanted(frames=4, most_pixels=64 * 64, multiple=32)


@pytest.fixture
def film(tmp_path: Path) -> Probed:
    return probe(movies.constant(tmp_path / "film.mp4", 48))


def part(film: Probed, first: int, end: int, **more: Any) -> RowClip:
    base, pts = film.timeline.time_base, film.timeline.pts
    given = {"source_id": "film", "video_id": "film", "video_hash": film.video.hash}
    return RowClip(**{**given, "start_pts": int(pts[first]), "end_pts": int(pts[end]), "time_base": base, **more})


def test_a_file_that_cannot_be_the_rows_clip_is_refused(film: Probed, tmp_path: Path) -> None:
    """The film itself is shown by the row's part; a clip cut out of it as a whole; of another length it is another."""
    find = in_files(f"{tmp_path}/{{video_id}}.mp4")
    own = find(part(film, 12, 36))
    assert (own.start, own.end) == (12, 36)
    with pytest.raises(CannotRead, match=r"lasts 2\.00 s and the row's clip 1\.00 s"):
        find(part(film, 12, 36, video_hash="of the film that it was cut out of"))
    movies.constant(tmp_path / "cut.mp4", 24)
    cut = find(part(film, 12, 36, video_id="cut", video_hash="of the film that it was cut out of"))
    assert (cut.start, cut.end) == (0, None)
    with pytest.raises(NotFound, match=r"no film .*gone\.mp4"):
        find(part(film, 12, 36, video_id="gone"))


@pytest.mark.parametrize(
    ("template", "told"),
    [("film.mp4", "one file for all clips"), ("{title}.mp4", "names {title}"), ("{video_id.mp4", "a brace too many")],
)
def test_a_template_that_cannot_name_clips_is_told_before_any_is_looked_for(template: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        in_files(template)


def test_eval_run_training_and_the_report_show_the_same_frames_of_a_whole_film(
    film: Probed, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    clips = [part(film, 12, 36), part(film, 24, 40, source_id="other", video_id="film")]
    triples = [
        revised(
            n, video_id=clip.video_id, source_id=clip.source_id, video_hash=clip.video_hash, start_pts=clip.start_pts,
            end_pts=clip.end_pts, time_base=clip.time_base,
        )
        for n, clip in enumerate(clips)
    ]  # fmt: skip
    made = benchmark(tmp_path / "rows", triples)
    backend = Scripted()
    monkeypatch.setitem(wiring.BACKENDS.ours, "scripted", lambda words: backend)
    template = f"{tmp_path}/{{video_id}}.mp4"
    code, _ = ask(
        capsys, "eval", "run", made.folder, "--writer", "scripted", "--videos", template, "--out", tmp_path / "it.jsonl"
    )
    assert code == 0
    shelf = FilmShelf(in_files(template), backend.wanted)
    seen = {shown.hash for shown, _, _ in backend.asked if shown is not None}
    learned = set()
    for group in by_clip(row for rows in made.items.values() for row in rows):
        foretold = shelf.shown(group[0])
        assert foretold is not None
        learned.add(shelf(foretold.key).hash)
    assert seen == learned
    assert len(seen) == 2
    whole = in_files(template)(replace(clips[0], start_pts=None))
    assert strip(in_files(template)(clips[0])) != strip(whole)


def test_two_stretches_of_one_start_and_two_sources_of_one_name_are_two_clips(film: Probed, tmp_path: Path) -> None:
    made = benchmark(
        tmp_path / "rows",
        [
            revised(0, start_pts=0, end_pts=9, video_hash="a"), revised(1, video_id="clip0.mp4", source_id="film0",
            start_pts=0, end_pts=7, video_hash="a"), revised(2, video_id="clip0.mp4"), revised(3, video_id="clip0.mp4"),
        ],
    )  # fmt: skip
    groups = by_clip(made.items["caption"])
    assert [[row.triple_id for row in group] for group in groups] == [["t1"], ["t0"], ["t2"], ["t3"]]


def test_what_is_asked_twice_about_a_clip_encodes_it_once_and_a_missing_film_is_none(film: Probed, tmp_path: Path):
    shelf = FilmShelf(in_files(f"{tmp_path}/{{video_id}}.mp4"), WANTED)
    rows = benchmark(tmp_path / "rows", [revised(0, video_id="film"), revised(1, video_id="gone")]).items["yes_no"]
    keys = [shown.key if (shown := shelf.shown(row)) is not None else None for row in rows]
    assert [key is None for key in keys] == [False, False, True, True]
    assert len(set(keys)) == 2
    assert json.loads(str(keys[0]))[2] == "film"
