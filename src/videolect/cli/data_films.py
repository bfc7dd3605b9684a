"""Films into a workspace, a thousand as well as one: the storage, the ledger, their tasks, and one report.

Each film is written into the ledger as soon as those before it are in, and tasks are opened for a few films at a time;
so an import that was killed is done again from the start, and only what it did not get to is decoded.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.files import whole_file
from videolect.record.campaign import Policy
from videolect.record.clip import Clip, Video
from videolect.video.imports import Imported, Progress, Refused, import_videos
from videolect.video.shots import ShotRules
from videolect.video.sources import Source, Sources, Span
from videolect.wiring import OPERATOR, ClipNames, Workspace

_AT_ONCE = 50
"""Films whose tasks are opened in one go."""

_LINE_EVERY_S = 30.0
"""Where nobody watches, progress is a line in a log."""


class Opener:
    """Opens the tasks of clips in one campaign, which is made with the first of them where there is none yet."""

    def __init__(
        self,
        workspace: Workspace,
        campaign: str,
        policy: Policy,
        aspects: list[str] | None = None,
        *,
        priority: int = 0,
    ) -> None:
        self.workspace = workspace
        self.campaign = campaign
        self.policy = policy
        self.aspects = aspects
        self.priority = priority
        self.names = ClipNames(workspace.ledger, campaign)
        self.tasks = 0
        """How many were opened."""
        self.campaigns = 0
        """How many were made: 0 or 1."""
        self._waiting: list[Clip] = []

    def add(self, clip: Clip) -> None:
        """Open its tasks, now or with the next ones."""
        self._waiting.append(clip)
        if len(self._waiting) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Open the tasks that wait for that."""
        if not self._waiting:
            return
        desk = self.workspace.desk
        try:
            found = desk.catalogue.campaign(self.campaign)
        except NotFound:
            found = desk.catalogue.open_campaign(OPERATOR, self.campaign, policy=self.policy, aspects=self.aspects)
            self.campaigns = 1
        self.tasks += desk.catalogue.add_clips(OPERATOR, found, self._waiting, priority=self.priority)
        self._waiting = []


def open_tasks(
    workspace: Workspace, campaign: str, videos: list[Video], *, policy: Policy, priority: int = 0,
    aspects: list[str] | None = None,
) -> tuple[int, int]:  # fmt: skip
    """Open the videos' tasks in the campaign; how many tasks, and how many campaigns (0 or 1), were new."""
    opener = Opener(workspace, campaign, policy, aspects, priority=priority)
    for video in videos:
        opener.add(opener.names.clip(video))
    opener.flush()
    return opener.tasks, opener.campaigns


def take_in(workspace: Workspace, paths: list[Path]) -> tuple[list[Video], list[dict[str, str]], int]:
    """Import a few films; the videos, what was refused with the reason, and how many were new."""
    videos: dict[str, Video] = {}
    refused = []
    new = 0
    for result in import_videos(paths, workspace.storage, already=workspace.known_film):
        if isinstance(result, Refused):
            refused.append(_refusal(result.path, result.why, result.mend))
        else:
            new += workspace.catalogue.record_video(OPERATOR, result.video)
            videos.setdefault(result.video.hash, result.video)
    return list(videos.values()), refused, new


