"""Broken and odd files, made again from their names: base films, ways to break them, and special kinds.

A *recipe* is ``way/base/number``, such as ``noise/mkv-vp9/17``: the same recipe gives the same bytes wherever the same
PyAV is installed. ``Corpus(folder).make(recipe)`` writes that file; ``recipes(count)`` lists some of every way and
base. After them come makers of films that are each odd in a known way.
"""

from __future__ import annotations

import struct
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from blake3 import blake3

from tests.support import movies
from videolect.errors import VideolectError
from videolect.video.frames import frames
from videolect.video.probe import WHY, Probed, probe
from videolect.video.sandbox import Limits

SIZE = (160, 90)
_EXACT = {"fflags": "+bitexact"}
"""Muxers then write no times of day and no random names."""

Make = Callable[[Path], Path]


def _film(frames: int = 36, **options: object) -> Make:
    container_options = {**_EXACT, **options.pop("container_options", {})}  # type: ignore[dict-item]
    time_base = options.pop("time_base", Fraction(1, 24))

    def make(path: Path) -> Path:
        times = movies.evenly(frames, movies.CONSTANT, time_base)  # type: ignore[arg-type]
        wish = {"size": SIZE, "gop": 12, "time_base": time_base, **options}
        return movies.movie(path, times, container_options=container_options, **wish)  # type: ignore[arg-type]

    return make


