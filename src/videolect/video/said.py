"""What a file says of itself beside its pictures and times: colour, brightness, transparency, timecode, rate, shape.

Every value is a claim of the file's author, unless its name says otherwise: nothing here is measured in the pictures,
and no frame is found by it. Words from the file are cleaned before they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from videolect.errors import BadInput
from videolect.video.known import KnownRate, known_rate, shape_name, shape_of
from videolect.video.timecode import timecode_of
from videolect.video.timeline import Timeline

TEXT_LIMIT = 100

UNSAID = 2
"""H.273's code for "unspecified" of primaries, transfer and matrix. Of the range it is 0."""

PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020", 10: "smpte428",
    11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100", 10: "log316",
    11: "iec61966-2-4", 12: "bt1361e", 13: "srgb", 14: "bt2020-10", 15: "bt2020-12", 16: "pq", 17: "smpte428",
    18: "hlg",
}  # fmt: skip
MATRICES = {
    0: "rgb", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
}  # fmt: skip
"""Names of ITU-T H.273's codes, as FFmpeg spells them but for ``srgb``, ``pq`` (SMPTE ST 2084) and ``hlg``."""
RANGES = {1: "limited", 2: "full"}

_HDR_NAMES = {"pq": "PQ", "hlg": "HLG"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Colour:
    """How numbers become colours; None: not said, or not assumed because it is said."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    range: str | None = None

    def as_json(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in ("primaries", "transfer", "matrix", "range")}


SD_LINES = 576
"""A silent picture of more lines has the matrix of HDTV, as players take it (``backends.pyav`` does so)."""


def frames_assume(height: int) -> Colour:
    """What ``frames`` takes where a file is silent (a test measures it). Primaries and transfer are never converted,
    whatever the file says: frames keep the film's, and who looks takes them for BT.709."""
    matrix = "bt709" if height > SD_LINES else "smpte170m"
    return Colour(primaries="bt709", transfer="bt709", matrix=matrix, range="limited")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hdr:
    """High dynamic range as the file announces it; brightness in candela per square metre."""

    transfer: str | None
    """``pq``, ``hlg``, or None where only the other data speak of it."""
    mastering_peak: float | None = None
    content_peak: int | None = None
    content_mean_peak: int | None = None
    """MaxCLL and MaxFALL of CTA-861.3."""
    kinds: tuple[str, ...] = ()
    """``Dolby Vision``, ``HDR10+``."""

    def as_json(self) -> dict[str, Any]:
        return {
            "transfer": self.transfer,
            "mastering_peak_cd_m2": self.mastering_peak,
            "content_peak_cd_m2": self.content_peak,
            "content_mean_peak_cd_m2": self.content_mean_peak,
            "kinds": list(self.kinds),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """All of it."""

    colour_said: Colour
    colour_assumed: Colour
    """What ``frames`` assumes where the file is silent."""
    hdr_said: Hdr | None
    alpha: bool
    timecode_said: str | None
    """Of the first frame, as it stands in the file."""
    timecode_found_in: str | None
    """``track``, ``container`` or ``first frame``."""
    rate: KnownRate | None
    """Measured: the known rate at which every frame lies in its place."""
    shape: Fraction
    """Width to height as shown, after turning, pixels as they are."""
    shape_name: str | None
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For ``video probe``."""
        return {
            "rate": _ratio(self.rate.rate) if self.rate else None,
            "rate_name": self.rate.name if self.rate else None,
            "shape": _ratio(self.shape),
            "shape_name": self.shape_name,
            "colour_said": self.colour_said.as_json(),
            "colour_assumed": self.colour_assumed.as_json(),
            "hdr_said": self.hdr_said.as_json() if self.hdr_said else None,
            "alpha": self.alpha,
            "timecode_said": self.timecode_said,
            "timecode_found_in": self.timecode_found_in,
        }


def said(facts: Mapping[str, Any], timeline: Timeline, rotation: int) -> Said:
    """What the decoder's facts say, in names."""
    colour = _colour(facts)
    hdr = _hdr(facts, colour.transfer)
    where, code = next(((where, clean(text)) for where, text in facts["timecodes"] if clean(text)), (None, None))
    shape = shape_of(
        facts["width"], facts["height"], rotation=rotation, sample_aspect_ratio=Fraction(*facts["sample_aspect_ratio"])
    )
    problems = [
        *([_hdr_problem(hdr)] if hdr else []),
        *([_ALPHA_PROBLEM] if facts["alpha"] else []),
        *(_timecode_problems(code, timeline) if code else []),
    ]
    silent = frames_assume(facts["height"]).as_json()
    assumed = {name: None if given else silent[name] for name, given in colour.as_json().items()}
    return Said(
        colour_said=colour,
        colour_assumed=Colour(**assumed),
        hdr_said=hdr,
        alpha=bool(facts["alpha"]),
        timecode_said=code,
        timecode_found_in=where,
        rate=known_rate(timeline, Fraction(facts["mean_rate"]).limit_denominator(1001)),
        shape=shape,
        shape_name=shape_name(shape),
        problems=tuple(problems),
    )


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """A stranger's words on one line, printable, at most ``limit`` characters: no control or direction characters.

    >>> clean("\\x1b[31m01:00:00:00\\n")
    '[31m01:00:00:00'
    """
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)[: 10 * limit]).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def _colour(facts: Mapping[str, Any]) -> Colour:
    # The picture's own words come first; where it is silent, the container's, as the decoder keeps them.
    pairs = zip(facts["colour_of_frame"], facts["colour_of_stream"], (UNSAID, UNSAID, UNSAID, 0), strict=True)
    codes = [frame if frame != unsaid else stream for frame, stream, unsaid in pairs]
    names = [
        None if code == unsaid else table.get(code, f"code {int(code)}")
        for code, unsaid, table in zip(
            codes, (UNSAID, UNSAID, UNSAID, 0), (PRIMARIES, TRANSFERS, MATRICES, RANGES), strict=True
        )
    ]
    return Colour(primaries=names[0], transfer=names[1], matrix=names[2], range=names[3])


