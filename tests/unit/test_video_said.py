"""What a file says of itself beside its pictures: told as said, cleaned, and never mixed with what is assumed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from videolect.cli.main import main
from videolect.video.frames import frames
from videolect.video.known import fitting_rates, known_rate, shape_name, shape_of
from videolect.video.probe import Probed, probe
from videolect.video.said import Said, _colour, clean, frames_assume
from videolect.video.timeline import Timeline

BT709 = (1, 1, 1, 1)
PQ = (9, 16, 9, 1)
MASTERED = (
    "log-level=none:pools=1:repeat-headers=1:max-cll=1200,400:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
)


def told(probed: Probed) -> Said:
    assert probed.said is not None
    return probed.said


def test_a_file_without_tags_says_nothing_and_what_is_assumed_is_told(tmp_path: Path):
    said = told(probe(movies.constant(tmp_path / "plain.mp4", 6)))
    assert set(said.colour_said.as_json().values()) == {None}
    assert said.colour_assumed == frames_assume(180)
    assert (said.hdr_said, said.alpha, said.timecode_said, said.problems) == (None, False, None, ())


def test_tagged_colour_is_told_as_said(tmp_path: Path):
    said = told(probe(movies.constant(tmp_path / "tagged.mp4", 6, colour=BT709)))
    assert said.colour_said.as_json() == {
        "primaries": "bt709", "transfer": "bt709", "matrix": "bt709", "range": "limited",
    }  # fmt: skip
    assert set(said.colour_assumed.as_json().values()) == {None}


def test_the_picture_speaks_before_its_container_and_an_unknown_code_is_told_as_its_number():
    colour = _colour({"colour_of_frame": [99, 2, 9, 0], "colour_of_stream": [1, 1, 1, 2]})
    assert (colour.primaries, colour.transfer, colour.matrix, colour.range) == ("code 99", "bt709", "bt2020nc", "full")


@pytest.mark.parametrize(
    ("size", "assumed", "other"), [((160, 90), (1, 1, 6, 1), BT709), ((1280, 720), BT709, (1, 1, 6, 1))]
)
def test_frames_assume_what_is_told(tmp_path: Path, size, assumed, other):
    names = {6: "smpte170m", 1: "bt709"}
    assert frames_assume(size[1]).matrix == names[assumed[2]]

    def picture(colour: tuple[int, int, int, int] | None) -> np.ndarray:
        film = movies.constant(tmp_path / f"{colour}.mp4", 2, size=size, colour=colour, bframes=0)
        return next(frames(film, [1])).astype(int)

    silent = picture(None)
    assert np.array_equal(silent, picture(assumed))
    assert np.abs(silent - picture(other)).max() > 8
    # The transfer is never converted: the same values, whatever is said of their brightness.
    assert np.array_equal(picture(BT709), picture((1, 16, 1, 1)))


def test_high_dynamic_range_is_told(tmp_path: Path):
    film = movies.constant(tmp_path / "hdr.mp4", 6, pixel_format="yuv420p10le", colour=PQ)
    probed = probe(film)
    assert told(probed).colour_said.primaries == "bt2020"
    assert told(probed).hdr_said.as_json() == {
        "transfer": "pq", "mastering_peak_cd_m2": None, "content_peak_cd_m2": None,
        "content_mean_peak_cd_m2": None, "kinds": [],
    }  # fmt: skip
    assert any(problem.startswith("High dynamic range (PQ):") for problem in probed.video.problems)
    assert any("10 bits" in problem for problem in probed.video.problems)


def test_the_brightness_that_a_film_was_mastered_to(tmp_path: Path):
    film = movies.constant(
        tmp_path / "hdr.mkv",
        6,
        codec="libx265",
        pixel_format="yuv420p10le",
        colour=PQ,
        options={"x265-params": MASTERED},
    )
    probed = probe(film)
    hdr = told(probed).hdr_said
    assert hdr is not None
    assert (hdr.mastering_peak, hdr.content_peak, hdr.content_mean_peak) == (1000.0, 1200, 400)
    assert any("(PQ, mastered to 1,000 cd/m2)" in problem for problem in probed.video.problems)


def test_hlg_is_told(tmp_path: Path):
    film = movies.constant(tmp_path / "hlg.mp4", 6, pixel_format="yuv420p10le", colour=(9, 18, 9, 1))
    assert any("High dynamic range (HLG)" in problem for problem in probe(film).video.problems)


def test_a_peak_without_a_transfer_is_doubted(tmp_path: Path):
    film = movies.constant(tmp_path / "odd.mkv", 6, codec="libx265", options={"x265-params": MASTERED})
    assert any("names neither PQ nor HLG" in problem for problem in probe(film).video.problems)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [("p.mov", "prores_ks", "yuva444p10le"), ("v.webm", "libvpx-vp9", "yuva420p"), ("f.mkv", "ffv1", "yuva420p")],
)
def test_transparency_is_told(tmp_path: Path, name: str, codec: str, pixel_format: str):
    probed = probe(movies.constant(tmp_path / name, 3, codec=codec, pixel_format=pixel_format))
    assert told(probed).alpha
    assert any("alpha" in problem for problem in probed.video.problems)


@pytest.mark.parametrize(
    ("name", "codec", "found_in"),
    [
        ("a.mov", "libx264", "track"),
        ("a.mp4", "libx264", "track"),
        ("a.mkv", "libx264", "container"),
        ("a.avi", "mpeg4", "container"),
    ],
)
def test_the_timecode_that_a_file_carries(tmp_path: Path, name: str, codec: str, found_in: str):
    film = timecoded(tmp_path / name, "01:02:03;04", codec=codec)
    said = told(probe(film))
    assert (said.timecode_said, said.timecode_found_in, said.problems) == ("01:02:03;04", found_in, ())
    assert said.rate is not None
    assert said.rate.name == "29.97"


def timecoded(path: Path, code: str, **options: object) -> Path:
    base = Fraction(1, 1000) if path.suffix == ".mkv" else Fraction(1001, 30000)
    times = movies.evenly(40, Fraction(30000, 1001), base)
    return movies.movie(
        path,
        times,
        time_base=base,
        rate=Fraction(30000, 1001),
        bframes=0,
        tags={"timecode": code},
        **options,  # type: ignore[arg-type]
    )


def test_a_timecode_that_means_nothing_is_cleaned_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    film = timecoded(tmp_path / "odd.mkv", "\x1b[31m99:99:99:99\n\u202e" + "x" * 500)
    probed = probe(film)
    said = told(probed)
    assert said.timecode_said is not None
    assert said.timecode_said.isprintable()
    assert len(said.timecode_said) <= 100
    assert any("timecode is unusable" in problem for problem in probed.video.problems)
    assert main(["video", "probe", str(film)]) == 0
    assert "\x1b" not in capsys.readouterr().out
    impossible = probe(timecoded(tmp_path / "impossible.mkv", "00:01:00;01"))
    assert any("00:01:00;01 is a number that drop-frame leaves out" in said for said in impossible.video.problems)


def test_a_timecode_beside_a_variable_rate(tmp_path: Path):
    film = movies.variable(tmp_path / "variable.mkv", tags={"timecode": "01:00:00:00"})
    assert "Carries timecode 01:00:00:00, but its rate varies: the code names the first frame only." in (
        probe(film).video.problems
    )


def test_clean():
    assert clean("a\x00b\x1b[2J\r\nc\u202e\u2028d") == "a b [2J c d"
    assert clean("x" * 200) == "x" * 99 + "…"
    assert clean("\n\t ") == ""
    assert clean("Ünïcode 映画") == "Ünïcode 映画"


def timeline(rate: Fraction, frames: int, base: Fraction, start: int = 0) -> Timeline:
    pts = np.array([start + round(i / rate / base) for i in range(frames + 1)])
    return Timeline(time_base=base, pts=pts[:-1], end_pts=int(pts[-1]))


@pytest.mark.parametrize(
    ("rate", "name"),
    [
        (Fraction(24000, 1001), "23.976"), (Fraction(24), "24"), (Fraction(25), "25"), (Fraction(30000, 1001), "29.97"),
        (Fraction(30), "30"), (Fraction(50), "50"), (Fraction(60000, 1001), "59.94"), (Fraction(60), "60"),
        (Fraction(120), "120"), (Fraction(179, 6), None), (Fraction(25, 2), None), (Fraction(10), None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("base", [Fraction(1, 1000), Fraction(1, 90000), Fraction(1, 12800)])
def test_a_rate_with_a_name(rate: Fraction, name: str | None, base: Fraction):
    found = known_rate(timeline(rate, 300, base, start=1400))
    assert (found and found.name) == name


def test_a_short_film_goes_by_what_is_said():
    short = timeline(Fraction(24000, 1001), 10, Fraction(1, 1000))
    assert [one.name for one in fitting_rates(short)] == ["23.976", "24"]
    assert known_rate(short) is None
    assert known_rate(short, Fraction(24)).rate == 24  # type: ignore[union-attr]
    assert known_rate(short, Fraction(25)) is None
    assert known_rate(timeline(Fraction(24), 1, Fraction(1, 1000)), Fraction(24)) is None


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (1920, 1080, "16:9"), (854, 480, "16:9"), (320, 180, "16:9"), (640, 480, "4:3"), (1920, 800, "2.39:1"),
        (1920, 804, "2.39:1"), (1920, 816, "2.35:1"), (1998, 1080, "1.85:1"), (1080, 1920, "9:16"), (1080, 1080, "1:1"),
        (4096, 2160, None), (100, 90, None), (1, 8192, None),
    ],
)  # fmt: skip
def test_a_shape_with_a_name(width: int, height: int, name: str | None):
    assert shape_name(shape_of(width, height)) == name


def test_turning_pixels_and_bars_make_the_shape():
    assert shape_name(shape_of(720, 576, sample_aspect_ratio=Fraction(64, 45))) == "16:9"
    assert shape_name(shape_of(1920, 1080, rotation=90)) == "9:16"
    assert shape_name(shape_of(1920, 1080, bars=(138, 138, 0, 0))) == "2.39:1"
    assert shape_name(shape_of(1920, 1080, bars=(0, 0, 240, 240))) == "4:3"
    assert shape_of(10, 10, bars=(9, 9, 0, 0)) == 10


def test_the_command_tells_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    film = timecoded(tmp_path / "a.mov", "01:00:00;00", colour=BT709)
    assert main(["video", "probe", str(film), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rate"], answer["rate_name"]) == ("30000/1001", "29.97")
    assert (answer["shape"], answer["shape_name"]) == ("16/9", "16:9")
    assert answer["colour_said"]["matrix"] == "bt709"
    assert answer["colour_assumed"]["matrix"] is None
    assert (answer["timecode_said"], answer["hdr_said"], answer["alpha"]) == ("01:00:00;00", None, False)
    assert main(["video", "probe", str(film)]) == 0
    shown = capsys.readouterr().out
    assert "timecode 01:00:00;00 (its track)" in shown
    assert "shown as 16:9" in shown
