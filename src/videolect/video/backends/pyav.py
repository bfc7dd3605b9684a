"""PyAV (FFmpeg): the only file of the room that imports it. It reads in the child process, and writes our own pictures.

Written against PyAV 15 to 18.
"""

from __future__ import annotations

import contextlib
import errno
import math
import resource
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import av
import av.logging
from av.codec.codec import UnknownCodecError
from av.video.frame import PictureType

from videolect.errors import MissingExtra
from videolect.video.boxes import fragments_and_edits
from videolect.video.lengths import promised_bytes

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Buffer = bytes | memoryview

CONTAINERS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mxf,ivf"
"""Demuxers that are let in. Others read playlists, other files, or pictures one by one: none of that is a film."""

_MOST_ERRORS = 10_000
_KEPT_ERRORS = 20
_OWN_SIZE_TIMES = 8
_LIES = "a part of it claims to be far larger than the file"
_MOST_TEXT = 200
_MOST_TRACKS = 20

_HDR_SIDE_DATA = {
    "MASTERING_DISPLAY_METADATA": "",
    "CONTENT_LIGHT_LEVEL": "",
    "DOVI_METADATA": "Dolby Vision",
    "DOVI_RPU_BUFFER": "Dolby Vision",
    "DYNAMIC_HDR_PLUS": "HDR10+",
}
"""What may be attached to a frame, and the name of the kind where it is one."""
_UNSAID = 2
"""H.273's code for "unspecified" of primaries, transfer and matrix. Of the range it is 0."""
_DOLBY_VISION_TAGS = ("dvh1", "dvhe", "dvav", "dva1", "dav1")


