"""Films into a workspace, a thousand as well as one: their bytes, their acts, and the tasks of their clips.

Each film is written into the ledger as soon as those before it are in, and tasks are opened for a few films at a time;
so an import that was killed is done again from the start, and only what it did not get to is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.clip_names import ClipNames
from videolect.oversight.cuts import CutsDesk
from videolect.oversight.roles import Worker
from videolect.record.campaign import Campaign, Policy
from videolect.record.clip import Clip, Stretch, Video
from videolect.storage import Storage
from videolect.video.evidence import CutFinder
from videolect.video.imports import Imported, Progress, Refused, import_videos
from videolect.video.probe import Probed
from videolect.video.shots import ShotRules
from videolect.video.sources import Source, Sources

_AT_ONCE = 50
"""Films whose tasks are opened in one go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """What became of one film, or of one part that a manifest names."""

    result: Imported
    is_new: bool
    """Whether the ledger did not have the video yet."""
    clips: tuple[Clip, ...] = ()
    """Those whose tasks are open now, or will be with the next ones."""
    older: int = 0
    """Clips of other stretches of the film that the campaign has; they keep their tasks."""
    why_no_clip: VideolectError | None = None
    """A name that is taken, or a detector that failed: the film is in all the same."""


class Opener:
    """Opens the tasks of clips in one campaign, which is made with the first of them where there is none yet."""

    def __init__(
        self, catalogue: Catalogue, worker: Worker, campaign: str, *, policy: Policy | None = None,
        aspects: Sequence[str] | None = None, priority: int = 0,
    ) -> None:  # fmt: skip
        self.catalogue = catalogue
        self.worker = worker
        self.campaign = campaign
        self.policy = policy
        self.aspects = aspects
        self.priority = priority
        self.names = ClipNames(catalogue.ledger, campaign)
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
        try:
            found = self.catalogue.campaign(self.campaign)
        except NotFound:
            found = self._opened()
        self.tasks += self.catalogue.add_clips(self.worker, found, self._waiting, priority=self.priority)
        self._waiting = []

    def _opened(self) -> Campaign:
        try:
            made = self.catalogue.open_campaign(self.worker, self.campaign, policy=self.policy, aspects=self.aspects)
        except BadInput:
            with suppress(NotFound):  # another import opened it a moment ago
                return self.catalogue.campaign(self.campaign)
            raise
        self.campaigns = 1
        return made


class Intake:
    """The way in. ``known``: what an earlier import found out about these bytes, or None."""

    def __init__(
        self, catalogue: Catalogue, storage: Storage, finder: CutFinder, worker: Worker, *,
        known: Callable[[str], Probed | None],
    ) -> None:  # fmt: skip
        self.catalogue = catalogue
        self.storage = storage
        self.finder = finder
        self.worker = worker
        self.known = known
        self.cuts = CutsDesk(catalogue, finder)

    def opener(
        self, campaign: str, *, policy: Policy | None = None, aspects: Sequence[str] | None = None, priority: int = 0
    ) -> Opener:
        """Of tasks in this campaign."""
        return Opener(self.catalogue, self.worker, campaign, policy=policy, aspects=aspects, priority=priority)

    def videos(
        self, sources: Sources | Iterable[Path], opener: Opener | None = None, *, jobs: int = 1, proxies: bool = True,
        shots: ShotRules | None = None, on_progress: Progress | None = None,
    ) -> Generator[TakenIn | Refused]:  # fmt: skip
        """Import them all; one result for each, in order. Tasks of the last ones are opened with the end.

        ``shots``: each film becomes a clip for each of its shots, except where the manifest names stretches; without an
        opener its transitions are found and kept.
        """

        def prepare(source: Source, video: Video) -> None:
            self.finder.find(video, source.path)

        found = import_videos(
            sources, self.storage, on_progress, jobs=jobs, already=self.known, proxies=proxies,
            prepare=prepare if shots is not None else None,
        )  # fmt: skip
        with closing(found) as results:
            for result in results:
                yield result if isinstance(result, Refused) else self._taken(result, opener, shots)
        if opener is not None:
            opener.flush()

    def take_in(self, paths: Iterable[Path]) -> tuple[list[Video], list[Refused], int]:
        """A few films without tasks: the videos, what was refused, and how many were new."""
        videos: dict[str, Video] = {}
        refused: list[Refused] = []
        new = 0
        for one in self.videos(paths):
            if isinstance(one, Refused):
                refused.append(one)
            else:
                new += one.is_new
                videos.setdefault(one.result.video.hash, one.result.video)
        return list(videos.values()), refused, new

    def open_tasks(
        self, campaign: str, videos: Iterable[Video], *, policy: Policy | None = None,
        aspects: Sequence[str] | None = None, priority: int = 0,
    ) -> list[Clip]:  # fmt: skip
        """Open the tasks of whole videos in the campaign; their clips."""
        opener = self.opener(campaign, policy=policy, aspects=aspects, priority=priority)
        clips = [opener.names.clip(video) for video in videos]
        for clip in clips:
            opener.add(clip)
        opener.flush()
        return clips

    def _taken(self, result: Imported, opener: Opener | None, shots: ShotRules | None) -> TakenIn:
        is_new = self.catalogue.record_video(self.worker, result.video)
        try:
            clips, older = self._clips(result, opener, shots)
        except (BadInput, CannotRead) as error:
            return TakenIn(result=result, is_new=is_new, why_no_clip=error)
        return TakenIn(result=result, is_new=is_new, clips=tuple(clips), older=older)

    def _clips(self, result: Imported, opener: Opener | None, shots: ShotRules | None) -> tuple[list[Clip], int]:
        """The clips of one film or stretch, whose tasks are opened; and how many the campaign has of other stretches.

        BadInput where a name is taken, CannotRead where the detector failed.
        """
        video, source = result.video, result.source
        if shots is not None and result.stretch is None and result.unready is not None:
            raise result.unready
        if opener is None:
            return [], 0
        if shots is None or result.stretch is not None:
            clip = opener.names.clip(video, result.stretch, name=source.clip, source_id=source.source_id)
            opener.add(clip)
            return [clip], 0
        stretches = [
            Stretch(shot.start_frame, shot.end_frame, shot.start_pts, shot.end_pts)
            for shot in self.finder.shots(video, self.cuts.look(video.hash).edits, shots)
        ]
        older = opener.names.stretches(video) - {(stretch.start_frame, stretch.end_frame) for stretch in stretches}
        clips = []
        for stretch in stretches:
            name = source.clip
            if name is not None and len(stretches) > 1:
                name = f"{name}-{stretch.start_frame}-{stretch.end_frame}"
            clips.append(opener.names.clip(video, stretch, name=name, source_id=source.source_id))
        for clip in clips:  # all or none of a film's
            opener.add(clip)
        return clips, len(older)