def import_films(
    workspace: Workspace, sources: Sources, opener: Opener | None, *, jobs: int, report: Path | None = None,
    proxies: bool = True, on_progress: Progress | None = None, shots: ShotRules | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Import them all; what ``data import`` answers.

    ``report``: where a line for each film is written. ``shots``: each film becomes a clip for each of its shots, except
    where the manifest names parts; without an opener its transitions are found and kept.
    """
    seen = set[bytes]()
    defects = Counter[str]()
    refused = []
    new = 0
    clips = 0
    older = 0

    def prepare(source: Source, video: Video) -> None:
        workspace.cuts.find(video, source.path)

    found = import_videos(
        sources, workspace.storage, on_progress or _Progress(), jobs=jobs, already=workspace.known_film,
        proxies=proxies, prepare=prepare if shots is not None else None,
    )  # fmt: skip
    with _reporting(report) as tell, closing(found) as results:
        for result in results:
            if isinstance(result, Refused):
                refused.append(_refusal(result.path, result.why, result.mend, result.line))
                tell(_row(result))
                continue
            is_new = workspace.catalogue.record_video(OPERATOR, result.video)
            new += is_new
            identity = bytes.fromhex(result.video.hash)
            is_first = identity not in seen
            if is_first:
                seen.add(identity)
                defects.update(result.video.problems)
            row = _row(result, is_new)
            try:
                made, left = _open_clips(workspace, opener, result, shots)
            except (BadInput, CannotRead) as error:
                refused.append(_refusal(result.path, error.message, error.mend, result.source.line))
                row |= {"why": error.message, "mend": error.mend}
            else:
                clips += len(made)
                older += left if is_first else 0
                if opener is not None:
                    row |= {"clip": made[0].id} if shots is None else {"clips": [clip.id for clip in made]}
            tell(row)
        if opener is not None:
            opener.flush()
    tasks, campaigns = (opener.tasks, opener.campaigns) if opener is not None else (0, 0)
    return {
        "videos": len(seen), "new": new, "clips": clips, "older_clips": older, "tasks": tasks,
        "acts": new + campaigns + tasks, "by_status": {}, "defects": dict(defects), "refused": refused,
        "unknown_columns": list(sources.unknown),
    }  # fmt: skip


def _open_clips(
    workspace: Workspace, opener: Opener | None, result: Imported, shots: ShotRules | None
) -> tuple[list[Clip], int]:
    """The clips of one film or part, whose tasks are opened; and how many the campaign has of what are no shots (now).

    BadInput where a name is taken, CannotRead where the detector failed.
    """
    video, source, span = result.video, result.source, result.span
    if shots is None or span is not None:
        if opener is None:
            return [], 0
        clip = opener.names.clip(video, span, name=source.clip, source_id=source.source_id)
        opener.add(clip)
        return [clip], 0
    if result.unready is not None:
        raise result.unready
    if opener is None:
        return [], 0
    spans = [
        Span(shot.start_frame, shot.end_frame, shot.start_pts, shot.end_pts)
        for shot in workspace.cuts.shots(video, workspace.edits_of(video), shots)
    ]
    older = opener.names.parts(video) - {(part.start_frame, part.end_frame) for part in spans}
    clips = []
    for part in spans:
        name = source.clip
        if name is not None and len(spans) > 1:
            name = f"{name}-{part.start_frame}-{part.end_frame}"
        clips.append(opener.names.clip(video, part, name=name, source_id=source.source_id))
    for clip in clips:  # all or none of a film's
        opener.add(clip)
    return clips, len(older)


# -------------------------------------------------------------------------------------------------------- what is told


def _shown(path: Path) -> str:
    """File names may hold bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def _refusal(path: Path, why: str, mend: str, line: str | None = None) -> dict[str, str]:
    return {"path": _shown(path), "why": f"{why} {mend}"} | ({"line": line} if line else {})


def _row(result: Imported | Refused, is_new: bool = False) -> dict[str, Any]:
    """One film's line of the report."""
    row: dict[str, Any] = {"path": _shown(result.path), "hash": None, "new": is_new, "why": None, "mend": None}
    if isinstance(result, Refused):
        row |= {"why": result.why, "mend": result.mend, "line": result.line and _shown(Path(result.line))}
    else:
        row |= {"hash": result.video.hash, "line": result.source.line, "clip": None}
        if result.span is not None:
            row |= {"start_frame": result.span.start_frame, "end_frame": result.span.end_frame}
        if result.source.extra:
            row["extra"] = dict(result.source.extra)
    return row | {"seconds": round(result.seconds, 3)}


@contextmanager
def _reporting(path: Path | None) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Writes lines beside the report's place; it is there whole or not at all."""
    if path is None:
        yield lambda row: None
        return
    if path.is_dir():
        raise BadInput(f"{path} is a folder.", mend="Name a file with --report.")
    with whole_file(path) as partial, partial.open("w", encoding="utf-8") as out:
        yield lambda row: print(json.dumps(row), file=out, flush=True)


class _Progress:
    """Tells on stderr how many are done, how fast it goes and what remains: on a terminal in place, else as lines."""

    def __init__(self) -> None:
        self.told = time.monotonic()
        # The last minute or so: what was known already went by at once and says nothing about the rest.
        self.lately: deque[tuple[float, int]] = deque(maxlen=60)

    def __call__(self, done: int, of: int, path: Path) -> None:
        now = time.monotonic()
        if not self.lately or now - self.lately[-1][0] >= 1:
            self.lately.append((now, done))
        then, before = self.lately[0]
        line = f"{done} of {of}"
        if done > before and now > then:
            rate = (done - before) / (now - then)
            line += f"  {rate:.1f} a second, {duration((of - done) / rate)} left"
        if sys.stderr.isatty():
            print(f"\r{line}  {_shown(path)[-40:]:40}", end="" if done < of else "\n", file=sys.stderr, flush=True)
        elif now - self.told >= _LINE_EVERY_S:
            self.told = now
            print(line, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """In words, to the minute from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
