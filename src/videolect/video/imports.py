"""Films into the storage: files and folders in, one result for each; what is refused does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from videolect.errors import CannotRead
from videolect.record.clip import Video
from videolect.storage import FolderStorage, hash_file
from videolect.video.probe import Probed, probe
from videolect.video.sandbox import Limits
from videolect.video.timeline import Timeline

SUFFIXES = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".ts",
        ".m2ts",
        ".mts",
        ".mpg",
        ".mpeg",
        ".vob",
        ".flv",
        ".f4v",
        ".ogv",
        ".wmv",
        ".asf",
        ".mxf",
        ".3gp",
        ".3g2",
        ".ivf",
    ]
)
"""What counts as a film inside a folder. A file that is named itself is tried whatever it is called."""

Progress = Callable[[int, int, Path], None]
"""(how many are done, of how many, the one at hand): once before each file, and once after the last."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One film that is now in the storage."""

    path: Path
    video: Video
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class Refused:
    """One file that was left out, and what a person can do about it."""

    path: Path
    why: str
    mend: str


def import_videos(
    paths: Iterable[Path],
    storage: FolderStorage,
    on_progress: Progress | None = None,
    *,
    limits: Limits | None = None,
    already: Callable[[str], Probed | None] = lambda content_hash: None,
) -> Iterator[Imported | Refused]:
    """Probe each film and keep its bytes; results as they come, in the order of the paths, folders sorted by name.

    ``already``: what an earlier import found out about these bytes, so that they are not decoded again; None: nothing.
    The same bytes under two names are one video, which keeps the first name. A refused file leaves nothing in the
    storage. A full disk stops the whole import: CannotStore.
    """
    found = list(films(paths))
    known: dict[str, Probed] = {}
    for done, (path, refusal) in enumerate(found):
        if on_progress:
            on_progress(done, len(found), path)
        yield refusal or _one(path, storage, known, limits, already)
    if on_progress and found:
        on_progress(len(found), len(found), found[-1][0])


def _one(
    path: Path,
    storage: FolderStorage,
    known: dict[str, Probed],
    limits: Limits | None,
    already: Callable[[str], Probed | None],
) -> Imported | Refused:
    try:
        if path.is_file() and path.stat().st_size:
            content_hash = hash_file(path)[0]
            if content_hash not in known:
                probed = already(content_hash) or probe(path, limits=limits, content_hash=content_hash)
                if storage.put_file(path)[0] != content_hash:
                    return Refused(
                        path, f"{path} changed while it was read.", "Import it when nothing writes to it any more."
                    )
                known[content_hash] = probed
            probed = known[content_hash]
        else:
            probed = probe(path, limits=limits)  # which says what it is instead
    except CannotRead as error:
        return Refused(path, error.message, error.mend)
    return Imported(path, probed.video, probed.timeline)


def films(paths: Iterable[Path]) -> Iterator[tuple[Path, Refused | None]]:
    """Each file that is meant, folders sorted by name; with a refusal where nothing can be meant."""
    for path in paths:
        if not path.is_dir():
            yield path, None
            continue
        inside = list(_films_in(path))
        if not inside:
            endings = " ".join(sorted(SUFFIXES))
            yield (
                path,
                Refused(
                    path, f"{path} holds no film.", f"Films in folders end in one of {endings}; name others one by one."
                ),
            )
        yield from inside


def _films_in(folder: Path) -> Iterator[tuple[Path, Refused | None]]:
    unreadable: list[OSError] = []
    # Links to folders are not followed: they may lead in a circle.
    for where, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(where, name), None
    for error in unreadable:
        closed = Path(error.filename)
        yield (
            closed,
            Refused(closed, f"{closed} cannot be listed: {error.strerror}.", "Give this user the right to read it."),
        )
