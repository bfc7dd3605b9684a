"""The videos of a storage, and what is kept beside them: table of timestamps, proxy, what a file says, and the rest.

Nobody else knows under which name what is kept, but the bytes of ``SHOTS`` and ``PREVIEWS`` are read by those who make
them: they are derived, and made again where they do not hold any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.errors import CannotRead, NotFound
from videolect.record.clip import Video
from videolect.storage import Storage
from videolect.video.timeline import Timeline

TIMELINES = "timeline"
"""Under this name the storage keeps each video's table of presentation timestamps, by the video's hash."""
PROXIES = "proxy"
"""... the hash of its proxy, in hex, where it has one. The proxy has a table of its own."""
SAID = "said"
"""... what its file says of itself and which bars were found, as JSON."""
PREVIEWS = "previews"
"""... the small pictures of a film, or of a part of it."""
SHOTS = "shots-"
"""... and the name of a detector: its bytes (``shots.Scores``)."""


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """A video's bytes where they are no file of this machine."""

    storage: Storage
    video_hash: str
    size: int

    def read(self, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end``, half open."""
        return self.storage.read_range(self.video_hash, start, end)


@dataclass(frozen=True, slots=True)
class Library:
    """What is asked of a video by its hash."""

    storage: Storage

    def file(self, video_hash: str) -> Path | StoredVideo:
        """The file's path, or the bytes that lie elsewhere; NotFound where there are none."""
        try:
            size = self.storage.size(video_hash)
        except NotFound:
            raise NotFound(
                f"The bytes of video {video_hash[:12]} are not in this workspace.", mend="Import the file again."
            ) from None
        return self.storage.path(video_hash) or StoredVideo(self.storage, video_hash, size)

    def proxy_of(self, video_hash: str) -> str | None:
        """The hash of the proxy that is shown in its place; None where it is shown itself."""
        try:
            return self.storage.get_bytes(PROXIES, video_hash).decode()
        except NotFound:
            return None

    def said_of(self, video_hash: str) -> dict[str, Any]:
        """What its import found that it says of itself (``Probed.facts``); nothing where none was kept."""
        try:
            found = json.loads(self.storage.get_bytes(SAID, video_hash))
        except (NotFound, CannotRead, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def timeline_of(self, video: Video | str) -> Timeline:
        """The table of presentation timestamps, by the video or its hash; NotFound where there is none.

        CannotRead where it is not the one that the video names: frames are counted in that one.
        """
        if isinstance(video, str):
            return Timeline.from_bytes(self.storage.get_bytes(TIMELINES, video))
        timeline = self.timeline_of(video.hash)
        if timeline.hash != video.pts_table_hash:
            raise CannotRead(
                "The film's table of timestamps is not the one that it was imported with.", mend="Import it again."
            )
        return timeline

    def shown_timeline(self, video_hash: str) -> dict[str, Any]:
        """That of what is shown, as the browser takes it: frame for frame that of the video."""
        return self.timeline_of(self.proxy_of(video_hash) or video_hash).as_json()

    @contextmanager
    def film(self, video: Video) -> Iterator[Path]:
        """The film as a file. What cannot be read is told by its own name: where it lies is nobody's business."""
        with self.storage.local(video.hash) as path:
            try:
                yield path
            except CannotRead as error:
                raise CannotRead(error.message.replace(str(path), video.file_name), mend=error.mend) from error

    # -- keeping

    def keep_proxy(self, video_hash: str, proxy_hash: str) -> None:
        """Which video is shown in its place."""
        self.storage.put_bytes(PROXIES, video_hash, proxy_hash.encode())

    def keep_said(self, video_hash: str, facts: Mapping[str, Any]) -> None:
        """What it says of itself (``Probed.facts``)."""
        self.storage.put_bytes(SAID, video_hash, json.dumps(facts).encode())

    def keep_timeline(self, video_hash: str, timeline: Timeline) -> None:
        """Its table."""
        self.storage.put_bytes(TIMELINES, video_hash, timeline.to_bytes())
