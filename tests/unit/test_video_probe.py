"""What a file says of itself, decoded once: ordinary films, and odd ones made on the spot."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.support import movies
from videolect.cli.main import main
from videolect.storage import hash_file
from videolect.video.probe import Probed, probe

Make = Callable[[Path], Path]

ODD: dict[str, tuple[Make, dict[str, Any], tuple[str, ...]]] = {
    "plain.mp4": (movies.constant, {"frames": 48, "browser_playable": True, "container": "mp4", "codec": "h264"}, ()),
    "plain.webm": (
        lambda path: movies.constant(path, codec="libvpx-vp9"),
        {"frames": 48, "browser_playable": True, "container": "webm", "codec": "vp9", "time_base": Fraction(1, 1000)},
        (),
    ),
    "av1.mp4": (
        lambda path: movies.constant(path, 24, codec="libsvtav1"),
        {"browser_playable": True, "codec": "av1"},
        (),
    ),
    "no-b-frames.mp4": (lambda path: movies.constant(path, bframes=0), {"frames": 48, "start_pts": 0}, ()),
    "ntsc.mp4": (movies.ntsc_film, {"frames": 48, "variable_rate": False, "time_base": Fraction(1, 24000)}, ()),
    "ntsc.mkv": (movies.ntsc_film, {"frames": 48, "variable_rate": False}, ("other than Chromium",)),
    "variable.mp4": (movies.variable, {"frames": 60, "variable_rate": True}, ("Variable frame rate.",)),
    "turned.mp4": (lambda path: movies.constant(path, rotation=90), {"rotation": 90, "width": 320, "height": 180}, ()),
    "upside-down.mp4": (lambda path: movies.constant(path, rotation=180), {"rotation": 180}, ()),
    "turned-left.mp4": (lambda path: movies.constant(path, rotation=270), {"rotation": 270}, ()),
    "anamorphic.mp4": (
        lambda path: movies.constant(path, sample_aspect=Fraction(4, 3)),
        {"sample_aspect_ratio": Fraction(4, 3), "width": 320},
        ("not square (4:3)",),
    ),
    "late.mp4": (movies.late_start, {"frames": 48, "container_start_s": Fraction(7, 5)}, ("Starts at 1.4 s",)),
    "late.mkv": (movies.late_start, {"frames": 48, "start_pts": 1400}, ("other than Chromium", "Starts at 1.4 s")),
    "early.mp4": (movies.early_start, {"frames": 36, "start_pts": 0}, ()),
    "odd.webm": (
        lambda path: movies.constant(path, 6, codec="libvpx-vp9", size=(853, 479)),
        {"width": 853, "height": 479},
        ("Odd width 853", "Odd height 479"),
    ),
    "odd-444.mp4": (
        lambda path: movies.constant(path, 6, size=(853, 479), pixel_format="yuv444p"),
        {"width": 853, "pixel_format": "yuv444p", "browser_playable": True},
        ("not 4:2:0", "Odd width 853", "Odd height 479"),
    ),
    "ten-bits.mp4": (
        lambda path: movies.constant(path, pixel_format="yuv420p10le"),
        {"bit_depth": 10, "browser_playable": True},
        ("10 bits per sample",),
    ),
    "hevc.mp4": (
        lambda path: movies.constant(path, codec="libx265", pixel_format="yuv420p10le"),
        {"bit_depth": 10, "browser_playable": False, "codec": "hevc"},
        ("do not play hevc in mp4",),
    ),
    "stream.ts": (
        movies.constant,
        {"frames": 48, "browser_playable": False},
        ("do not play h264 in mpegts", "Starts at"),
    ),
    "open.mp4": (movies.open_groups, {"frames": 72, "browser_playable": False}, ("Open groups of pictures",)),
    "open.mkv": (movies.open_groups, {"frames": 72, "browser_playable": False}, ("Open groups of pictures",)),
    "one.mp4": (lambda path: movies.constant(path, 1), {"frames": 1, "variable_rate": False}, ()),
    "no-edits.mp4": (
        lambda path: movies.constant(path, container_options={"use_editlist": "0"}),
        {"frames": 48},
        ("Starts at 0.083 s", "2 frames cannot be shown by seeking in Chromium, only by playing, from frame 22 on"),
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Probed]:
    """Makes and probes each odd movie once."""
    folder, known = tmp_path_factory.mktemp("odd"), {}

    def one(name: str) -> Probed:
        if name not in known:
            known[name] = probe(ODD[name][0](folder / name))
        return known[name]

    return one


@pytest.mark.parametrize("name", ODD)
def test_an_odd_movie_is_told_rightly(odd: Callable[[str], Probed], name: str):
    _, expected, problems = ODD[name]
    probed = odd(name)
    assert {key: getattr(probed.video, key) for key in expected} == expected
    assert len(probed.video.problems) == len(problems), probed.video.problems
    for part, said in zip(problems, probed.video.problems, strict=True):
        assert part in said
    assert probed.video.pts_table_hash == probed.timeline.hash
    assert probed.video.frames == probed.timeline.frame_count
    assert probed.video.end_pts == probed.timeline.end_pts


@pytest.mark.parametrize(
    ("name", "seconds"), [("plain.mp4", 2), ("ntsc.mp4", 2.002), ("early.mp4", 1.5), ("late.mp4", 2)]
)
def test_a_film_lasts_to_the_end_of_its_last_frame(odd: Callable[[str], Probed], name: str, seconds: float):
    assert odd(name).video.duration_s == pytest.approx(seconds, abs=1e-3)


def test_the_times_are_those_that_were_written(tmp_path: Path):
    times = [0, 100, 130, 260, 300, 520]
    written = probe(movies.movie(tmp_path / "some.mkv", times, time_base=Fraction(1, 1000)))
    assert written.timeline.pts.tolist() == times
    assert written.video.hash == hash_file(tmp_path / "some.mkv")[0]
    assert written.video.size_bytes == (tmp_path / "some.mkv").stat().st_size


def test_two_frames_at_one_time_count_once(tmp_path: Path):
    plain = movies.constant(tmp_path / "plain.mp4", 24, bframes=0)
    doubled = tmp_path / "doubled.mp4"
    data = bytearray(plain.read_bytes())
    # In the table of decoding times every frame is one entry of (count, duration): the third frame's becomes zero.
    at = data.index(b"stts")
    entries = int.from_bytes(data[at + 8 : at + 12], "big")
    assert entries > 3
    data[at + 12 + 8 * 2 + 4 : at + 12 + 8 * 2 + 8] = bytes(4)
    doubled.write_bytes(data)
    told = probe(doubled).video
    assert told.frames < 24
    assert any("had the timestamp of another" in problem for problem in told.problems), told.problems


@pytest.mark.parametrize(
    ("name", "frames", "rate"),
    [
        ("big_buck_bunny_480p_30s.mp4", 720, 24),
        ("nasa_13013.mp4", 325, 25),
        ("car-detection.mp4", 377, 12.5),
        ("bottle-detection.mp4", 1189, 179 / 6),
        ("one-by-one-person-detection.mp4", 1394, 10),
    ],
)
def test_real_clips(clip_path: Callable[[str], Path], name: str, frames: int, rate: float):
    probed = probe(clip_path(name))
    assert probed.video.frames == frames
    assert probed.timeline.mean_rate == pytest.approx(rate, rel=1e-4)
    assert not probed.video.variable_rate
    assert probed.video.browser_playable
    assert not probed.timeline.detours
    assert not probed.timeline.unreachable
    if name != "nasa_13013.mp4":  # which holds a second track
        assert probed.video.problems == ()


def test_the_command_answers_with_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    film = movies.late_start(tmp_path / "late.mp4")
    assert main(["video", "probe", str(film), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    promised = "hash frames duration_s width height rotation time_base variable_rate codec pts_table_hash letterbox"
    assert {*promised.split(), "problems"} <= set(answer)
    assert (answer["frames"], answer["time_base"], answer["letterbox"]) == (48, "1/12800", None)
    assert main(["video", "probe", str(film)]) == 0
    assert "48 frames, 2.000 s, 24.000 frames a second" in capsys.readouterr().out


def test_the_command_refuses_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["video", "probe", str(tmp_path / "nowhere.mp4")]) == 2
    (tmp_path / "notes.mp4").write_text("words " * 100)
    assert main(["video", "probe", str(tmp_path / "notes.mp4")]) == 1
    assert "it is text" in capsys.readouterr().err


def test_an_empty_table_of_movies_would_prove_nothing():
    assert len(ODD) > 15
    assert np.unique(list(ODD)).size == len(ODD)


@pytest.mark.parametrize(("top", "left", "name"), [(23, 0, "2.39:1"), (0, 40, "4:3"), (0, 0, "16:9")])
def test_black_bars_are_found(tmp_path: Path, top: int, left: int, name: str):
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        noise = np.random.default_rng(1).integers(40, 220, (45, 80, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
        for number in range(60):
            rgb = np.zeros((180, 320, 3), np.uint8)
            inside = (slice(top, 180 - top), slice(left, 320 - left))
            rgb[inside] = np.roll(noise, 3 * number, axis=1)[inside]
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    probed = probe(path)
    found = probed.bars and probed.bars.as_json()
    expected = {"top": top, "bottom": top, "left": left, "right": left}
    assert found is None if not (top or left) else all(abs(found[side] - expected[side]) <= 2 for side in expected)
    assert probed.picture_shape_name == name
