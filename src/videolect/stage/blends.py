"""Shots put together: a cut, fade, dissolve or wipe between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from videolect.errors import BadInput
from videolect.stage.camera.render import Picture
from videolect.stage.effects import Effect


def joined(shots: Sequence[Iterable[Picture]], blends: Sequence[Effect]) -> Iterator[Picture]:
    """The shots' pictures with a cut, fade, dissolve or wipe between them. Shots overlap in a dissolve and a wipe.

    ``blends[n]`` lies between shot n and n + 1, its frames counted in the joined clip.
    """
    if len(blends) != len(shots) - 1:
        raise BadInput(f"{len(shots)} shots with {len(blends)} transitions.", mend="Give one between each two.")
    sources = [iter(shot) for shot in shots]
    count = 0
    held: list[Picture] = []
    for number, source in enumerate(sources):
        blend = blends[number] if number < len(blends) else None
        if blend is None or blend.what == "cut":
            end = None if blend is None else blend.start_frame
            while end is None or count < end:
                picture = held.pop(0) if held else next(source, None)
                if picture is None:
                    break
                yield picture
                count += 1
            continue
        start, end = blend.start_frame, blend.end_frame
        while count < start:
            picture = held.pop(0) if held else next(source, None)
            if picture is None:
                break
            yield picture
            count += 1
        following = sources[number + 1]
        for at in range(start, end):
            share = (at - start + 0.5) / (end - start)
            if blend.what == "fade":
                picture = next(source, None) if share < 0.5 else next(following, None)
                if picture is None:
                    break
                yield (picture * abs(1 - 2 * share)).astype(np.uint8)
            else:
                old, new = next(source, None), next(following, None)
                if old is None or new is None:
                    break
                yield _mixed(old, new, share) if blend.what == "dissolve" else _wiped(old, new, share)
            count += 1


def _mixed(old: Picture, new: Picture, share: float) -> Picture:
    mixed: Picture = (old * (1 - share) + new * share + 0.5).astype(np.uint8)
    return mixed


def _wiped(old: Picture, new: Picture, share: float) -> Picture:
    edge = round(share * old.shape[1])
    wiped = old.copy()
    wiped[:, :edge] = new[:, :edge]
    return wiped
