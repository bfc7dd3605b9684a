"""Our own detector of shot boundaries: numpy on pictures of 64x36, no weights.

**Cuts.** The difference between successive pictures, the smaller of plain and shifted (the best shift by phase
correlation, so that a pan explains itself), against the difference in the three frames on either side: in a whip pan
all are large and none stands out, but a cut inside the pan does. Two guards follow: where the *structure* stays (only
brightness changed) there is no cut; and where the *picture returns* within a sixth of a second it was a flash.

**Dissolves.** A mixed picture is a weighted mean of the pictures before and after. For windows from a fifth of a second
to two seconds: how far are the pictures at a quarter, a half and three quarters of the window from the straight mixture
of its two ends? 0 for a perfect dissolve, 1 for a cut, far above 1 for camera movement. And mixing two unrelated
pictures loses contrast: the energy of gradients must dip in the middle (half for a perfect mixture; no pan does that).
Where half of the picture stays, something came over it (a title), or only the light changed.

**Fades.** A run of black or white pictures with a ramp of contrast to at least one side.

Every constant below was set on the tuning half of ``benchmarks/shots.py`` and is reported on the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.video.shots import Picture, Scores, Transition, as_bytes, runs

Floats = NDArray[np.float32]

WIDTH, HEIGHT = 64, 36
_LUMA = (np.float32(0.299), np.float32(0.587), np.float32(0.114))
_BLOCK = 512
"""Frames that are looked at together."""

# ---- cuts
_LOOKED_AT = 4.0
"""Mean difference (of 255) below which nobody looks closer."""
_AROUND_S, _AROUND_LEAST = 0.2, 4
"""How long on either side a cut has to stand out of: long enough to hold two steps of a film drawn on threes."""
_NOISE = 2.0
_STANDS_OUT = 1.9
"""A difference so many times that around it scores 0.5."""
_LEAST_OVERLAP = 0.35
"""Of the picture, after a shift: two pictures share at least so much, or the shift explains nothing."""
_EXPLAINED = 0.7
"""Of the plain difference: a shift that leaves more than this has only found some flat part to match."""
_SAME_STRUCTURE, _OTHER_STRUCTURE = 0.9, 0.6
"""Correlation of the two pictures above which only brightness changed, and below which they are different."""
_RETURN_S = 1 / 6
_RETURNED, _RETURNED_ALIKE = 0.55, 0.7
"""A difference across the flash below this share of the flash's own, and at least this correlation: it has returned."""

# ---- dissolves
_LEAST = 0.2
"""Evidence below this is not kept."""
_WINDOWS_S = (0.2, 0.28, 0.4, 0.56, 0.8, 1.1, 1.5, 2.0)
_MIX = 0.9
"""Distance from a straight mixture at which the evidence is gone."""
_DIP = 0.3
"""Loss of gradient energy in the middle that counts in full."""
_GRAIN = 8.0
_APART = 20.0
"""Spread of the difference (of 255) between the window's ends that counts in full."""
_UNLIKE = 0.75
"""Correlation of the ends above which they are one picture."""
_TILE_STILL, _MOST_STILL = 8.0, 0.5
"""A tile that changes by less has stayed; where more than this share stays, something came over the picture."""
_FLAT = 5.0
"""Contrast below which a picture shows nothing: that is a fade's business."""

# ---- fades
_BLACK, _WHITE = 24.0, 228.0
_EMPTY = 9.0
_RAMP_S = 3.0
_LEAST_RAMP = 3
_SLOWER = 0.35
"""A ramp ends where its step is less than this share of its steps so far."""
_BLINK_S = 1.0
"""A shorter fade after which the same picture is there was none."""


@dataclass
class _Found:
    """What is kept of each frame."""

    mean: list[Floats] = field(default_factory=list)
    contrast: list[Floats] = field(default_factory=list)
    cut: list[Floats] = field(default_factory=list)
    tiles: list[NDArray[np.uint8]] = field(default_factory=list)
    dissolves: list[tuple[int, int, float]] = field(default_factory=list)


