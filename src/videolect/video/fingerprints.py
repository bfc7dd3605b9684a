"""Fingerprints of many files, and the file that keeps them between runs.

The file has one JSON object a line (``Fingerprint.as_json``) and only grows; each line is written at once and flushed
to the disk. What a killed run left half written, and what another recipe made, is passed over and taken anew.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from videolect.errors import BadInput, CannotRead
from videolect.files import append, lock
from videolect.storage import CannotStore, hash_file
from videolect.video.look import Fingerprint, fingerprint
from videolect.video.probe import probe
from videolect.video.sandbox import Limits
from videolect.video.sources import Refused, Source, Sources

Progress = Callable[[int, int, Path], None]
"""(how many are done, of how many, the one that was done last)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One file and the fingerprint of all of it."""

    path: Path
    fingerprint: Fingerprint


class Kept:
    """Fingerprints of whole files by the hash of their bytes; with a path, kept there."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._known: dict[str, Fingerprint] = {}
        self._writing = threading.Lock()
        if path is not None and path.exists():
            self._read(path)

    def get(self, content_hash: str) -> Fingerprint | None:
        """The fingerprint of these bytes, where it is known."""
        return self._known.get(content_hash)

    def put(self, found: Fingerprint) -> None:
        """Keep one; on the disk when this returns. Threads and processes may do so at the same time."""
        with self._writing:
            if found.video_hash not in self._known:
                if self.path is not None:
                    _append(self.path, json.dumps(found.as_json()))
                self._known[found.video_hash] = found

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines):
                    try:
                        found = Fingerprint.from_json(json.loads(line))
                    except (ValueError, TypeError, CannotRead):
                        if number == 0 and not line.lstrip().startswith(b"{"):
                            raise CannotRead(
                                f"{path} is no file of fingerprints.", mend="Name another with --cache."
                            ) from None
                        continue
                    self._known[found.video_hash] = found
        except OSError as error:
            raise CannotRead(f"{path} cannot be read: {error.strerror}.", mend="Name another with --cache.") from error


def _append(path: Path, line: str) -> None:
    try:
        with path.open("ab+") as out:
            lock(out)
            append(out.fileno(), [line])
    except OSError as error:
        raise CannotStore(
            f"{path} takes no bytes: {error.strerror}.", mend="Name another file with --cache."
        ) from error


def fingerprints(
    paths: Iterable[Path], kept: Kept, on_progress: Progress | None = None, *, limits: Limits | None = None,
    jobs: int = 1,
) -> Iterator[Taken | Refused]:  # fmt: skip
    """One result for each film among these files and folders, in their order; those that are kept are not decoded.

    ``jobs`` films at a time, each decoded in a child process of its own.
    """
    found = list(Sources(paths))
    with ThreadPoolExecutor(jobs) as pool:
        asked = [pool.submit(_one, source, kept, limits) for source in found]
        try:
            for done, source in enumerate(found):
                result = asked[done].result()
                if on_progress:
                    on_progress(done + 1, len(found), source.path)
                yield result
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _one(source: Source | Refused, kept: Kept, limits: Limits | None) -> Taken | Refused:
    if isinstance(source, Refused):
        return source
    path = source.path
    try:
        if not (path.is_file() and path.stat().st_size):
            probe(path, limits=limits)  # which says what it is instead
        content_hash = hash_file(path)[0]
        known = kept.get(content_hash)
        if known is None:
            probed = probe(path, limits=limits, content_hash=content_hash)
            known = fingerprint(path, probed, limits=limits)
            if hash_file(path)[0] != content_hash:
                return Refused(path, f"{path} changed while it was read.", "Try again when nothing writes to it.")
            kept.put(known)
    except (CannotRead, BadInput) as error:
        return Refused(path, error.message, error.mend)
    return Taken(path, known)
