"""A film through a detector: one decoding in the child, at the small size that the detector reads."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.video.frames import frames
from videolect.video.shots import Engine, Picture, Scores
from videolect.video.timeline import Timeline

log = logging.getLogger(__name__)

_TOLD_EVERY = 5_000


def scores_of(path: Path, timeline: Timeline, engine: Engine) -> Scores:
    """The detector's bytes for every frame of the film."""
    pictures = frames(path, range(timeline.frame_count), timeline=timeline, size=engine.size)
    scores = engine.score(_told(pictures, timeline.frame_count), timeline.mean_rate)
    if scores.frame_count != timeline.frame_count:
        raise CannotRead(
            f"{engine.found_by} scored {scores.frame_count} of {timeline.frame_count} frames.",
            mend="Report this: a detector has to answer for each frame.",
        )
    return replace(scores, pts_table_hash=timeline.hash)


def kept_scores(path: Path, timeline: Timeline, engine: Engine) -> Scores:
    """What ``Scores.to_bytes`` gave. BadInput where it is of another film or by another detector."""
    try:
        scores = Scores.from_bytes(path.read_bytes())
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", mend="Give the file with the scores.") from error
    except CannotRead as error:
        raise BadInput(f"{path} holds no scores.", mend="Name another file, or remove this one.") from error
    if scores.pts_table_hash != timeline.hash or scores.frame_count != timeline.frame_count:
        raise BadInput(f"{path} holds the scores of another film.", mend="Name another file, or remove this one.")
    if scores.found_by != engine.found_by:
        raise BadInput(
            f"{path} holds scores by {scores.found_by}, not by {engine.found_by}.",
            mend="Name another file, or remove this one.",
        )
    return scores


def _told(pictures: Iterable[Picture], frame_count: int) -> Iterator[Picture]:
    for number, picture in enumerate(pictures, start=1):
        if number % _TOLD_EVERY == 0:
            log.info("%d of %d frames", number, frame_count)
        yield picture
