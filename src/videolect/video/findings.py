"""What the facts of a file mean: how it is turned, whether browsers play it, and what a person should know about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from videolect.video.timeline import Timeline

PLAYED_CONTAINERS = ("mp4", "webm")
PLAYED_CODECS = ("h264", "vp8", "vp9", "av1")
"""Measured with Chromium 156 on Debian 12 in MP4, MOV, Matroska and WebM, also with 10 bits and without chroma
subsampling. HEVC, MPEG-4 part 2 and Motion JPEG did not play; AVI and MPEG transport streams were not opened."""

_LATE_S = 0.0005
_CONTAINER_NAMES = {"mov": "mp4", "matroska": "matroska", "mpegts": "mpegts"}


def container_name(facts: Mapping[str, Any], suffix: str) -> str:
    """One word for FFmpeg's list of names: ``mp4`` (also MOV), ``webm``, ``matroska``, ``avi``, ..."""
    first = str(facts["container"]).split(",")[0]
    if first == "matroska" and suffix.lower() == ".webm":
        return "webm"
    return _CONTAINER_NAMES.get(first, first)


def quarter_turns(facts: Mapping[str, Any]) -> int:
    """Degrees clockwise by which a player turns the picture, to the nearest quarter turn."""
    # The library tells counter-clockwise degrees.
    return round(-float(facts["rotation"]) / 90) * 90 % 360


def browser_playable(facts: Mapping[str, Any]) -> bool:
    """Whether Chromium plays it and seeks in it: container and codec are among those measured, groups are closed."""
    return _played(facts) and not facts["open_groups"]


def _played(facts: Mapping[str, Any]) -> bool:
    known = set(str(facts["container"]).split(","))
    return facts["codec"] in PLAYED_CODECS and bool(known & set(PLAYED_CONTAINERS))


def problems(facts: Mapping[str, Any], timeline: Timeline, container: str) -> tuple[str, ...]:
    """Plain sentences about what may trouble people, players or models; none for an ordinary file."""
    return (*_playing(facts, container), *_times(facts, timeline), *_picture(facts), *_damage(facts, timeline))


def _playing(facts: Mapping[str, Any], container: str) -> list[str]:
    said = []
    codec, depth = facts["codec"], facts["bit_depth"]
    if not _played(facts):
        return [f"Browsers do not play {codec} in {container}: the desk needs a proxy of it."]
    if facts["open_groups"]:
        # Measured: after a seek past the first such key frame Chromium waits for ever.
        return ["Open groups of pictures: Chromium plays it and hangs when it seeks: the desk needs a proxy of it."]
    if container == "matroska":
        said.append("Browsers other than Chromium do not play Matroska.")
    if depth > 8:
        said.append(f"{depth} bits per sample: browsers other than Chromium may not play it.")
    if facts["chroma"] and [2 * side for side in facts["chroma"]] != [_even(facts["width"]), _even(facts["height"])]:
        said.append(
            f"The pixel format {facts['pixel_format']} is not 4:2:0: browsers other than Chromium may not play it."
        )
    return said


def _times(facts: Mapping[str, Any], timeline: Timeline) -> list[str]:
    said = []
    if timeline.variable_rate:
        said.append("Variable frame rate.")
    start = float(timeline.pts[0] * timeline.time_base)
    if abs(start) > _LATE_S:
        said.append(f"Starts at {_seconds(start)}, not at 0.")
    if timeline.unreachable and browser_playable(facts):
        said.append(
            f"{_frames(len(timeline.unreachable))} cannot be shown by seeking in Chromium, only by playing, "
            f"from frame {timeline.unreachable[0]} on: exact steps need a proxy."
        )
    if facts["doubled"]:
        said.append(f"{_frames(facts['doubled'])} had the timestamp of another and were left out.")
    if facts["untimed"]:
        said.append(f"{_frames(facts['untimed'])} had no timestamp and were left out.")
    return said


def _picture(facts: Mapping[str, Any]) -> list[str]:
    said = []
    for name in ("width", "height"):
        if facts[name] % 2:
            said.append(f"Odd {name} {facts[name]}: most encoders take even ones only.")
    if facts["sample_aspect_ratio"][0] != facts["sample_aspect_ratio"][1]:
        said.append("Pixels are not square ({}:{}).".format(*facts["sample_aspect_ratio"]))
    turn = -float(facts["rotation"]) % 360
    if abs(turn - round(turn / 90) * 90) > 0.5:
        said.append(f"Turned by {turn:.1f} degrees, which is no quarter turn: shown as {quarter_turns(facts)}.")
    matrix = facts["matrix"]
    area = matrix[0] * matrix[4] - matrix[1] * matrix[3] if matrix else 1
    if area < 0:
        said.append("The file asks players to mirror the picture; not all do.")
    if area == 0:
        said.append("The file asks players to shrink the picture to nothing: shown as it is.")
    if facts["interlaced"]:
        said.append("Interlaced: two moments in one frame.")
    if len(facts["sizes"]) > 1:
        at, width, height = facts["sizes"][1]
        said.append(f"The picture changes its size, at frame {at} to {width}x{height}.")
    if facts["pictures"] > 1:
        said.append(f"Holds {facts['pictures']} video tracks; the first is used.")
    return said


def _damage(facts: Mapping[str, Any], timeline: Timeline) -> list[str]:
    said = []
    if facts["error_count"]:
        at, words = facts["errors"][0]
        where = "before the first frame" if at is None else f"at about {_seconds(at * float(timeline.time_base))}"
        said.append(f"Decoded with {facts['error_count']} errors, the first {where}: {words}.")
    if facts["corrupt"]:
        said.append(f"{_frames(facts['corrupt'])} are damaged.")
    if facts["cut_packets"]:
        said.append(f"Of {_frames(facts['cut_packets'])} the file holds only a part.")
    # Only MP4's index tells each frame; an edit list may leave some of them out on purpose.
    announced = facts["announced_frames"] if "mp4" in facts["container"] else 0
    missing_s = facts["announced_s"] - timeline.duration_s
    if not facts["edits"] and announced > timeline.frame_count + facts["doubled"] + facts["untimed"]:
        said.append(f"Ends early: its index names {_frames(announced)}, {timeline.frame_count} could be read.")
    elif missing_s > max(0.5, 2 / timeline.mean_rate):
        lasts, read = _seconds(facts["announced_s"]), _seconds(timeline.duration_s)
        said.append(f"Ends early: it should last {lasts}, {read} could be read.")
    elif not announced and _short_of_container(facts, timeline):
        said.append(f"Ends early: the container should last {_seconds(facts['container_s'])}.")
    elif (facts["promised_bytes"] or 0) > facts["bytes"]:
        said.append(f"Ends early: it should have {facts['promised_bytes']:,} bytes and has {facts['bytes']:,}.")
    return said


def _short_of_container(facts: Mapping[str, Any], timeline: Timeline) -> bool:
    # Without sound in the file the picture has to reach the container's end.
    end = float(timeline.end_pts * timeline.time_base)
    return not facts["sound"] and facts["container_s"] - end > max(0.5, 2 / timeline.mean_rate)


def _even(side: int) -> int:
    return side + side % 2


def _seconds(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") + " s"


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count:,} frames"