class Refused(Exception):
    """The file is not what is needed: ``kind`` is one of the keys of ``probe.WHY``."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


# ------------------------------------------------------------------------------------------------------------ reading


def inspect(
    path: str, *, threads: int, most_pixels: int, most_frames: int
) -> tuple[dict[str, Any], array[int], array[int], list[bytes]]:
    """Decode every frame once. Facts as plain data; rising timestamps, and durations as the file says, in ticks.

    And the brightness of a few frames spread over the film: height x width bytes each, of the first frame's size.
    """
    with _opened(path) as container:
        stream = _picture_of(container)
        if stream.codec_context.width * stream.codec_context.height > most_pixels:
            raise Refused("too_large", f"{stream.codec_context.width}x{stream.codec_context.height}")
        survey = _Survey(stream, most_pixels, most_frames)
        for packet, frame in _decoded(container, stream, threads, survey):
            survey.see(frame) if frame is not None else survey.see_packet(packet)
        if not survey.shown:
            if survey.untimed:
                raise Refused("no_times")
            raise Refused("no_frames", survey.errors[0][1] if survey.errors else "")
        facts = _joined({**_facts(container, stream, path), **survey.facts()})
        times = sorted(survey.shown)
        return facts, array("q", times), array("q", [survey.shown[time] for time in times]), survey.lumas


_UNTAGGED, _BT709, _MPEG_RANGE = 2, 1, 1
_SD_LINES = 576
"""A picture of more lines that does not name its colours has those of HDTV (BT.709), a smaller one those of BT.601."""

Group = tuple[int | None, Sequence[int]]
"""Where to begin to decode (the timestamp of a frame that needs none before it; None: at the beginning), and the
timestamps of the frames that are wanted from there, rising."""

_INDEXED = ("mp4", "matroska", "avi")
"""Containers in which a jump reads an index. In others the packets up to the place are read and left alone."""


def pictures(
    path: str, groups: Sequence[Group], *, threads: int, size: tuple[int, int] | None = None
) -> Iterator[tuple[int, int, Buffer]]:
    """Height, width and RGB bytes of the frames that are wanted, in their order.

    What no wanted frame needs is not decoded: other groups of pictures, and within a group the frames that no other is
    made from. ``size`` (width, height): scaled to it by averaging areas, where they are not of that size; None: the
    size with which the film begins.
    """
    with _opened(path) as container:
        stream = _picture_of(container)
        _set_threads(stream, threads)
        if size is None and stream.codec_context.width:
            size = (stream.codec_context.width, stream.codec_context.height)
        packets = _packets(container, stream)
        for number, (start, wanted) in enumerate(groups):
            if start is not None and any(name in container.format.name for name in _INDEXED):
                packets = _packets_from(container, stream, start)
            given = 0
            for frame in _in_order(_sparing(stream, packets, start, frozenset(wanted)), wanted):
                given += 1
                size = size or (frame.width, frame.height)
                yield _rgb(frame, size)
            stream.codec_context.flush_buffers()
            if given < len(wanted):  # the file does not keep to what the table says: without any sparing, then
                rest = [*wanted[given:], *(time for _, times in groups[number + 1 :] for time in times)]
                for frame in _plainly(path, rest, threads):
                    size = size or (frame.width, frame.height)
                    yield _rgb(frame, size)
                return  # where one is missing for good, none that comes after it may take its place


def _plainly(path: str, wanted: Sequence[int], threads: int) -> Iterator[VideoFrame]:
    """The same frames by decoding everything from the beginning."""
    with _opened(path) as container:
        stream = _picture_of(container)
        every = (frame for _, frame in _decoded(container, stream, threads, None) if frame is not None)
        yield from _in_order(every, wanted)


def _in_order(frames: Iterable[VideoFrame], wanted: Sequence[int]) -> Iterator[VideoFrame]:
    """Of these frames the first with each of these timestamps, in their order, until one is missing for good."""
    missing, order = set(wanted), iter(wanted)
    ready: dict[int, VideoFrame] = {}
    due = next(order, None)
    for frame in frames:
        if frame.pts not in missing:
            continue
        missing.discard(frame.pts)
        ready[frame.pts] = frame
        while due is not None and due in ready:
            yield ready.pop(due)
            due = next(order, None)
        if not missing:
            return


def _sparing(
    stream: VideoStream, packets: Iterator[Packet[Any]], start: int | None, wanted: frozenset[int]
) -> Iterator[VideoFrame]:
    """What the decoder gives for the packets that the wanted frames need; what cannot be decoded is passed over."""
    context = stream.codec_context
    unsent = set(wanted)
    begun = start is None
    for packet in packets:
        begun = begun or packet.pts == start
        if not begun:
            continue
        # Frames that no other is made from are left out; a packet without a time may be any frame.
        spare = packet.pts is not None and packet.pts not in wanted
        context.skip_frame = "NONREF" if spare else "DEFAULT"
        yield from _frames_of(packet)
        if packet.pts is not None:
            unsent.discard(packet.pts)
            if not unsent:
                break
    # Whatever the decoder still holds back comes out now: no further packet has to be decoded for it.
    with contextlib.suppress(av.FFmpegError, OSError):
        yield from context.decode(None)


def _packets_from(container: InputContainer, stream: VideoStream, start: int) -> Iterator[Packet[Any]]:
    """Those from shortly before this timestamp on; none where a damaged index leads nowhere."""
    try:
        container.seek(start, stream=stream)
    except (av.FFmpegError, OSError):
        return iter(())
    return _packets(container, stream)


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[Any]]:
    """Those that there are, however the file ends."""
    # An IndexError is PyAV 18's, at the end of a file in which tracks appeared on the way.
    with contextlib.suppress(av.FFmpegError, OSError, IndexError):
        yield from container.demux(stream)


def _frames_of(packet: Packet[Any]) -> list[VideoFrame]:
    try:
        return packet.decode()
    except (av.FFmpegError, OSError):
        return []


def _name_colours(frame: VideoFrame) -> None:
    if frame.colorspace == _UNTAGGED and frame.height > _SD_LINES:
        frame.colorspace = _BT709  # as players take it


def _rgb(frame: VideoFrame, size: tuple[int, int]) -> tuple[int, int, Buffer]:
    _name_colours(frame)
    width, height = size
    scaled = size != (frame.width, frame.height)
    picture = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA" if scaled else None)
    return height, width, _plane(picture, 3 * width, height)


def _plane(picture: VideoFrame, row: int, rows: int) -> Buffer:
    """The bytes of a picture that has one plane, without what lies between its rows."""
    plane = picture.planes[0]
    lines, step = memoryview(plane), plane.line_size
    return lines[: row * rows] if step == row else b"".join(lines[at : at + row] for at in range(0, step * rows, step))


_KEYS_BEGIN_AFRESH = frozenset(
    ["hevc", "vp8", "vp9", "av1", "mpeg1video", "mpeg2video", "mjpeg", "prores", "dnxhd", "ffv1"]
)
"""Codecs whose key frames, and all that is shown after them, need nothing before them, and whose key frames are found
in the packets themselves. Of H.264 only some do; of MPEG-4 part 2 the container's word counts, and it may be wrong."""


_OWN_GROUPS = 100_000
"""Frames after which the encoder would begin a group by itself: we begin one every second."""