BASES: dict[str, tuple[str, Make]] = {
    "mp4-h264": ("mp4", _film(audio_s=1.0)),
    "mp4-front": ("mp4", _film(container_options={"movflags": "faststart"})),
    "mp4-pieces": ("mp4", _film(container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"})),
    "mp4-hevc10": ("mp4", _film(24, codec="libx265", pixel_format="yuv420p10le")),
    "mp4-av1": ("mp4", _film(24, codec="libsvtav1")),
    "mkv-h264": ("mkv", _film(time_base=Fraction(1, 1000), audio_s=1.0)),
    "mkv-vp9": ("mkv", _film(codec="libvpx-vp9", time_base=Fraction(1, 1000))),
    "webm-vp8": ("webm", _film(codec="libvpx", time_base=Fraction(1, 1000))),
    "mov-prores": ("mov", _film(12, codec="prores_ks", pixel_format="yuv422p10le", tags={"timecode": "01:00:00:00"})),
    "mov-mjpeg": ("mov", _film(12, codec="mjpeg", pixel_format="yuvj420p")),
    "mkv-ffv1": ("mkv", _film(12, codec="ffv1", time_base=Fraction(1, 1000))),
    "avi-mpeg4": ("avi", _film(codec="mpeg4")),
    "ts-h264": ("ts", _film()),
    "mpg-mpeg2": ("mpg", _film(codec="mpeg2video")),
    "flv-h264": ("flv", _film(time_base=Fraction(1, 1000))),
    "mxf-mpeg2": ("mxf", _film(codec="mpeg2video")),
    "wmv-wmv2": ("wmv", _film(codec="wmv2", time_base=Fraction(1, 1000))),
    "ivf-vp9": ("ivf", _film(codec="libvpx-vp9")),
}
"""Name -> suffix and maker: containers and codings that people have."""


# ------------------------------------------------------------------------------------------------------ ways to break

Way = Callable[[bytearray, np.random.Generator, int], bytearray]
"""(the film's bytes, chance, the recipe's number) -> the broken bytes."""


def truncated(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """The end is missing: at an even share of the file, and a few bytes to and fro."""
    share = (number * 7 % 40 + 0.5) / 40
    return data[: max(1, int(len(data) * share) + int(rng.integers(-8, 9)))]


def beheaded(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """The beginning is missing."""
    return data[int(rng.integers(1, max(2, len(data) // (1 + number % 20)))) :]


def bit(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """One bit is turned; in every second recipe within the first or last kilobyte, where headers are."""
    reach = min(1024, len(data)) if number % 2 else len(data)
    at = int(rng.integers(0, reach))
    at = len(data) - 1 - at if number % 4 == 3 else at
    data[at] ^= 1 << int(rng.integers(0, 8))
    return data


def noise(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """Bytes are overwritten by chance: one in a hundred thousand to one in a hundred."""
    density = 10.0 ** -(2 + number % 7 / 2)
    count = max(1, int(len(data) * density))
    for at, value in zip(rng.integers(0, len(data), count), rng.integers(0, 256, count), strict=True):
        data[int(at)] = int(value)
    return data


def header(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """The first bytes are overwritten: 1 to 512 of them, from a place within the first 64."""
    start, count = int(rng.integers(0, 64)), int(2 ** rng.uniform(0, 9))
    data[start : start + count] = rng.bytes(len(data[start : start + count]))
    return data


def zeroed(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """A stretch is zero, as a disk leaves it that did not write."""
    start, count = _stretch(data, rng)
    data[start : start + count] = bytes(len(data[start : start + count]))
    return data


def swapped(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """Two stretches have changed places."""
    count = max(1, int(len(data) * rng.uniform(0.001, 0.2)))
    one, other = sorted(int(at) for at in rng.integers(0, max(1, len(data) - 2 * count), 2))
    other = max(other, one + count)
    data[one : one + count], data[other : other + count] = data[other : other + count], data[one : one + count]
    return data


def doubled(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """A stretch stands there twice, or (every third) is missing."""
    start, count = _stretch(data, rng)
    if number % 3 == 2:
        del data[start : start + count]
        return data
    return data[: start + count] + data[start:]


def sizes(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """Fields that say how long or how many are set to extremes: box sizes, chunk sizes, element sizes, tables."""
    places = _size_fields(data)
    for _ in range(1 + number % 3):
        at, order = places[int(rng.integers(0, len(places)))]
        data[at : at + 4] = struct.pack(f"{order}I", int(rng.choice(_EXTREMES)))
    return data


def dimensions(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """Where width and height stand in headers, they are huge, zero or odd."""
    width, height = SIZE
    found = [
        (at, form)
        for form, sides in (
            (">HH", SIZE), ("<HH", SIZE), (">II", SIZE), ("<II", SIZE), (">II", (width << 16, height << 16)),
        )
        for at in _all(data, struct.pack(form, *sides))
    ]  # fmt: skip
    # Matroska's elements of one byte, and whatever else holds a side: transport streams and coded headers.
    found += [(at + 2, ">B") for head in (b"\xb0\x81\xa0", b"\xba\x81\x5a") for at in _all(data, head)]
    found += [(at, ">H") for side in SIZE for at in _all(data[:4096], struct.pack(">H", side))]
    at, form = (found or [(int(rng.integers(0, min(2048, len(data)))), ">B")])[int(rng.integers(0, max(1, len(found))))]
    most = 256 ** struct.calcsize(form[:2]) - 1
    values = [int(rng.choice([0, 1, 3, 8191, 16384, 65535, most])) & most for _ in form[1:]]
    data[at : at + struct.calcsize(form)] = struct.pack(form, *values)
    return data


def numbers(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """Words in the first or last stretch of the file, where times, rates and tables stand, are set to extremes."""
    for _ in range(1 + number % 4):
        reach = min(len(data) - 8, 1500)
        at = int(rng.integers(0, reach))
        at = len(data) - 8 - at if number % 2 else at
        width = int(rng.choice([2, 4, 8]))
        value = int(rng.choice(_EXTREMES)) if width < 8 else int(rng.choice(_EXTREMES_64))
        data[at : at + width] = (value & (256**width - 1)).to_bytes(width, "big" if number % 3 else "little")
    return data


def followed(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """Something else follows: the same film again, noise, zeros, or text."""
    return data + [data, rng.bytes(5000), bytes(5000), b"Copied by a program that was not asked.\n" * 50][number % 4]


def filled(data: bytearray, rng: np.random.Generator, number: int) -> bytearray:
    """The pictures are noise between headers that are whole."""
    start, stop = len(data) // 4, len(data) * 3 // 4
    data[start:stop] = rng.bytes(stop - start)
    return data


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        truncated, beheaded, bit, noise, header, zeroed, swapped, doubled, sizes, dimensions, numbers, followed, filled,
    )
}  # fmt: skip

_EXTREMES = [0, 1, 7, 8, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x10000000, 0x00FFFFFF]
_EXTREMES_64 = [0, 1, 2**31, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1]
_FOURCC = (
    b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"mdia", b"mdhd", b"hdlr", b"minf", b"stbl", b"stsd", b"stts", b"ctts",
    b"stsc", b"stsz", b"stco", b"stss", b"elst", b"edts", b"mdat", b"moof", b"traf", b"trun", b"tfhd", b"avc1", b"avcC",
    b"hvc1", b"hev1", b"hvcC", b"av01", b"udta", b"RIFF", b"LIST", b"hdrl", b"avih", b"strh", b"strf", b"movi", b"idx1",
    b"DKIF", b"vp09",
)  # fmt: skip
_TABLES = (b"stts", b"ctts", b"stsc", b"stsz", b"stco", b"stss", b"elst", b"trun", b"stsd")
_EBML = (
    b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\x1f\x43\xb6\x75", b"\x1c\x53\xbb\x6b",
    b"\x11\x4d\x9b\x74", b"\x15\x49\xa9\x66",
)  # fmt: skip


def _size_fields(data: bytearray) -> list[tuple[int, str]]:
    fields = [(at - 4, ">") for name in _FOURCC for at in _all(data, name) if at >= 4]
    fields += [(at + 8, ">") for name in _TABLES for at in _all(data, name)]
    fields += [(at + 12, ">") for name in _TABLES for at in _all(data, name)]
    if data[:4] == b"RIFF":
        fields = [(at + 4, "<") for name in _FOURCC for at in _all(data, name)]
    fields += [(at + 4, ">") for name in _EBML for at in _all(data, name)]
    # Others (transport streams, FLV, MXF) have their lengths nearly everywhere.
    fields = [(at, order) for at, order in fields if at + 4 <= len(data)]
    return fields or [(at, ">") for at in range(0, min(2048, len(data) - 4), 4)]


def _all(data: bytes | bytearray, part: bytes) -> list[int]:
    found, at = [], data.find(part)
    while at >= 0 and len(found) < 50:
        found.append(at)
        at = data.find(part, at + 1)
    return found


def _stretch(data: bytearray, rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(0, len(data))), max(1, int(len(data) * 10 ** rng.uniform(-3, -0.5)))


# ------------------------------------------------------------------------------------------------------------- recipes


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder in which broken files are made, and the whole films that they come from."""

    folder: Path
    bases: dict[str, bytes] = field(default_factory=dict)

    def base(self, name: str) -> bytes:
        """The whole film."""
        if name not in self.bases:
            suffix, make = BASES[name]
            self.bases[name] = make(self.folder / f"{name}.{suffix}").read_bytes()
        return self.bases[name]

    def make(self, recipe: str) -> Path:
        """The broken file of this recipe."""
        way, base, number = recipe.split("/")
        rng = np.random.default_rng(int.from_bytes(blake3(recipe.encode()).digest(8), "big"))
        path = self.folder / f"{way}-{base}-{number}.{BASES[base][0]}"
        path.write_bytes(WAYS[way](bytearray(self.base(base)), rng, int(number)))
        return path


def recipes(count: int, *, ways: Sequence[str] = tuple(WAYS), first: int = 0) -> Iterator[str]:
    """At least this many, in equal numbers of each way and base; way by way."""
    each = -(-count // (len(ways) * len(BASES)))
    for way, base, number in product(ways, BASES, range(first, first + each)):
        yield f"{way}/{base}/{number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one file."""

    recipe: str
    kind: str
    """``as the whole``, ``told``, ``unsaid``, what ``refusal_kind`` says, or ``FAILED``."""
    words: str
    seconds: float


FAILED = "FAILED"
"""Anything but an answer or an error that a person can mend: a mistake of ours."""


def probed(corpus: Corpus, recipe: str, limits: Limits, whole: Mapping[str, Probed]) -> Outcome:
    """The outcome of ``probe``; ``whole``: what it said of the base films.

    ``as the whole``: the same table of times, and no problem that the whole film has not. ``told``: a problem says
    what is amiss. ``unsaid``: another table, and no word about it.
    """
    path = corpus.make(recipe)
    began = time.monotonic()
    try:
        found = probe(path, limits=limits)
    except VideolectError as error:
        kind, words = refusal_kind(error), error.message
    except Exception:
        kind, words = FAILED, traceback.format_exc()
    else:
        base = whole[recipe.split("/")[1]]
        new = [problem for problem in found.video.problems if problem not in base.video.problems]
        same = found.timeline.hash == base.timeline.hash
        kind, words = ("told" if new else "as the whole" if same else "unsaid"), "; ".join(new)
    finally:
        path.unlink()
    return Outcome(recipe=recipe, kind=kind, words=words, seconds=time.monotonic() - began)


def pictures_of(corpus: Corpus, recipe: str, limits: Limits, whole: Mapping[str, Probed]) -> Outcome:
    """The outcome of ``frames`` of every fifth frame, by the whole film's table, from the broken file."""
    path = corpus.make(recipe)
    base = whole[recipe.split("/")[1]]
    wanted = range(0, base.timeline.frame_count, 5)
    shapes, words = [], ""
    began = time.monotonic()
    try:
        shapes = [picture.shape for picture in frames(path, wanted, timeline=base.timeline, limits=limits)]
        kind = "all frames" if shapes else FAILED
    except VideolectError as error:
        gone = "no longer gives frame" in error.message
        kind, words = "frames until one is missing" if gone else refusal_kind(error), error.message
    except Exception:
        kind, words = FAILED, traceback.format_exc()
    finally:
        path.unlink()
    return Outcome(recipe=recipe, kind=kind, words=words, seconds=time.monotonic() - began)


def refusal_kind(error: VideolectError) -> str:
    """Which of ``probe.WHY`` a refusal is, by its words; ``incomplete``, ``index``, or ``other`` where it is none."""
    kinds = [kind for kind, (words, _) in WHY.items() if words.partition("{")[0] in error.message]
    if "its index is not whole" in error.message:
        return "index"
    if "is incomplete: " in error.message:
        return "incomplete"
    return kinds[0] if len(kinds) == 1 else "other"


# ----------------------------------------------------------------------------------------------------- special kinds


def repeated(path: Path, times: int, *, size: tuple[int, int] = (16, 16)) -> Path:
    """An MP4 of one key frame that its index names ``times`` times: four bytes for each frame, of any size."""
    import av

    flat = path.with_name(f"one-{path.name}")
    with av.open(str(flat), "w", options=_EXACT) as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "ultrafast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        grey = av.VideoFrame.from_ndarray(np.full((size[1] * 3 // 2, size[0]), 128, np.uint8), format="yuv420p")
        grey.pts, grey.time_base = 0, Fraction(1, 24)
        out.mux(stream.encode(grey))
        out.mux(stream.encode(None))
    data = flat.read_bytes()
    flat.unlink()
    offset = struct.unpack(">I", data[(at := data.index(b"stco") + 12) : at + 4])[0]
    length = struct.unpack(">I", data[(at := data.index(b"stsz") + 8) : at + 4])[0]
    changed = {
        b"stts": struct.pack(">IIII", 0, 1, times, 512),
        b"stsz": struct.pack(">III", 0, length, times),
        b"stco": struct.pack(">II", 0, times) + struct.pack(">I", offset) * times,
        b"stsc": struct.pack(">IIIII", 0, 1, 1, 1, 1),
        b"edts": None,
        b"stss": None,
        b"ctts": None,
        b"sbgp": None,
        b"sgpd": None,
    }
    path.write_bytes(_rebuilt(data, changed))
    return path


def _rebuilt(data: bytes, changed: dict[bytes, bytes | None]) -> bytes:
    """The boxes anew, some with other contents, some (None) left out; those after the pictures may change in length."""
    out, at = b"", 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + size]
        if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
            body = _rebuilt(body, changed)
        elif kind in changed:
            body = changed[kind] or b""
        if kind not in changed or changed[kind] is not None:
            out += struct.pack(">I4s", len(body) + 8, kind) + body
        at += size
    return out


def no_key_frame(path: Path) -> Path:
    """H.264 in a transport stream from which the first, and only, key frame was cut."""
    import av

    whole = _film(48, gop=250, bframes=0)(path.with_name(f"whole-{path.name}"))
    with av.open(str(whole)) as source, av.open(str(path), "w", options=_EXACT) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None and not packet.is_keyframe:
                packet.stream = stream
                out.mux(packet)
    return path


def retimed(path: Path, times: Sequence[int]) -> Path:
    """VP9 in IVF, the frames with these times in milliseconds, as they are: they may fall, repeat, or be negative."""
    evenly = [40 * number for number in range(len(times))]
    film = movies.movie(
        path, evenly, size=SIZE, codec="libvpx-vp9", gop=1, bframes=0, time_base=Fraction(1, 1000), rate=Fraction(25),
        container_options=_EXACT,
    )  # fmt: skip
    data = bytearray(film.read_bytes())
    at = 32
    for time_ms in times:
        (length,) = struct.unpack("<I", data[at : at + 4])
        data[at + 4 : at + 12] = struct.pack("<q", time_ms)
        at += 12 + length
    assert at == len(data)
    film.write_bytes(data)
    return film


def grows(path: Path) -> Path:
    """VP9 in IVF whose picture is twice as wide and high from frame 4 on."""
    data = b""
    for number, factor in enumerate((1, 2)):
        part = movies.movie(
            path, range(4), size=(SIZE[0] * factor, SIZE[1] * factor), codec="libvpx-vp9", gop=1, bframes=0,
            time_base=Fraction(1, 24), container_options=_EXACT,
        ).read_bytes()  # fmt: skip
        data, at = data or part[:32], 32
        for frame in range(4):
            (length,) = struct.unpack("<I", part[at : at + 4])
            data += part[at : at + 4] + struct.pack("<q", 4 * number + frame) + part[at + 12 : at + 12 + length]
            at += 12 + length
    path.write_bytes(data)
    return path


def interlaced(path: Path) -> Path:
    """Two moments in each frame, and it says so."""
    return _film(24, codec="mpeg2video", options={"flags": "+ildct+ilme", "top": "1"})(path)


def zero_matrix(path: Path) -> Path:
    """An MP4 whose display matrix is all zero: no picture would be left of it."""
    film = _film()(path)
    data = bytearray(film.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = bytes(36)
    film.write_bytes(data)
    return film


def names_another_file(path: Path, other: Path) -> Path:
    """A MOV whose pictures are said to lie in ``other`` (QuickTime's data reference), where they do lie."""
    data = _film(container_options={"movflags": "faststart"})(other).read_bytes()
    target = str(other.resolve()).encode()
    # A Macintosh alias: 150 bytes that FFmpeg skips or needs not, then records; 2 is the absolute path, -1 the end.
    alias = (
        bytes(150) + struct.pack(">hh", 2, len(target)) + target + bytes(len(target) % 2) + struct.pack(">hh", -1, 0)
    )
    reference = struct.pack(">II", 0, 1) + struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    path.write_bytes(_rebuilt(data, {b"dinf": struct.pack(">I4s", 8 + len(reference), b"dref") + reference}))
    return path


def lying_size(path: Path) -> Path:
    """An MP4 whose table of times claims 2**28 entries, two gigabytes."""
    film = _film()(path)
    data = bytearray(film.read_bytes())
    at = data.index(b"stts") + 8
    data[at : at + 4] = struct.pack(">I", 1 << 28)
    film.write_bytes(data)
    return film


def lying_pictures(path: Path) -> Path:
    """VP8 in WebM whose first key frame claims 16383x8191 pixels."""
    film = _film(codec="libvpx", time_base=Fraction(1, 1000))(path)
    data = bytearray(film.read_bytes())
    at = data.index(b"\x9d\x01\x2a" + struct.pack("<HH", *SIZE)) + 3
    data[at : at + 4] = struct.pack("<HH", 16383, 8191)
    film.write_bytes(data)
    return film


slow_to_decode = partial(repeated, times=60_000, size=(8192, 4608))
"""A small file that holds an enormous number of large pictures: hours of decoding in some 300 kB."""