class Blends:
    """The default engine; see the head of this file. Tracks: cut, dissolve, fade_black, fade_white."""

    found_by = "videolect-blends 1"
    size = (WIDTH, HEIGHT)
    threshold = 0.5

    def score(self, pictures: Iterable[Picture], rate: float) -> Scores:
        """One pass; memory is bounded by a block of frames."""
        found = _Found()
        halves = sorted({max(3, round(window * rate / 2)) for window in _WINDOWS_S})
        stand_out = max(_AROUND_LEAST, round(_AROUND_S * rate))
        around = max(stand_out, round(_RETURN_S * rate) + 2, 2 * halves[-1])
        begun = 0
        for small, low, high in _blocks(pictures, around):
            block = _Block(small)
            found.mean.append(block.mean[low:high])
            found.contrast.append(block.contrast[low:high])
            found.tiles.append(block.tiles[low:high].astype(np.uint8))
            found.cut.append(_cuts(block, low, high, stand_out, max(4, round(_RETURN_S * rate))))
            offset = begun - low
            found.dissolves += [
                (start + offset, end + offset, score)
                for middle, start, end, score in _dissolves(block, halves)
                if low <= middle < high
            ]
            begun += high - low
        if not begun:
            raise BadInput("There is no picture to look at.", mend="Give the pictures of a film.")
        mean, contrast = np.concatenate(found.mean), np.concatenate(found.contrast)
        longest = round(_RAMP_S * rate)
        tiles = np.concatenate(found.tiles)

        def through(away: Floats, near: float) -> Floats:
            fades = _fades(away, near, contrast, longest)
            return _painted([one for one in fades if not _blinks(tiles, one, _BLINK_S * rate)], begun)

        tracks = {
            "cut": np.concatenate(found.cut),
            "dissolve": _painted(found.dissolves, begun),
            "fade_black": through(mean, _BLACK),
            "fade_white": through(255 - mean, 255 - _WHITE),
        }
        return Scores(found_by=self.found_by, rate=rate, tracks={name: as_bytes(each) for name, each in tracks.items()})

    def read(self, scores: Scores, threshold: float) -> list[Transition]:
        """Fades first, then cuts outside them, then dissolves over neither."""
        least = max(1, int(as_bytes(np.array([threshold]))[0]))
        kept: list[Transition] = []

        def keep(kind: str, start: int, end: int, value: int, room: int) -> None:
            if all(end + room <= one.start_frame or one.end_frame + room <= start for one in kept):
                kept.append(
                    Transition(
                        kind=kind, start_frame=start, end_frame=end, found_by=self.found_by, score=value / 255
                    )
                )  # fmt: skip

        for kind in ("fade_black", "fade_white"):
            for start, end, value in _plateaus(scores.tracks[kind], least):
                keep(kind, start, end, value, 0)
        cuts = scores.tracks["cut"]
        for start, end in runs(cuts >= least):
            frame = start + int(np.argmax(cuts[start:end]))
            # A picture that fades in or out jumps a little at the ends of the ramp.
            keep("cut", frame, frame, int(cuts[frame]), 2)
        for start, end, value in _plateaus(scores.tracks["dissolve"], least):
            keep("dissolve", start, end, value, 0)
        return sorted(kept, key=lambda one: (one.start_frame, one.end_frame))


# ------------------------------------------------------------------------------------------------------------- blocks