Encoder = Literal["libx264", "libvpx-vp9"]
ENCODERS: tuple[Encoder, ...] = ("libx264", "libvpx-vp9")
"""What we write films with, the best first; browsers play both in MP4. PyAV's wheels hold both, but x264 is GPL, so an
FFmpeg that was built without it is not rare."""


def _encoder(crf: int, **x264: str) -> tuple[Encoder, dict[str, str]]:
    """The first of ``ENCODERS`` that this FFmpeg has, and its options for a quality on x264's scale, 0 (best) to 51.

    ``x264``: what only that one is told. MissingExtra where there is none.
    """
    name = next((name for name in ENCODERS if _has_encoder(name)), None)
    if name is None:
        raise MissingExtra(
            f"This FFmpeg can write none of the films that we make: it lacks {' and '.join(ENCODERS)}.",
            mend="PyAV's own wheel has both: pip install --force-reinstall --only-binary av av.",
        )
    if name == "libx264":
        return name, {"preset": "veryfast", "crf": str(crf), **x264}
    # VP9's scale ends at 63. Frames that are never shown are left out: each of ours has its time.
    options = {"crf": str(round(crf * 63 / 51)), "b": "0", "deadline": "good", "cpu-used": "5"}
    return name, {**options, "auto-alt-ref": "0", "lag-in-frames": "0"}


def _has_encoder(name: str) -> bool:
    try:
        av.Codec(name, "w")
    except UnknownCodecError:
        return False
    return True


