"""``video split``: the promised keys, kept scores, the contact sheet, and what is asked wrongly; other engines."""

from __future__ import annotations

import importlib.util
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.suites import leave_out
from videolect.cli.main import main
from videolect.errors import BadInput, CannotRead, MissingExtra, NotFound
from videolect.video.backends import transnetv2
from videolect.video.backends.pyav import write_mp4
from videolect.video.backends.transnetv2 import MARGIN, TransNetV2, checked, shapes, windows
from videolect.video.blends import Blends
from videolect.video.probe import probe
from videolect.video.shots import Scores, reshoot
from videolect.video.split import scores_of
from videolect.wiring import make_detector

SHOT_KEYS = {
    "start_pts", "end_pts", "start_frame", "end_frame", "start_s", "end_s", "transition_in", "transition_out",
    "found_by", "score",
}  # fmt: skip


def scene(seed: int, number: int, size: tuple[int, int] = (160, 90)) -> np.ndarray:
    width, height = size
    tiles = np.random.default_rng(seed).integers(0, 256, (5, 9, 3)).astype(np.uint8)
    picture = np.kron(tiles, np.ones((height // 5 + 1, width // 9 + 1, 1), np.uint8))[:height, :width]
    return np.roll(picture, number // 4, axis=1)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """48 frames of one scene, 24 of another; a cut at 48."""
    pictures = [scene(1, number) for number in range(48)] + [scene(2, number) for number in range(24)]
    path = tmp_path / "film.mp4"
    write_mp4(path, pictures, fps=Fraction(24), size=(160, 90))
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any]]:
    code = main(["video", "split", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_answer_has_the_promised_keys(film: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, film)
    assert code == 0
    first, second = answer["shots"]
    assert set(first) == SHOT_KEYS
    assert (first["start_frame"], first["end_frame"], second["start_frame"], second["end_frame"]) == (0, 48, 48, 72)
    assert (first["end_s"], second["start_pts"]) == (2.0, first["end_pts"])
    assert (first["transition_in"], first["transition_out"], second["transition_out"]) == ("start", "cut", "end")
    assert second["found_by"] == answer["engine"] == Blends.found_by
    assert main(["video", "split", str(film)]) == 0
    assert "48 - 72  cut ... end" in capsys.readouterr().out


def test_the_lengths_are_handed_on(film: Path, capsys: pytest.CaptureFixture[str]):
    _, answer = run(capsys, film, "--trim", "0.25", "--min-s", "0.5", "--max-s", "1")
    assert [(shot["start_frame"], shot["end_frame"]) for shot in answer["shots"]] == [(0, 21), (21, 42), (54, 72)]


def test_scores_are_kept_and_read_again_without_decoding_for_the_detector(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    kept = tmp_path / "film.scores"
    _, first = run(capsys, film, "--scores", kept)
    assert Scores.from_bytes(kept.read_bytes()).frame_count == 72
    monkeypatch.setattr(Blends, "score", None)
    _, again = run(capsys, film, "--scores", kept)
    assert again["shots"] == first["shots"]
    _, strict = run(capsys, film, "--scores", kept, "--threshold", "0.999")
    assert len(strict["shots"]) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "film.scores"]


def test_scores_of_another_film_or_detector_are_refused(film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    kept = tmp_path / "kept"
    run(capsys, film, "--scores", kept)
    other = tmp_path / "other.mp4"
    write_mp4(other, [scene(1, number) for number in range(30)], fps=Fraction(24), size=(160, 90))
    code, answer = run(capsys, other, "--scores", kept)
    assert code == 2
    assert "another film" in answer["message"]
    kept.write_bytes(b"no scores")
    assert run(capsys, film, "--scores", kept)[0] == 2


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_contact_sheet_shows_the_frames_around_a_cut(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
):
    out = tmp_path / f"sheet{suffix}"
    _, answer = run(capsys, film, "--sheet", out)
    assert answer["sheets"] == [str(out)]
    with Image.open(out) as opened:
        picture = np.asarray(opened.convert("RGB")).astype(int)
    assert picture.shape[1] >= 8 * 160
    for cell in range(8):
        left = cell * (160 + 2 * 3 + 4) + 3
        seen = picture[16 + 3 : 16 + 3 + 90, left : left + 160]
        right = scene(1 if cell < 4 else 2, 44 + cell if cell < 4 else cell - 4)
        assert np.abs(seen - right).mean() < 12, f"cell {cell} shows another frame"
        edge = picture[16 + 1, left + 80]
        assert (edge[0] > edge[1]) == (cell < 4), "red before the cut, green after it"


def test_many_transitions_go_on_several_sheets(film: Path, tmp_path: Path):
    from videolect.video.sheet import PER_SHEET, sheets
    from videolect.video.shots import Transition

    probed = probe(film)
    many = [
        Transition(kind="cut", start_frame=at, end_frame=at, found_by="x", score=1) for at in range(1, PER_SHEET + 3)
    ]
    written = sheets(film, tmp_path / "s.png", many, probed.video, probed.timeline)
    assert [path.name for path in written] == ["s.png", "s-2.png"]
    (empty,) = sheets(film, tmp_path / "none.png", [], probed.video, probed.timeline)
    with Image.open(empty) as picture:
        assert picture.size[0] > 100


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["{tmp}/none.mp4"], 2, "none.mp4"),
        (["{tmp}/text"], 1, "text"),
        (["{film}", "--engine", "magic"], 2, "magic"),
        (["{film}", "--threshold", "0"], 2, "threshold"),
        (["{film}", "--threshold", "nan"], 2, "threshold"),
        (["{film}", "--trim", "-1"], 2, "trim"),
        (["{film}", "--min-s", "3", "--max-s", "2"], 2, "max length"),
        (["{film}", "--sheet", "{tmp}/sheet.gif"], 2, "sheet.gif"),
        (["{film}", "--sheet", "{tmp}/none/sheet.png"], 2, "none/sheet.png"),
        (["{film}", "--scores", "{tmp}/none/scores"], 2, "none/scores"),
        (["{film}", "--weights", "{tmp}/text"], 2, "takes no weights"),
        (["{film}", "--engine", "transnetv2"], 2, "needs its weights"),
    ],
)
def test_what_is_asked_wrongly_is_answered_plainly(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str
):
    (tmp_path / "text").write_text("no film\n")
    found, answer = run(capsys, *(word.format(tmp=tmp_path, film=film) for word in words))
    assert found == code
    assert told in answer["message"]
    assert answer["mend"]


# ------------------------------------------------------------------------------------------------------ PySceneDetect


def test_pyscenedetect_reads_our_pictures_and_its_own_scores_again(film: Path):
    pytest.importorskip("scenedetect")
    import scenedetect

    timeline = probe(film).timeline
    for name, theirs in (("content", scenedetect.ContentDetector()), ("adaptive", scenedetect.AdaptiveDetector())):
        engine = make_detector(name)
        assert [one.start_frame for one in reshoot(engine, scores_of(film, timeline, engine))] == [48]
        # The same pictures through its own detector, without our bytes between.
        from videolect.video.frames import frames

        cuts = []
        for number, picture in enumerate(frames(film, range(72), timeline=timeline, size=engine.size)):
            place = scenedetect.FrameTimecode(number, 24.0)
            cuts += theirs.process_frame(place, np.ascontiguousarray(picture[:, :, ::-1]))
        assert [cut.frame_num for cut in cuts] == [48]


@pytest.mark.parametrize("name", ["content", "adaptive"])
def test_without_pyscenedetect_one_is_told_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "scenedetect", None)
    with pytest.raises(MissingExtra, match="shots") as raised:
        make_detector(name)
    assert raised.value.exit_code == 2


# -------------------------------------------------------------------------------------------------------- TransNet V2


@pytest.fixture
def torch(pytestconfig: pytest.Config) -> Any:
    if importlib.util.find_spec("torch") is None:
        leave_out(pytestconfig, "torch", "needs torch: pip install 'videolect[transnet]' -c constraints.txt.")
    import torch

    # Two threads that wait for each other on busy cores take a hundred times as long as one.
    torch.set_num_threads(1)
    return torch


def random_weights(torch: Any) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(5)
    return {
        name: torch.rand(shape, generator=generator) * 0.2
        + (0.5 if name.endswith(("running_var", "bn.weight")) else -0.1)
        for name, shape in shapes().items()
    }


def test_windows_cover_every_frame_once_with_margins():
    for count in (1, 24, 25, 26, 49, 50, 51, 75, 76, 100, 149):
        film = np.random.default_rng(count).integers(0, 256, (count, 27, 48, 3)).astype(np.uint8)
        at = 0
        for window, kept in windows(iter(film)):
            assert window.shape == (100, 27, 48, 3)
            assert np.array_equal(window[MARGIN : MARGIN + kept], film[at : at + kept])
            before = film[max(0, at - MARGIN) : at]
            assert np.array_equal(window[MARGIN - len(before) : MARGIN], before)
            at += kept
        assert at == count


def test_the_network_has_the_published_size():
    assert sum(int(np.prod(shape)) for shape in shapes().values()) == 7_618_050
    assert shapes()["fc1.weight"] == (1024, 4864)
    assert shapes()["SDDCNN.2.DDCNN.1.Conv3D_8.layers.0.weight"] == (128, 256, 1, 3, 3)


def test_random_weights_give_the_same_answer_twice_and_react_to_the_picture(torch: Any):
    weights = checked(random_weights(torch))
    film = torch.from_numpy(np.random.default_rng(3).integers(0, 256, (1, 10, 27, 48, 3)).astype(np.uint8))
    with torch.inference_mode():
        single, every = transnetv2.logits(weights, film)
        again, _ = transnetv2.logits(weights, film)
        other, _ = transnetv2.logits(weights, 255 - film)
    assert single.shape == every.shape == (1, 10)
    assert torch.equal(single, again)
    assert torch.isfinite(single).all()
    assert not torch.equal(single, other)
    assert not torch.equal(single, every)


def test_the_histograms_count_every_pixel(torch: Any):
    film = torch.zeros((1, 2, 27, 48, 3), dtype=torch.uint8)
    film[0, 1, :, :24] = torch.tensor([255, 32, 64], dtype=torch.uint8)
    counts = transnetv2._histograms(film)
    assert counts[0, 0, 0] == 27 * 48
    assert counts[0, 1, 7 * 64 + 1 * 8 + 2] == counts[0, 1, 0] == 27 * 24


def test_the_stitched_scores_have_the_films_length(torch: Any, monkeypatch: pytest.MonkeyPatch):
    """The network is replaced by one that tells the brightness, so that a shift by one frame would show."""

    def brightness(weights: Any, pictures: Any) -> Any:
        value = pictures[..., 0].float().mean(dim=(2, 3))
        return value / 10 - 6, value / 10 - 6

    monkeypatch.setattr(transnetv2, "logits", brightness)
    engine = TransNetV2(random_weights(torch), name="random")
    film = np.zeros((130, 27, 48, 3), np.uint8)
    film[70], film[100:106] = 255, 255
    scores = engine.score(iter(film), 24)
    assert scores.frame_count == 130
    assert np.flatnonzero(scores.tracks["single"] > 128).tolist() == [70, *range(100, 106)]
    assert [(one.kind, one.start_frame, one.end_frame) for one in reshoot(engine, scores)] == [
        ("cut", 71, 71), ("gradual", 100, 106),
    ]  # fmt: skip


def test_weights_come_from_a_file_and_are_checked(torch: Any, tmp_path: Path):
    path = tmp_path / "weights.pth"
    weights = random_weights(torch)
    weights["SDDCNN.0.DDCNN.0.bn.num_batches_tracked"] = torch.tensor(7)
    torch.save(weights, path)
    assert TransNetV2.load(path).found_by.startswith("transnetv2 ")
    for name, value in (("fc1.bias", torch.zeros(3)), ("fc1.bias", None), ("extra", torch.zeros(1))):
        spoilt = {**weights, name: value}
        with pytest.raises(CannotRead, match=name):
            checked({key: each for key, each in spoilt.items() if each is not None})
    torch.save([1, 2], path)
    with pytest.raises(CannotRead, match="list"):
        TransNetV2.load(path)
    path.write_bytes(b"no weights")
    with pytest.raises(CannotRead, match="no PyTorch weights"):
        TransNetV2.load(path)
    with pytest.raises(NotFound):
        TransNetV2.load(tmp_path / "none.pth")
    with pytest.raises(BadInput, match="weights"):
        TransNetV2.load(None)


class _Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("harmed"),))


def test_a_pickle_that_runs_code_is_refused(torch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"fc1.bias": _Harm()}, tmp_path / "evil.pth")
    with pytest.raises(CannotRead, match="no PyTorch weights"):
        TransNetV2.load(tmp_path / "evil.pth")
    assert not (tmp_path / "harmed").exists()


def test_without_torch_one_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    (tmp_path / "weights.pth").touch()
    with pytest.raises(MissingExtra, match="PyTorch") as raised:
        TransNetV2.load(tmp_path / "weights.pth")
    assert "videolect[transnet]" in raised.value.mend
