"""Files and folders into the storage: what is refused does not stop the others and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import movies
from videolect.errors import CannotRead
from videolect.storage import CannotReach, CannotStore, FolderStorage, hash_file
from videolect.video import imports
from videolect.video.imports import Imported, Refused, import_videos
from videolect.video.library import SAID, TIMELINES, Library
from videolect.video.probe import Probed, probe
from videolect.video.proxy import proxy
from videolect.video.sandbox import Limits
from videolect.video.sources import Sources
from videolect.video.timeline import Timeline


@pytest.fixture
def store(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "store")


def held(store: FolderStorage) -> int:
    return sum(1 for path in (store.root / "files").rglob("*") if path.is_file())


def test_a_batch_goes_on_past_what_is_refused(tmp_path: Path, store: FolderStorage):
    films = tmp_path / "films"
    (films / "b").mkdir(parents=True)
    movies.constant(films / "z.mp4", 12)
    movies.constant(films / "b" / "a.mp4", 6)
    shutil.copy(films / "z.mp4", films / "b" / "again.mp4")
    (films / "empty.mp4").touch()
    (films / "notes.MP4").write_text("no film at all\n" * 20)
    (films / "readme.txt").write_text("not looked at")
    (films / ".hidden.mp4").write_text("not looked at")
    told: list[tuple[int, int, str]] = []
    asked = [films, tmp_path / "nowhere.mp4"]
    results = list(import_videos(asked, store, lambda done, of, at: told.append((done, of, at.name))))
    assert [(type(result), result.path.name) for result in results] == [
        (Refused, "empty.mp4"),
        (Refused, "notes.MP4"),
        (Imported, "z.mp4"),
        (Imported, "a.mp4"),
        (Imported, "again.mp4"),
        (Refused, "nowhere.mp4"),
    ]
    assert [done for done, of, _ in told] == list(range(7))
    assert {of for _, of, _ in told} == {6}
    one, other, again = (result for result in results if isinstance(result, Imported))
    assert again.video == one.video
    assert again.video.file_name == "z.mp4"
    assert held(store) == 2
    assert store.path(other.video.hash).read_bytes() == (films / "b" / "a.mp4").read_bytes()
    assert all(result.mend for result in results if isinstance(result, Refused))


def test_a_file_that_is_named_is_tried_whatever_it_is_called(tmp_path: Path, store: FolderStorage):
    film = movies.constant(tmp_path / "film.mp4", 6).rename(tmp_path / "film.dat")
    (result,) = import_videos([film], store)
    assert isinstance(result, Imported)


def test_a_folder_without_films_is_told(tmp_path: Path, store: FolderStorage):
    (tmp_path / "notes").mkdir()
    (result,) = import_videos([tmp_path / "notes"], store)
    assert isinstance(result, Refused)
    assert "holds no film" in result.why
    assert list(import_videos([], store)) == []


def test_a_full_disk_stops_the_import(tmp_path: Path, store: FolderStorage, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    film = movies.constant(tmp_path / "film.mp4", 6)
    monkeypatch.setattr("videolect.storage.folder.os.fsync", full)
    with pytest.raises(CannotStore, match="No space left"):
        list(import_videos([film], store))
    assert not (store.root / "files").exists() or held(store) == 0


def test_a_film_that_is_known_is_not_decoded_again(tmp_path: Path, store: FolderStorage):
    film = movies.constant(tmp_path / "film.mp4", 6)
    (first,) = import_videos([film], store)
    assert isinstance(first, Imported)
    asked = []
    table = Timeline.from_bytes(store.get_bytes(TIMELINES, first.video.hash))

    def already(content_hash: str) -> Probed | None:
        asked.append(content_hash)
        return Probed(replace(first.video, file_name="earlier.mp4"), table)

    (again,) = import_videos([film], store, already=already)
    assert isinstance(again, Imported)
    assert again.video.file_name == "earlier.mp4"
    assert asked == [first.video.hash]


# ------------------------------------------------------------------------------------------------ several at a time


def batch(folder: Path, count: int) -> list[Path]:
    """Films of different lengths, the first the longest, and a copy of each under another name after all of them."""
    folder.mkdir()
    films = [movies.constant(folder / f"{number}.mp4", 60 if number == 0 else 4 + number) for number in range(count)]
    return films + [Path(shutil.copy(film, folder / f"copy-of-{film.name}")) for film in films]


def test_results_come_in_order_whatever_is_done_first(tmp_path: Path, store: FolderStorage):
    films = batch(tmp_path / "films", 3)
    films.insert(2, tmp_path / "nowhere.mp4")
    told: list[int] = []
    results = list(import_videos(films, store, lambda done, of, at: told.append(done), jobs=3))
    assert [result.path for result in results] == films
    assert told == list(range(8))
    assert [type(result) for result in results].count(Refused) == 1
    names = [result.video.file_name for result in results if isinstance(result, Imported)]
    assert names == ["0.mp4", "1.mp4", "2.mp4"] * 2
    assert held(store) == 3
    for result in results:
        if isinstance(result, Imported):
            table = Timeline.from_bytes(store.get_bytes(TIMELINES, result.video.hash))
            assert table.hash == result.video.pts_table_hash


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_same_bytes_are_decoded_once(
    tmp_path: Path, store: FolderStorage, monkeypatch: pytest.MonkeyPatch, jobs: int
):
    film = movies.constant(tmp_path / "film.mp4", 6)
    films = [Path(shutil.copy(film, tmp_path / f"{number}.mp4")) for number in range(5)]
    counted: list[Path] = []

    def counting(path: Path, **options: object) -> Probed:
        counted.append(path)
        return probe(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "probe", counting)
    ledger: dict[str, Probed] = {}
    for already in (None, ledger.get):
        counted.clear()
        results = []
        for result in import_videos(films, store, jobs=jobs, already=already):
            assert isinstance(result, Imported)
            results.append(result)
            ledger[result.video.hash] = Probed(
                result.video, Timeline.from_bytes(store.get_bytes(TIMELINES, result.video.hash))
            )
        assert len(counted) == (1 if already is None else 0)
        assert {result.video.file_name for result in results} == {"0.mp4"}


def test_many_parts_of_one_film_are_decoded_once(tmp_path: Path, store: FolderStorage, monkeypatch: pytest.MonkeyPatch):
    movies.constant(tmp_path / "film.mp4", 24)
    manifest = tmp_path / "parts.csv"
    parts = [f"film.mp4,{start},{start + 6}" for start in range(0, 24, 3)]
    manifest.write_text("\n".join(["path,start_frame,end_frame", *parts]))
    counted: list[Path] = []

    def counting(path: Path, **options: object) -> Probed:
        counted.append(path)
        return probe(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "probe", counting)
    results = list(import_videos(Sources(manifests=[manifest]), store, jobs=2))
    spans = [
        (each.stretch.start_frame, each.stretch.end_frame)
        for each in results
        if isinstance(each, Imported) and each.stretch
    ]
    assert spans == [(start, start + 6) for start in range(0, 21, 3)]
    (beyond,) = (each for each in results if isinstance(each, Refused))
    assert "Frames 21 to 27 is no part of it" in beyond.why
    assert beyond.line == f"{manifest}:9"
    assert len(counted) == 1


def test_a_fault_of_ours_costs_one_film(tmp_path: Path, store: FolderStorage, monkeypatch: pytest.MonkeyPatch):
    films = [movies.constant(tmp_path / f"{number}.mp4", 4 + number) for number in range(2)]

    def failing(path: Path, **options: object) -> Probed:
        if path == films[0]:
            raise ZeroDivisionError("a fault")
        return probe(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "probe", failing)
    broken, whole = import_videos(films, store)
    assert isinstance(broken, Refused)
    assert "ZeroDivisionError('a fault')" in broken.why
    assert isinstance(whole, Imported)


def test_one_who_asks_no_more_ends_the_children(tmp_path: Path, store: FolderStorage):
    fast = movies.constant(tmp_path / "fast.mp4", 6)
    slow = [movies.constant(tmp_path / f"slow-{number}.mp4", 900 + number, size=(640, 360)) for number in range(2)]
    results = import_videos([fast, *slow], store, jobs=3, limits=Limits(threads=1))
    assert isinstance(next(results), Imported)
    results.close()  # type: ignore[attr-defined]
    assert held(store) == 1, "what was not done is not there"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("import")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_storage_that_does_not_answer_stops_the_import(
    tmp_path: Path, store: FolderStorage, monkeypatch: pytest.MonkeyPatch, jobs: int
):
    films = [movies.constant(tmp_path / f"{number}.mp4", 4 + number) for number in range(3)]

    def gone(*_: object, **__: object) -> None:
        raise CannotReach("The bucket does not answer.", mend="Wait.")

    monkeypatch.setattr(store, "put_file", gone)
    with pytest.raises(CannotReach):
        list(import_videos(films, store, jobs=jobs))


@pytest.mark.parametrize("asked", [False, True])
def test_the_first_name_is_kept_also_where_a_copy_is_decoded(
    tmp_path: Path, store: FolderStorage, monkeypatch: pytest.MonkeyPatch, asked: bool
):
    first = movies.constant(tmp_path / "first.mp4", 6)
    copy = Path(shutil.copy(first, tmp_path / "copy.mp4"))
    begun = threading.Event()
    decoded: list[Path] = []

    def late(path: Path) -> tuple[str, int]:
        assert path == copy or begun.wait(60)
        return hash_file(path)

    def counting(path: Path, **options: object) -> Probed:
        decoded.append(path)
        begun.set()
        return probe(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "hash_file", late)
    monkeypatch.setattr(imports, "probe", counting)
    already = (lambda content_hash: None) if asked else None
    results = list(import_videos([first, copy], store, jobs=2, already=already))
    assert decoded == [copy]
    assert [each.video.file_name for each in results if isinstance(each, Imported)] == ["first.mp4"] * 2


# ------------------------------------------------------------------------------------------------------------- proxies


def test_what_browsers_do_not_play_gets_a_proxy_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[Path] = []

    def counted(path: Path, *args: Any, **named: Any) -> Any:
        made.append(path)
        return proxy(path, *args, **named)

    monkeypatch.setattr(imports, "proxy", counted)
    storage = FolderStorage(tmp_path / "films")
    plain = movies.constant(tmp_path / "plain.mp4", 24)
    other = movies.constant(tmp_path / "other.mkv", 48, codec="libx265")
    known: dict[str, Any] = {}
    for _ in range(2):
        for result in import_videos([plain, other], storage, already=known.get):
            assert isinstance(result, Imported)
            known[result.video.hash] = probe(result.path)
    assert made == [other]
    films = Library(storage)
    theirs = {probe(path).video.hash: path for path in (plain, other)}
    for video_hash, path in theirs.items():
        assert (films.proxy_of(video_hash) is None) == (path == plain)
        assert films.shown_timeline(video_hash)["frames"] == films.timeline_of(video_hash).frame_count
    shown = films.file(str(films.proxy_of(probe(other).video.hash)))
    assert isinstance(shown, Path)
    assert probe(shown).video.browser_playable
    assert json.loads(storage.get_bytes(SAID, probe(plain).video.hash))["shape_name"] == "16:9"


def test_without_proxies_or_where_none_can_be_made_the_film_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    other = movies.constant(tmp_path / "other.mkv", 24, codec="libx265")
    storage = FolderStorage(tmp_path / "films")
    assert all(isinstance(result, Imported) for result in import_videos([other], storage, proxies=False))
    assert Library(storage).proxy_of(probe(other).video.hash) is None

    def failing(*_: Any, **__: Any) -> Any:
        raise CannotRead("It cannot be made.", mend="Convert it.")

    monkeypatch.setattr(imports, "proxy", failing)
    assert all(isinstance(result, Imported) for result in import_videos([other], FolderStorage(tmp_path / "more")))
    assert "has no proxy: It cannot be made. Convert it." in caplog.text