class _Block:
    """Some successive pictures, as the tests want them."""

    def __init__(self, small: NDArray[np.uint8]) -> None:
        self.rgb: Floats = small.astype(np.float32)
        red, green, blue = (self.rgb[..., channel] * weight for channel, weight in enumerate(_LUMA))
        self.luma: Floats = red + green + blue
        count = len(small)
        self.mean: Floats = self.luma.mean(axis=(1, 2))
        self.contrast: Floats = self.luma.std(axis=(1, 2))
        self.step: Floats = np.zeros(count, np.float32)
        self.step[1:] = np.abs(self.rgb[1:] - self.rgb[:-1]).mean(axis=(1, 2, 3))
        across, down = np.diff(self.luma, axis=2), np.diff(self.luma, axis=1)
        self.energy: Floats = (across**2).mean(axis=(1, 2)) + (down**2).mean(axis=(1, 2))
        tiles = self.rgb.reshape(count, HEIGHT // 4, 4, WIDTH // 4, 4, 3).mean(axis=(2, 4))
        self.tiles: Floats = tiles.reshape(count, -1)
        self.normal: Floats = ((self.luma - self.mean[:, None, None]) / (self.contrast[:, None, None] + 1.0)).reshape(
            count, -1
        )  # fmt: skip


def _blocks(pictures: Iterable[Picture], around: int) -> Iterator[tuple[NDArray[np.uint8], int, int]]:
    """(pictures, low, high): the block's own are low..high, what is around them only helps."""
    kept: list[Picture] = []
    low = 0
    for picture in pictures:
        if picture.shape != (HEIGHT, WIDTH, 3):
            raise BadInput(
                f"A picture of {picture.shape} came.", mend=f"Give pictures of {HEIGHT} rows of {WIDTH} pixels in RGB."
            )
        kept.append(picture)
        if len(kept) == low + _BLOCK + around:
            yield np.stack(kept), low, low + _BLOCK
            begin = max(0, low + _BLOCK - around)
            low = low + _BLOCK - begin
            kept = kept[begin:]
    if len(kept) > low:
        yield np.stack(kept), low, len(kept)


# --------------------------------------------------------------------------------------------------------------- cuts


def _cuts(block: _Block, low: int, high: int, around: int, return_frames: int) -> Floats:
    """0..1 for each of the block's own frames: is there a cut before it?"""
    count = len(block.step)
    moved, alike = block.step.copy(), np.ones(count, np.float32)
    for frame in np.flatnonzero(block.step > _LOOKED_AT).tolist():
        moved[frame], alike[frame] = _compared(block, frame - 1, frame)
    padded = np.concatenate([np.zeros(around), moved, np.zeros(around)])
    near = np.stack([padded[around + by : around + by + count] for by in range(-around, around + 1) if by])
    near.partition((-3, -2), axis=0)
    # The second and third largest: another cut nearby does not hide this one, a pan does.
    ratio = moved / (_NOISE + (near[-2] + near[-3]) / 2)
    evidence = ratio / (ratio + _STANDS_OUT)
    evidence *= np.clip((_SAME_STRUCTURE - alike) / (_SAME_STRUCTURE - _OTHER_STRUCTURE), 0, 1)
    result = np.zeros(count, np.float32)
    for frame in range(max(1, low), high):
        if evidence[frame] > 0.1:
            share = _returning(block, frame, return_frames, float(moved[frame]))
            result[frame] = evidence[frame] * np.clip((share - _RETURNED) / 0.15 + 0.5, 0.0, 1.0)
    return result[low:high]


def _compared(block: _Block, one: int, other: int) -> tuple[float, float]:
    """Mean absolute difference of two pictures, plain or after the best shift, whichever is less; and correlation."""
    first, second = block.rgb[one], block.rgb[other]
    plain = float(np.abs(first - second).mean()), _alike(block.luma[one], block.luma[other])
    down, across = _shift(block.luma[one], block.luma[other])
    shared = (HEIGHT - abs(down)) * (WIDTH - abs(across))
    if (down, across) == (0, 0) or shared < _LEAST_OVERLAP * HEIGHT * WIDTH:
        return plain
    difference = float(np.abs(_cropped(first, down, across) - _cropped(second, -down, -across)).mean())
    if difference > _EXPLAINED * plain[0]:
        return plain
    alike = _alike(_cropped(block.luma[one], down, across), _cropped(block.luma[other], -down, -across))
    # What little is shared after a wide shift says little.
    return difference, max(plain[1], alike * min(1.0, shared / (0.6 * HEIGHT * WIDTH)))


def _alike(first: Floats, second: Floats) -> float:
    """Correlation of two pictures, whatever their brightness and contrast: -1..1; 0 where one shows nothing."""
    one, other = first - first.mean(), second - second.mean()
    return float((one * other).mean() / (one.std() * other.std() + 4.0))


def _shift(first: Floats, second: Floats) -> tuple[int, int]:
    """(down, across) by which the first picture lies within the second, by phase correlation."""
    spectrum = np.fft.rfft2((first - first.mean()) * _TAPER) * np.conj(np.fft.rfft2((second - second.mean()) * _TAPER))
    peaks = np.fft.irfft2(spectrum / (np.abs(spectrum) + 1e-3), s=(HEIGHT, WIDTH))
    down, across = np.unravel_index(int(np.argmax(peaks)), peaks.shape)
    return (
        int(down) - HEIGHT if down > HEIGHT // 2 else int(down),
        int(across) - WIDTH if across > WIDTH // 2 else int(across),
    )


_TAPER = np.outer(np.hanning(HEIGHT + 2)[1:-1] ** 0.5, np.hanning(WIDTH + 2)[1:-1] ** 0.5).astype(np.float32)


def _cropped(picture: Floats, down: int, across: int) -> Floats:
    rows = slice(max(0, down), HEIGHT + min(0, down))
    return picture[rows, max(0, across) : WIDTH + min(0, across)]


def _returning(block: _Block, frame: int, within: int, difference: float) -> float:
    """The least difference across ``frame`` between like pictures, at most ``within`` + 1 frames apart, of its own."""
    least = difference
    for before in range(max(0, frame - within), frame):
        for after in range(frame, min(len(block.step), before + within + 2)):
            if after - before > 1:
                found, alike = _compared(block, before, after)
                if alike > _RETURNED_ALIKE:
                    least = min(least, found)
    return least / difference


# ---------------------------------------------------------------------------------------------------------- dissolves


def _dissolves(block: _Block, halves: list[int]) -> list[tuple[int, int, int, float]]:
    """(middle, start, end, score) of the best windows, none over a better one."""
    count = len(block.step)
    best, width = np.zeros(count, np.float32), np.zeros(count, int)
    for half in halves:
        if count <= 2 * half:
            break
        evidence = _mixture(block, half)
        better = evidence > best[half : count - half]
        best[half : count - half][better] = evidence[better]
        width[half : count - half][better] = half
    found: list[tuple[int, int, int, float]] = []
    while len(best) and (score := float(best.max())) > _LEAST:
        middle = int(best.argmax())
        half = int(width[middle])
        start, end = _ramp(block, middle, half)
        best[max(0, min(start, middle - half) - 1) : max(end, middle + half) + 1] = 0.0
        best[middle] = 0.0
        found.append((middle, start, end, score))
    return found


def _mixture(block: _Block, half: int) -> Floats:
    """[frames - 2 half] 0..1: is the window of ``half`` frames to both sides of each frame a dissolve?"""
    count = len(block.step)
    quarter = half // 2
    at = np.arange(half, count - half)
    before, after = block.tiles[at - half], block.tiles[at + half]
    way = after - before
    apart = (way**2).mean(axis=1)
    # A change of light moves all tiles alike.
    otherwise = (way.reshape(len(at), -1, 3).std(axis=1) ** 2).mean(axis=1)
    off = np.zeros(len(at), np.float32)
    scale = 0.0
    for place in (-quarter, 0, quarter):
        share = (place + half) / (2 * half)
        off += ((block.tiles[at + place] - (1 - share) * before - share * after) ** 2).mean(axis=1)
        scale += min(share, 1 - share) ** 2
    off /= apart * scale + 4.0
    ends = (block.energy[at - half] + block.energy[at + half]) / 2
    dip = 1 - (block.energy[at] + _GRAIN) / (ends + _GRAIN)
    alike = np.einsum("ij,ij->i", block.normal[at - half], block.normal[at + half]) / (HEIGHT * WIDTH)
    shown = np.minimum(block.contrast[at - half], block.contrast[at + half]) > _FLAT
    evidence = (
        np.clip(1 - off / _MIX, 0, 1)
        * np.clip(dip / _DIP, 0, 1)
        * np.clip(np.sqrt(otherwise) / _APART, 0, 1)
        * np.clip((_UNLIKE - alike) / 0.2, 0, 1)
    )
    evidence = np.where(shown, evidence, 0.0).astype(np.float32)
    for place in np.flatnonzero(evidence > _LEAST).tolist():
        still = _still(before[place], after[place])
        evidence[place] *= np.clip((_MOST_STILL - still) / 0.2 + 0.5, 0, 1)
    return evidence


def _still(before: Floats, after: Floats) -> float:
    """The share of the tiles that stay as they are, or only follow a change of light: all but a title's, say."""
    one, other = before.reshape(-1, 3), after.reshape(-1, 3)
    shown = np.maximum(one, other).max(axis=1) > _BLACK
    if not shown.any():
        return 1.0
    way = (other - one)[shown]
    kept = np.abs(way).max(axis=1) < _TILE_STILL
    lit = np.abs(way - np.median(way, axis=0)).max(axis=1) < _TILE_STILL
    return float(max(kept.mean(), lit.mean()))


def _ramp(block: _Block, middle: int, half: int) -> tuple[int, int]:
    """First frame that is mixed, and the first that no longer is: the line through a fifth and four fifths."""
    count = len(block.step)
    first, last = max(0, middle - half - half // 2), min(count - 1, middle + half + half // 2)
    before, after = block.tiles[first], block.tiles[last]
    way = after - before
    share = (block.tiles[first : last + 1] - before) @ way / (way @ way + 1e-3)
    early = first + _crossing(share, 0.2)
    late = first + _crossing(share, 0.8)
    reach = (late - early) / 3
    start, end = round(early - reach) + 1, round(late + reach)
    if not first <= start < end - 1 <= last:
        return middle - half + 1, middle + half
    return start, end


def _crossing(share: Floats, level: float) -> float:
    """Where a rising line first crosses a level for good, between frames."""
    above = np.flatnonzero(share < level)
    at = int(above[-1]) if len(above) else 0
    if at + 1 >= len(share):
        return float(at)
    rise = float(share[at + 1] - share[at])
    return at + (level - float(share[at])) / rise if rise > 0 else float(at)


# -------------------------------------------------------------------------------------------------------------- fades


def _fades(away: Floats, near: float, contrast: Floats, longest: int) -> list[tuple[int, int, float]]:
    """(start, end, score) of fades through a colour; ``away``: how far the mean brightness is from it."""
    found: list[tuple[int, int, float]] = []
    empty = (away < near) & (contrast < _EMPTY)
    shown = contrast + away
    for first, last in runs(empty):
        start = first - _ramp_length(shown[: first + 1][::-1], longest)
        end = last + _ramp_length(shown[last - 1 :], longest)
        if first - start < _LEAST_RAMP and end - last < _LEAST_RAMP:
            continue
        if found and start <= found[-1][1]:
            start = found[-1][1] + 1
        found.append((start, end, 1 - float(away[first:last].min()) / (2 * near)))
    return found


def _ramp_length(shown: Floats, longest: int) -> int:
    """How many frames after the first, which is empty, are on their way to a whole picture.

    On a ramp each step is about as large as the mean of those before; two small steps in a row say that it is over.
    """
    late, at = 0, 0
    for at in range(1, min(longest, len(shown))):
        slow = shown[at] - shown[at - 1] < _SLOWER * (shown[at] - shown[0]) / at
        late = late + 1 if slow or shown[at] <= shown[0] else 0
        if late == 2:
            return max(0, at - 3)
    return at


def _blinks(tiles: NDArray[np.uint8], fade: tuple[int, int, float], longest: float) -> bool:
    """Whether the same picture is there before and after a short fade."""
    start, end, _ = fade
    if start < 1 or end >= len(tiles) or end - start > longest:
        return False
    return _alike(tiles[start - 1].astype(np.float32), tiles[end].astype(np.float32)) > _RETURNED_ALIKE


def _painted(stretches: Iterable[tuple[int, int, float]], frames: int) -> Floats:
    """A track that holds each stretch's score, the better one where two meet, with a frame of 0 between them."""
    track = np.zeros(frames, np.float32)
    for start, end, score in sorted(stretches, key=lambda one: -one[2]):
        start, end = max(0, start), min(frames, end)
        if end > start and not track[max(0, start - 1) : end + 1].any():
            track[start:end] = score
    return track


def _plateaus(track: NDArray[np.uint8], least: int) -> Iterator[tuple[int, int, int]]:
    for start, end in runs(track >= least):
        yield start, end, int(track[start:end].max())
