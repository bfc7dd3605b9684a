"""Files that are there whole or not at all, files that grow by whole lines, and locks."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from videolect import files
from videolect.errors import BadInput
from videolect.files import (
    CannotWrite,
    alone,
    append,
    bring_back,
    lock,
    sweep,
    whole_file,
    whole_folder,
    write_json,
    write_secret,
    write_whole,
)

LONE = "\ud800"
"""Half a character: JSON holds it, UTF-8 does not."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_the_old_one_until_it_is_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text("old")
    with whole_file(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
        assert partial.parent == tmp_path  # another file system would make a copy of the rename
    assert path.read_text() == "new"
    assert names(tmp_path) == ["figures.json"]


def test_what_breaks_off_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text("old")

    def broken() -> None:
        with whole_file(path) as partial:
            partial.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["figures.json"]


def test_threads_that_write_one_file_leave_one_of_theirs(tmp_path: Path) -> None:
    path = tmp_path / "best.json"
    texts = [f"{number}\n" * 20_000 for number in range(8)]
    threads = [threading.Thread(target=write_whole, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert names(tmp_path) == ["best.json"]


@pytest.mark.parametrize("path", ["nowhere/x.json", "there"])
def test_a_place_that_takes_no_file_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "inside").touch()
    with pytest.raises(CannotWrite, match=path):
        write_whole(tmp_path / path, b"x")
    assert names(tmp_path) == ["there"]


def test_what_a_library_says_of_the_place_in_words_is_told(tmp_path: Path) -> None:
    def writes(name: str) -> None:
        with whole_file(tmp_path / "none" / "out") as partial:
            raise FileNotFoundError(2, f"Failed to open local file '{name.format(partial)}'")

    with pytest.raises(CannotWrite, match=r"out cannot be written: No such file or directory\. Make the folder"):
        writes("{}")
    with pytest.raises(FileNotFoundError):
        writes("another")


def test_json_is_for_people_too(tmp_path: Path) -> None:
    write_json(tmp_path / "run.json", {"b": "pån", "a": 1})
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == '{\n "a": 1,\n "b": "pån"\n}\n'


def test_a_folder_comes_whole_and_never_into_another(tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()  # an empty one may be there
    with whole_folder(folder) as partial:
        (partial / "inner").mkdir()
        (partial / "inner" / "x").write_text("x")
        assert not names(folder)
    assert (folder / "inner" / "x").read_text() == "x"
    with pytest.raises(BadInput, match="not empty"), whole_folder(folder):
        pass
    with pytest.raises(BadInput, match="not there"), whole_folder(tmp_path / "no" / "rows"):
        pass

    def broken() -> None:
        with whole_folder(tmp_path / "other") as partial:
            (partial / "x").touch()
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert names(tmp_path) == ["rows"]


def test_a_folder_may_take_the_place_of_another(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "old").touch()
    with whole_folder(folder, instead=True) as partial:
        (partial / "new").touch()
        assert names(folder) == ["old"]
    assert names(folder) == ["new"]


def test_what_another_file_says_is_not_said_of_this_one(tmp_path: Path) -> None:
    def reads_another() -> None:
        with whole_file(tmp_path / "out") as partial:
            partial.write_text((tmp_path / "missing").read_text())

    def loses_its_reader() -> None:
        with whole_file(tmp_path / "out") as partial:
            partial.touch()
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(FileNotFoundError, match="missing"):
        reads_another()
    with pytest.raises(BrokenPipeError):
        loses_its_reader()
    assert not names(tmp_path)


def test_a_secret_is_its_owners_even_where_a_file_was_everybodys(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    path.write_text("old")
    path.chmod(0o644)
    write_secret(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_old_folder_is_there_until_the_new_one_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "old").touch()
    rename = Path.rename

    def fails(path: Path, to: Path) -> Path:
        if to == folder and path.suffix == ".part":
            raise OSError(5, "Input/output error", str(to))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fails)

    def replace() -> None:
        with whole_folder(folder, instead=True) as partial:
            (partial / "new").touch()

    with pytest.raises(CannotWrite, match="Input/output error"):
        replace()
    assert names(folder) == ["old"]
    assert names(tmp_path) == ["model"]


_STOPS = """
import os, sys, time
from pathlib import Path
from videolect.files import whole_folder

rename = Path.rename

def stops(path, to):
    if path.suffix == ".part":  # the old one has been put aside, the new one has no name yet
        if sys.argv[2] == "killed":
            os._exit(9)
        print("between", flush=True)
        sys.stdin.readline()
    return rename(path, to)

Path.rename = stops
with whole_folder(Path(sys.argv[1]), instead=True) as partial:
    (partial / "new").touch()
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "old").touch()
    return folder


def _killed_between_the_renames(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _STOPS, str(folder), "killed"], check=False)
    assert done.returncode == 9
    assert not folder.exists()


def test_a_folder_whose_new_one_never_came_is_brought_back(model: Path) -> None:
    beside = model.with_name(".model.x.1-abc.old")  # put aside from "model.x"
    beside.mkdir()
    _killed_between_the_renames(model)
    bring_back(model.with_name("other"))
    assert not model.exists()
    bring_back(model)
    bring_back(model)
    assert names(model) == ["old"]
    assert beside.exists()


def test_who_replaces_it_next_brings_it_back_first(model: Path) -> None:
    _killed_between_the_renames(model)

    def breaks_off() -> None:
        with whole_folder(model, instead=True) as partial:
            (partial / "newer").touch()
            raise KeyError

    with pytest.raises(KeyError):
        breaks_off()
    assert names(model) == ["old"]
    _killed_between_the_renames(model)
    with pytest.raises(BadInput, match="not empty"), whole_folder(model):
        pass
    with whole_folder(model, instead=True) as partial:
        (partial / "newer").touch()
    assert names(model) == ["newer"]
    assert not [name for name in names(model.parent) if name.endswith(".old")]


def test_a_living_writer_is_not_disturbed_between_its_renames(model: Path) -> None:
    command = [sys.executable, "-c", _STOPS, str(model), "waits"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "between\n"
        assert not model.exists()
        opening = threading.Thread(target=bring_back, args=(model,))
        opening.start()
        opening.join(0.3)
        assert opening.is_alive()  # it waits for who is at it
        writer.stdin.close()
        opening.join(30)
    assert names(model) == ["new"]
    assert names(model.parent) == ["model"]


def test_a_lock_of_the_users_own_on_the_folder_around_it_keeps_nobody(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_RENAMING_S", 0.05)
    handle = os.open(model.parent, os.O_RDONLY)
    lock(handle)
    try:
        with whole_folder(model, instead=True) as partial:
            (partial / "new").touch()
    finally:
        os.close(handle)
    assert names(model) == ["new"]


_STOPS_REMOVING = """
import os, sys
from pathlib import Path
from videolect import files

files.shutil.rmtree = lambda path, **_: ((path / "old").exists() and os._exit(9))
with files.whole_folder(Path(sys.argv[1]), instead=True) as partial:
    (partial / "new").touch()
"""


def test_what_was_half_removed_is_never_brought_back(model: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _STOPS_REMOVING, str(model)], check=False)
    assert done.returncode == 9
    assert names(model) == ["new"]
    shutil.rmtree(model)
    bring_back(model)
    assert not model.exists()
    with whole_folder(model) as partial:
        (partial / "newer").touch()
    assert names(model) == ["newer"]


def test_what_others_began_a_day_ago_goes_with_the_next(model: Path) -> None:
    left, at_it, other = (model.with_name(f".{name}.part") for name in ("model.1-abc", "model.2-abc", "model.x.3-abc"))
    for each in (left, at_it, other):
        each.mkdir()
    two_days_ago = time.time() - 2 * 24 * 3600
    for each in (left, other):
        os.utime(each, (two_days_ago, two_days_ago))
    with whole_folder(model, instead=True):
        pass
    assert (left.exists(), at_it.exists(), other.exists()) == (False, True, True)


def test_what_may_not_be_replaced_is_asked_again_when_its_place_is_taken(model: Path) -> None:
    def check(folder: Path) -> None:
        if (folder / "mine").exists():
            raise BadInput("That is mine.", mend="Take another.")

    def replaced_too_late() -> None:
        with whole_folder(model, instead=True, may_replace=check):
            (model / "mine").touch()  # somebody else, while the pages are made

    with pytest.raises(BadInput, match="mine"):
        replaced_too_late()
    assert names(model) == ["mine", "old"]
    with pytest.raises(BadInput, match="mine"), whole_folder(model, instead=True, may_replace=check):
        pytest.fail("It is asked before the work, too.")
    assert names(model.parent) == ["model"]


def test_a_link_is_replaced_and_what_it_leads_to_is_left(model: Path) -> None:
    link = model.with_name("best")
    link.symlink_to(model)
    with whole_folder(link, instead=True) as partial:
        (partial / "new").touch()
    assert (names(link), names(model), names(model.parent)) == (["new"], ["old"], ["best", "model"])


def test_a_killed_writer_leaves_what_the_sweep_takes_away(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from videolect.files import whole_file\n"
        "with whole_file(Path(sys.argv[1])) as partial: partial.write_text('half'); os._exit(9)"
    )
    path = tmp_path / "x"
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    (left,) = tmp_path.iterdir()
    assert left != path
    sweep(tmp_path, older_s=3600)
    assert left.exists()  # its writer may be alive
    os.utime(left, (0, 0))
    sweep(tmp_path, older_s=3600)
    assert not names(tmp_path)


def test_lines_are_added_behind_what_a_killed_writer_left(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b'{"a": 1}\n{"b')
    handle = os.open(path, os.O_RDWR | os.O_APPEND)
    append(handle, ["c", LONE])
    append(handle, ["d"])
    os.close(handle)
    assert path.read_bytes() == b'{"a": 1}\n{"b\nc\n\\ud800\nd\n'


def _hold(path: Path, held: multiprocessing.synchronize.Event, end: multiprocessing.synchronize.Event) -> None:
    with alone(path):
        held.set()
        end.wait(30)


def test_two_processes_do_not_have_one_lock_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    ways = multiprocessing.get_context("spawn")
    held, end = ways.Event(), ways.Event()
    other = ways.Process(target=_hold, args=(path, held, end))
    other.start()
    assert held.wait(30)
    with alone(path, wait_s=0) as mine:
        assert not mine
    with alone(path, wait_s=0.05) as mine:
        assert not mine
    other.kill()
    other.join()
    with alone(path) as mine:
        assert mine


def test_many_may_share_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    with path.open("r+") as one, path.open("r+") as two, path.open("r+") as three:
        assert lock(one, shared=True)
        assert lock(two, shared=True, wait_s=0)
        assert not lock(three, wait_s=0)
