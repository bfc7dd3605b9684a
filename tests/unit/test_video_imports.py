"""Files and folders into the storage: what is refused does not stop the others and leaves nothing behind."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import movies
from videolect.storage import CannotStore, FolderStorage
from videolect.video.imports import TIMELINES, Imported, Refused, import_videos
from videolect.video.probe import Probed
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