def write_proxy(path: str, times: Sequence[int], out: str, *, threads: int, size: tuple[int, int], fps: float) -> int:
    """The frames with these timestamps (rising) as a film in MP4 that browsers play and seek in; how many there were.

    8 bits, 4:2:0, no frame that is shown before it is decoded, a closed group of pictures every second, the index at
    the front, no sound. Each frame keeps its timestamp, in the file's own time base. ``size`` (width, height) is even.
    """
    written = 0
    try:
        encoder, options = _encoder(20, **{"forced-idr": "1", "x264-params": "open-gop=0:scenecut=0"})
    except MissingExtra as error:
        raise Refused("no_encoder", error.message) from error
    with _opened(path) as container, av.open(out, "w", format="mp4", options={"movflags": "faststart"}) as film:
        source = _picture_of(container)
        assert source.time_base is not None
        stream = film.add_stream(encoder, rate=Fraction(fps).limit_denominator(1001), options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        context = stream.codec_context
        context.time_base = stream.time_base = source.time_base
        context.thread_count, context.max_b_frames, context.gop_size = threads, 0, _OWN_GROUPS
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _MPEG_RANGE
        every = (frame for _, frame in _decoded(container, source, threads, None) if frame is not None)
        second = math.ceil(1 / source.time_base)
        opened = times[0] - second
        for frame in _in_order(every, times):
            if not written:
                shape = frame_shape(source)
                context.sample_aspect_ratio = shape * Fraction(frame.width * size[1], frame.height * size[0])
                if frame.rotation:
                    stream.set_display_rotation(frame.rotation)
            _name_colours(frame)
            made = frame.reformat(
                width=size[0], height=size[1], format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG",
                interpolation="AREA",
            )  # fmt: skip
            made.pts, made.time_base = frame.pts, source.time_base
            # A second by the clock, not by a number of frames: the rate may vary.
            at = frame.pts or 0
            opens = at >= opened + second
            opened = at if opens else opened
            made.pict_type = PictureType.I if opens else PictureType.NONE
            film.mux(stream.encode(made))
            written += 1
        film.mux(stream.encode(None))
    return written


_WIDEST_SAMPLE = Fraction(16)
"""A file that claims samples wider or narrower than this is not believed: they count as square."""


def frame_shape(stream: VideoStream) -> Fraction:
    """Width by height of one sample; 1 where the file does not tell, or tells nonsense."""
    shape = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or Fraction(1)
    return shape if 1 / _WIDEST_SAMPLE <= shape <= _WIDEST_SAMPLE else Fraction(1)


def _joined(facts: dict[str, Any]) -> dict[str, Any]:
    """What the first frame adds to the words of the container."""
    facts["alpha"] = facts.pop("alpha_of_frame") or facts.pop("alpha_said")
    kinds = facts.pop("hdr_kinds_of_frame")
    if facts.pop("dolby_vision_said") and _HDR_SIDE_DATA["DOVI_METADATA"] not in kinds:
        kinds.append(_HDR_SIDE_DATA["DOVI_METADATA"])
    facts["hdr_kinds"] = list(dict.fromkeys(kinds))
    if code := facts.pop("timecode_of_frame"):
        facts["timecodes"].append(("first frame", code))
    return facts


_FIRST_STRIDE = 4
_MOST_LUMAS = 16


class _Survey:
    """What one pass over the frames finds."""

    def __init__(self, stream: VideoStream, most_pixels: int, most_frames: int) -> None:
        self.most_pixels, self.most_frames = most_pixels, most_frames
        self.h264_length_size = _h264_length_size(stream)
        self.afresh = stream.codec_context.codec.canonical_name in _KEYS_BEGIN_AFRESH
        self.open_groups = 0
        self.shown: dict[int, int] = {}
        self.keys: list[tuple[int, int]] = []
        self.starts: list[int] = []
        self.first_packet: tuple[int, int] | None = None
        self.errors: list[tuple[float | None, str]] = []
        self.error_count = self.untimed = self.doubled = self.corrupt = self.cut_packets = 0
        self.first: dict[str, Any] = {}
        self.lumas: list[bytes] = []
        self.stride = _FIRST_STRIDE
        self.sizes: list[tuple[int, int, int]] = []

    def see_packet(self, packet: Packet[Any]) -> None:
        self.cut_packets += bool(packet.is_corrupt)
        if packet.pts is None:
            return
        if packet.is_keyframe and len(self.starts) < self.most_frames:
            afresh = self.afresh
            if self.h264_length_size is not None:
                afresh = _begins_afresh(bytes(packet), self.h264_length_size)
                self.open_groups += not afresh
            if afresh:
                self.starts.append(packet.pts)
        if packet.dts is None:
            return
        if self.first_packet is None:
            self.first_packet = (packet.pts, packet.dts)
        if packet.is_keyframe and len(self.keys) < self.most_frames:
            self.keys.append((packet.pts, packet.dts))

    def see(self, frame: VideoFrame) -> None:
        if frame.width * frame.height > self.most_pixels:
            raise Refused("too_large", f"{frame.width}x{frame.height}")
        if frame.pts is None:
            self.untimed += 1
            return
        if frame.pts in self.shown:
            self.doubled += 1
            return
        if len(self.shown) >= self.most_frames:
            raise Refused("too_long", f"{self.most_frames:,} frames")
        if not self.first:
            self.first = _first_picture(frame)
        changed = not self.sizes or self.sizes[-1][1:] != (frame.width, frame.height)
        if changed and len(self.sizes) < _KEPT_ERRORS:
            self.sizes.append((len(self.shown), frame.width, frame.height))
        self.corrupt += bool(frame.is_corrupt)
        if len(self.shown) % self.stride == 0 and (frame.width, frame.height) == self.sizes[0][1:]:
            self.keep_luma(frame)
        self.shown[frame.pts] = int(frame.duration or 0)

    def keep_luma(self, frame: VideoFrame) -> None:
        """However long the film is, a few frames at even distances are kept."""
        self.lumas.append(bytes(_plane(frame.reformat(format="gray"), frame.width, frame.height)))
        if len(self.lumas) == _MOST_LUMAS:
            del self.lumas[1::2]
            self.stride *= 2

    def fail(self, error: Exception) -> None:
        """Note an error of the decoder; after very many the file is not worth its time."""
        if _no_room(error):
            raise MemoryError(str(error))
        self.error_count += 1
        if len(self.errors) < _KEPT_ERRORS:
            self.errors.append((float(max(self.shown)) if self.shown else None, _words(error)))
        if self.error_count > _MOST_ERRORS:
            raise Refused("broken", _words(error))

    def facts(self) -> dict[str, Any]:
        return {
            **self.first,
            "sizes": self.sizes,
            "shown": len(self.shown),
            "lumas": len(self.lumas),
            "key_frames": self.keys,
            "starts": self.starts,
            "open_groups": self.open_groups,
            "first_packet": self.first_packet,
            "errors": self.errors,
            "error_count": self.error_count,
            "corrupt": self.corrupt,
            "cut_packets": self.cut_packets,
            "untimed": self.untimed,
            "doubled": self.doubled,
        }


def _h264_length_size(stream: VideoStream) -> int | None:
    """Bytes of the length before each unit of an H.264 packet; 0 where start codes part them, None for other codecs."""
    if stream.codec_context.codec.canonical_name != "h264":
        return None
    head = stream.codec_context.extradata or b""
    return (head[4] & 3) + 1 if len(head) > 4 and head[0] == 1 else 0


def _begins_afresh(packet: bytes, length_size: int) -> bool:
    """Whether an H.264 key packet holds an IDR picture (unit type 5): only then is nothing before it needed."""
    at = 0 if length_size else packet.find(b"\0\0\1")
    while 0 <= at < len(packet) - 3:
        unit = at + (length_size or 3)
        if unit < len(packet) and packet[unit] & 31 == 5:
            return True
        if length_size:
            at = unit + int.from_bytes(packet[at:unit], "big")
        else:
            at = packet.find(b"\0\0\1", unit)
    return False


def _first_picture(frame: VideoFrame) -> dict[str, Any]:
    components = frame.format.components
    # The container is a mapping that iterates over its values; the library's types tell only of the mapping.
    attached: Iterable[Any] = frame.side_data
    matrix = next((list(array("i", bytes(item))) for item in attached if item.type.name == "DISPLAYMATRIX"), None)
    planar_colour = len(components) >= 3 and not frame.format.is_rgb
    return {
        "width": frame.width,
        "height": frame.height,
        "pixel_format": frame.format.name,
        "bit_depth": max(part.bits for part in components),
        "chroma": [components[1].width, components[1].height] if planar_colour else None,
        "rotation": 0.0 if _shows_nothing(matrix) else float(frame.rotation),
        "matrix": matrix,
        "interlaced": bool(frame.interlaced_frame),
        "colour_of_frame": _colour_codes(frame),
        "alpha_of_frame": any(part.is_alpha for part in components),
        "timecode_of_frame": str(getattr(frame, "metadata", {}).get("timecode", ""))[:_MOST_TEXT],
        **_brightness(frame),
    }


def _shows_nothing(matrix: list[int] | None) -> bool:
    """Whether a display matrix leaves no picture: FFmpeg finds no angle in it, and PyAV makes some number of that."""
    return matrix is not None and not (matrix[0] * matrix[4] - matrix[1] * matrix[3])


def _colour_codes(source: VideoFrame | VideoCodecContext) -> list[int]:
    """H.273's codes of primaries, transfer and matrix, and FFmpeg's of the range. PyAV before 16 tells fewer."""
    names = {"color_primaries": _UNSAID, "color_trc": _UNSAID, "colorspace": _UNSAID, "color_range": 0}
    return [int(getattr(source, name, unsaid)) for name, unsaid in names.items()]


def _brightness(frame: VideoFrame) -> dict[str, Any]:
    """What is attached to the picture about high dynamic range: FFmpeg's structures, by their bytes."""
    # As above: it iterates over its values.
    every: Iterable[Any] = frame.side_data
    attached = {item.type.name: bytes(item) for item in every if item.type.name in _HDR_SIDE_DATA}
    mastering = attached.get("MASTERING_DISPLAY_METADATA", b"")
    peak = None
    if len(mastering) >= 88:
        # AVMasteringDisplayMetadata: 8 fractions of chromaticity, least and most luminance, two flags.
        numbers = struct.unpack("=22i", mastering[:88])
        if numbers[21] and numbers[19] > 0 and numbers[18] > 0:
            peak = numbers[18] / numbers[19]
    light = attached.get("CONTENT_LIGHT_LEVEL", b"")
    return {
        "mastering_peak": peak,
        "content_light": list(struct.unpack("=2I", light[:8])) if len(light) >= 8 else None,
        "hdr_kinds_of_frame": [words for name, words in _HDR_SIDE_DATA.items() if words and name in attached],
    }


def _facts(container: InputContainer, stream: VideoStream, path: str) -> dict[str, Any]:
    shape = frame_shape(stream)
    base = stream.time_base
    assert base is not None
    start = Fraction(container.start_time or 0, av.time_base)
    mp4 = "mp4" in container.format.name
    fragments, edits = fragments_and_edits(Path(path)) if mp4 else (False, False)
    return {
        "container": container.format.name,
        "codec": stream.codec_context.codec.canonical_name,
        "profile": stream.codec_context.profile,
        "sample_aspect_ratio": [shape.numerator, shape.denominator],
        "time_base": [base.numerator, base.denominator],
        "container_start": [start.numerator, start.denominator],
        "announced_frames": stream.frames,
        "announced_s": float((stream.duration or 0) * base),
        "container_s": (container.duration or 0) / av.time_base,
        "mean_rate": float(stream.average_rate or 0),
        "pictures": len(container.streams.video),
        "sound": bool(container.streams.audio),
        "fragments": fragments,
        "edits": edits,
        "bytes": Path(path).stat().st_size,
        "promised_bytes": promised_bytes(Path(path)),
        "colour_of_stream": _colour_codes(stream.codec_context),
        "alpha_said": stream.metadata.get("alpha_mode") == "1",
        "dolby_vision_said": stream.codec_context.codec_tag in _DOLBY_VISION_TAGS,
        "timecodes": _timecodes(container, stream),
    }


def _timecodes(container: InputContainer, stream: VideoStream) -> list[tuple[str, str]]:
    """(where, text) of each timecode in the tags. A tmcd track's is told with the tracks that use it, and its own."""
    places = [("track", stream.metadata), *(("track", data.metadata) for data in container.streams.data[:_MOST_TRACKS])]
    places.append(("container", container.metadata))
    # FFmpeg takes tags as upper or lower case, as they come.
    found = ((where, tags.get("timecode") or tags.get("TIMECODE")) for where, tags in places)
    return [(where, text[:_MOST_TEXT]) for where, text in found if text]


def _opened(path: str) -> InputContainer:
    # The library's own complaints go to stderr, where the keeper reads their end; Python's logging would buffer them.
    av.logging.restore_default_callback()
    av.logging.set_libav_level(av.logging.ERROR)
    try:
        return av.open(
            f"file:{path}",
            container_options={"protocol_whitelist": "file", "format_whitelist": CONTAINERS},
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        if _no_room(error):
            raise _short_or_lying(path, error) from error
        raise Refused("not_video", _words(error)) from error


def _picture_of(container: InputContainer) -> VideoStream:
    """The film among the streams: neither a cover picture nor a thumbnail."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            if stream.codec_context is None:
                raise Refused("no_decoder")
            return stream
    raise Refused("sound_only" if container.streams.audio else "no_picture")


def _decoded(
    container: InputContainer, stream: VideoStream, threads: int, survey: _Survey | None
) -> Iterator[tuple[Packet[Any], VideoFrame | None]]:
    """Each packet (with None), and each frame that it yields. What fails is noted in the survey, where there is one."""
    _set_threads(stream, threads)
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except IndexError:
            # PyAV 18, at the end of a file in which tracks appeared on the way: it counts those of the beginning.
            return
        except (av.FFmpegError, OSError) as error:  # the file breaks off inside a packet
            if survey is not None:
                survey.fail(_short_or_lying(container.name.removeprefix("file:"), error) if _no_room(error) else error)
            return
        if survey is not None:
            yield packet, None
        try:
            frames = packet.decode()
        except (av.FFmpegError, OSError) as error:
            if survey is not None:
                survey.fail(error)
            continue
        for frame in frames:
            yield packet, frame


def _set_threads(stream: VideoStream, threads: int) -> None:
    stream.codec_context.thread_count = threads
    stream.codec_context.thread_type = "AUTO"


def _no_room(error: Exception) -> bool:
    return isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM


def _short_or_lying(path: str, error: Exception) -> Exception:
    """What it means that a demuxer found no memory: it needs little more than the file's size, unless a size lies."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    if limit != resource.RLIM_INFINITY and limit - used < _OWN_SIZE_TIMES * Path(path).stat().st_size:
        return MemoryError(str(error))
    return Refused("broken", _LIES)


def _words(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.detail
    return str(getattr(error, "strerror", None) or error)[:200]


# ------------------------------------------------------------------------------------------------------------ writing


def write_mp4(
    path: Path, frames: Iterable[NDArray[np.uint8]], *, fps: Fraction, size: tuple[int, int], crf: int = 18
) -> int:
    """Our own pictures ([height, width, 3] RGB) as a film in MP4 that every browser plays; how many there were.

    4:2:0, BT.709, a key frame every second, the index at the front. One encoder thread: the same pictures give the
    same bytes.
    """
    width, height = size
    count = 0
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as out:
        # One key frame a second, so that a seek decodes at most a second.
        # x264's tree of macroblocks rounds by what lies in memory: without it the same pictures give the same bytes.
        encoder, options = _encoder(crf, **{"x264-params": "mbtree=0"})
        stream = out.add_stream(encoder, rate=fps, options={**options, "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = max(1, round(fps))
        stream.codec_context.time_base = 1 / fps
        stream.codec_context.colorspace = 1
        stream.codec_context.color_primaries = 1
        stream.codec_context.color_trc = 1
        stream.codec_context.color_range = 1
        for count, rgb in enumerate(frames, start=1):
            picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            picture.pts, picture.time_base = count - 1, 1 / fps
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return count
