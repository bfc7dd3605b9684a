"""The videos of a storage, and what their import left beside them: table of timestamps, proxy, what a file says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.errors import CannotRead, NotFound
from videolect.storage import FolderStorage, Storage
from videolect.video.imports import PROXIES, SAID, TIMELINES
from videolect.video.timeline import Timeline


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
        if isinstance(self.storage, FolderStorage):
            return self.storage.path(video_hash)
        return StoredVideo(self.storage, video_hash, size)

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

    def timeline_of(self, video_hash: str) -> Timeline:
        """The table of presentation timestamps; NotFound where there is none."""
        return Timeline.from_bytes(self.storage.get_bytes(TIMELINES, video_hash))

    def shown_timeline(self, video_hash: str) -> dict[str, Any]:
        """That of what is shown, as the browser takes it: frame for frame that of the video."""
        return self.timeline_of(self.proxy_of(video_hash) or video_hash).as_json()
