"""Pictures of single frames, exact by the table of timestamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead
from videolect.video.probe import probe, refused
from videolect.video.sandbox import Limits, Refusal, listen
from videolect.video.timeline import Timeline


def frames(
    path: Path, indices: Sequence[int], *, timeline: Timeline | None = None, size: tuple[int, int] | None = None,
    limits: Limits | None = None,
) -> Iterator[NDArray[np.uint8]]:  # fmt: skip
    """The pictures of these frames, each [height, width, 3] RGB as coded (not turned), from one pass over the file.

    ``indices`` rise. ``size`` (width, height): scaled to it by averaging areas, whatever the sides; for analysis,
    not for models. Without a ``timeline`` the file is probed first. Decoded in the child process, one picture in memory
    at a time. BadInput for frames that are not there, CannotRead where the file no longer gives one that it
    gave at import.
    """
    if not indices:
        return
    if any(after <= before for before, after in pairwise(indices)):
        raise BadInput("The frames asked for do not rise.", mend="Sort them, each once.")
    limits = limits or Limits()
    timeline = timeline or probe(path, limits=limits).timeline
    if indices[-1] >= timeline.frame_count:
        raise BadInput(f"There is no frame {indices[-1]}.", mend=f"Give frames from 0 to {timeline.frame_count - 1}.")
    wanted = [timeline.pts_of(index) for index in indices]
    with listen({"what": "frames", "pts": wanted, "size": size}, path, limits) as answer:
        if isinstance(answer, Refusal):
            raise refused(path, answer)
        head, stream = answer
        shape = (int(head["height"]), int(head["width"]), 3)
        for index in indices:
            data = stream.read(shape[0] * shape[1] * 3)
            if len(data) < shape[0] * shape[1] * 3:
                raise CannotRead(
                    f"{path} no longer gives frame {index}.", mend="The file has changed: import it again."
                )
            yield np.frombuffer(data, np.uint8).reshape(shape)
