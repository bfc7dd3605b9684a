"""The shapes of what pages show of a film beside the film: small pictures to hover over, and what it says of itself."""

from __future__ import annotations

from pydantic import Field

from videolect.web.models import Shape


class PreviewsShape(Shape):
    """Which small picture of the sheet is which frame; no frames where the film has none to show."""

    start_frame: int
    """The stretch that they are of, in frames of the film, half open."""
    end_frame: int
    frames: list[int]
    """Rising; row by row on the sheet. A frame is shown by the last of these at or before it."""
    width: int
    """Of one small picture, in pixels."""
    height: int
    columns: int
    picture: str | None
    """The sheet's address; it may be kept for ever."""


class RateShape(Shape):
    """How many frames a second."""

    exact: str | None
    """``24000/1001``: the rate at which every frame lies in its place; null where there is none, or none is known."""
    name: str | None
    """``23.976``: a rate of film or television."""
    mean: float
    variable: bool


class TimecodeShape(Shape):
    """Of the first frame, in the file's words."""

    code: str
    found_in: str | None
    """``track``, ``container`` or ``first frame``."""


class ColourShape(Shape):
    """How numbers become colours; null: not said, or not assumed because it is said."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    range: str | None = None


class HdrShape(Shape):
    """High dynamic range as the file announces it; brightness in candela per square metre."""

    transfer: str | None = None
    mastering_peak_cd_m2: float | None = None
    content_peak_cd_m2: float | None = None
    content_mean_peak_cd_m2: float | None = None
    kinds: list[str] = Field(default_factory=list)


class BarsShape(Shape):
    """Black bars that were found, in pixels of the coded picture."""

    top: int
    bottom: int
    left: int
    right: int


class AboutShape(Shape):
    """What is known of a film: decoded, said by the file, and found in its pictures."""

    hash: str
    file_name: str
    size_bytes: int
    container: str
    codec: str
    pixel_format: str
    bit_depth: int
    width: int
    """As coded, before turning."""
    height: int
    rotation: int
    """Degrees clockwise."""
    sample_aspect: str
    """Of a pixel: ``1:1``."""
    shown_width: int
    """As shown: turned, its pixels made square."""
    shown_height: int
    shape: float
    """Width to height as shown."""
    shape_name: str | None
    """``2.39:1``, where it has a known shape."""
    rate: RateShape
    frames: int
    duration_s: float
    proxy: bool
    """Whether the pages play a stand-in."""
    problems: list[str]
    told: bool
    """Whether the import kept what the file says of itself; what follows is unknown where it did not."""
    picture_shape_name: str | None
    """The known shape of what lies inside the bars."""
    letterbox: BarsShape | None
    timecode: TimecodeShape | None
    alpha: bool | None
    colour_said: ColourShape | None
    colour_assumed: ColourShape | None
    hdr_said: HdrShape | None