def _hdr(facts: Mapping[str, Any], transfer: str | None) -> Hdr | None:
    kinds = tuple(clean(kind) for kind in facts["hdr_kinds"])
    peak, light = facts["mastering_peak"], facts["content_light"]
    transfer = transfer if transfer in _HDR_NAMES else None
    if transfer is None and not kinds and peak is None and light is None:
        return None
    return Hdr(
        transfer=transfer,
        mastering_peak=None if peak is None else float(peak),
        content_peak=None if light is None else int(light[0]),
        content_mean_peak=None if light is None else int(light[1]),
        kinds=kinds,
    )


_ALPHA_PROBLEM = "Has transparency (alpha): frames leave it out and show what lies under it; browsers may show it."


def _hdr_problem(hdr: Hdr) -> str:
    parts = [*([_HDR_NAMES[hdr.transfer]] if hdr.transfer else []), *hdr.kinds]
    if hdr.mastering_peak:
        parts.append(f"mastered to {hdr.mastering_peak:,.0f} cd/m2")
    elif hdr.content_peak:
        parts.append(f"up to {hdr.content_peak:,} cd/m2")
    named = f" ({', '.join(parts)})" if parts else ""
    if hdr.transfer is None:
        return (
            f"Carries data for high dynamic range{named} and names neither PQ nor HLG: players disagree on its "
            "brightness, frames leave it as it is."
        )
    return (
        f"High dynamic range{named}: browsers map its brightness each in their own way; frames keep its values in "
        "8 bits without mapping, so they look flat and dull."
    )


def _timecode_problems(code: str, timeline: Timeline) -> list[str]:
    try:
        timecode_of(timeline, code)
    except BadInput as error:
        if timeline.variable_rate:
            return [f"Carries timecode {code}, but its rate varies: the code names the first frame only."]
        return [f"Its timecode is unusable: {error.message}"]
    return []


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
