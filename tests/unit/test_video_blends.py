"""Our own detector, on pictures made here: it finds what is there and is not fooled by what only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.video.blends import HEIGHT, WIDTH, Blends
from videolect.video.probe import probe
from videolect.video.shots import Transition, reshoot
from videolect.video.split import scores_of

Film = list[np.ndarray]


def scene(seed: int, wide: int = 6 * WIDTH) -> np.ndarray:
    """A scene several pictures wide: blobs of colour."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (6, wide // 8 + 1, 3))
    fine = rng.uniform(-40, 40, (HEIGHT // 2, wide // 2, 3))
    y, x = np.arange(HEIGHT) // 6, np.arange(wide) // 8
    return np.clip(coarse[np.ix_(y, x)] + np.repeat(np.repeat(fine, 2, 0), 2, 1), 0, 255)


def shot(seed: int, frames: int, *, speed: float = 0.2) -> Film:
    """A camera that pans slowly, with some grain."""
    wide, rng = scene(seed), np.random.default_rng(seed + 100)
    return [
        np.clip(wide[:, round(n * speed) : round(n * speed) + WIDTH] + rng.normal(0, 2, (HEIGHT, WIDTH, 3)), 0, 255)
        for n in range(frames)
    ]


def mixed(old: Film, new: Film) -> Film:
    count = len(old)
    return [a + (b - a) * (n + 1) / (count + 1) for n, (a, b) in enumerate(zip(old, new, strict=True))]


def flat(value: float, frames: int) -> Film:
    return [np.full((HEIGHT, WIDTH, 3), value)] * frames


def found(film: Film, rate: float = 24.0) -> list[Transition]:
    engine = Blends()
    return reshoot(engine, engine.score((np.rint(picture).astype(np.uint8) for picture in film), rate))


def told(film: Film, rate: float = 24.0) -> list[tuple[str, int, int]]:
    return [(one.kind, one.start_frame, one.end_frame) for one in found(film, rate)]


def test_a_cut_is_before_the_first_new_frame():
    assert told(shot(1, 40) + shot(2, 40)) == [("cut", 40, 40)]


@pytest.mark.parametrize("rate", [12.5, 24.0, 50.0])
def test_a_still_shot_and_a_panning_one_have_no_transition(rate: float):
    assert told(shot(1, 80, speed=0.0), rate) == []
    assert told(shot(1, 80, speed=1.5), rate) == []


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_flash_is_no_cut(frames: int):
    film = shot(1, 60)
    for at in range(30, 30 + frames):
        film[at] = 0.15 * film[at] + 0.85 * 255
    assert told(film) == []
    assert told(film[:45] + shot(2, 30)) == [("cut", 45, 45)], "and hides none"


def whip(seed: int, frames: int, by: int) -> Film:
    wide = scene(seed)
    return [wide[:, n * by : n * by + WIDTH] for n in range(frames)]


def test_a_whip_pan_is_no_cut():
    film = shot(1, 30, speed=0.0) + whip(1, 9, 24)
    film += [film[-1]] * 30
    assert told(film) == []


def test_a_whip_pan_that_hides_a_cut_is_one():
    film = shot(1, 30, speed=0.0) + whip(1, 5, 20) + whip(2, 5, 20)
    film += [film[-1]] * 30
    assert told(film) == [("cut", 35, 35)]


def test_lights_going_on_are_no_cut():
    film = shot(1, 60)
    assert told([picture * 0.4 for picture in film[:30]] + film[30:]) == []


@pytest.mark.parametrize(("rate", "frames"), [(24.0, 12), (24.0, 24), (50.0, 40), (12.5, 8)])
def test_a_dissolve_is_found_with_its_frames(rate: float, frames: int):
    old, new = shot(1, 50 + frames, speed=0.05), shot(2, 50 + frames, speed=0.05)
    film = old[:50] + mixed(old[50:], new[:frames]) + new[frames:]
    (one,) = found(film, rate)
    assert one.kind == "dissolve"
    assert abs(one.start_frame - 50) <= max(2, frames / 8)
    assert abs(one.end_frame - 50 - frames) <= max(2, frames / 8)


def test_a_title_that_comes_and_goes_is_no_transition():
    film = shot(1, 100, speed=0.0)
    title = np.zeros((HEIGHT, WIDTH, 1))
    title[8:22, 10:50] = 1
    for at in range(30, 70):
        share = title * min(1, (at - 29) / 12, (70 - at) / 12)
        film[at] = film[at] * (1 - share) + 255 * share
    assert told(film) == []


@pytest.mark.parametrize(("value", "kind"), [(0, "fade_black"), (255, "fade_white")])
@pytest.mark.parametrize("hold", [1, 10])
def test_a_fade_is_one_transition_from_whole_picture_to_whole_picture(value: float, kind: str, hold: int):
    old, new = shot(1, 52), shot(2, 62)
    film = old[:40] + mixed(old[40:], flat(value, 12)) + flat(value, hold) + mixed(flat(value, 12), new[:12]) + new[12:]
    (one,) = found(film)
    assert one.kind == kind
    assert abs(one.start_frame - 40) <= 2
    assert abs(one.end_frame - 64 - hold) <= 2


def test_a_film_may_begin_and_end_in_black():
    film = shot(1, 84)
    film = flat(0, 6) + mixed(flat(0, 12), film[:12]) + film[12:72] + mixed(film[72:], flat(0, 12)) + flat(0, 6)
    first, last = found(film)
    assert (first.kind, first.start_frame, last.kind, last.end_frame) == ("fade_black", 0, "fade_black", 96 + 0)
    assert abs(first.end_frame - 18) <= 2
    assert abs(last.start_frame - 78) <= 2


def test_cuts_to_and_from_black_are_cuts():
    assert told(shot(1, 30) + flat(0, 30) + shot(2, 30)) == [("cut", 30, 30), ("cut", 60, 60)]


def test_blocks_leave_no_seam():
    """Longer than one block: every cut is found once, also where two blocks meet."""
    cuts = [200, 508, 516, 700, 1020, 1024, 1100]
    film: Film = []
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, 1200], strict=True)):
        film += shot(number + 10, end - start)
    assert told(film) == [("cut", at, at) for at in cuts]


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_the_shortest_films_have_scores_for_each_frame(frames: int):
    scores = Blends().score(iter(np.zeros((frames, HEIGHT, WIDTH, 3), np.uint8)), 24)
    assert scores.frame_count == frames
    assert reshoot(Blends(), scores) == []


def test_wrong_pictures_are_told():
    with pytest.raises(BadInput, match="no picture"):
        Blends().score(iter([]), 24)
    with pytest.raises(BadInput, match="36 rows"):
        Blends().score(iter([np.zeros((64, 36, 3), np.uint8)]), 24)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "big_buck_bunny_480p_30s.mp4",
            [("fade_black", 0, 50), ("cut", 285, 285), ("cut", 378, 378), ("cut", 553, 553)],
        ),
        ("nasa_13013.mp4", [("dissolve", 127, 150), ("cut", 202, 202)]),
        ("car-detection.mp4", []),
    ],
)
def test_the_real_clips(clip_path: Callable[[str], Path], name: str, expected: list[tuple[str, int, int]]):
    path, engine = clip_path(name), Blends()
    scores = scores_of(path, probe(path).timeline, engine)
    said = [(one.kind, one.start_frame, one.end_frame) for one in reshoot(engine, scores)]
    assert [kind for kind, *_ in said] == [kind for kind, *_ in expected]
    # A decoder's rounding may shift the end of a ramp by a frame, and never a cut.
    for (kind, *place), (_, *right) in zip(said, expected, strict=True):
        assert np.abs(np.subtract(place, right)).max() <= (0 if kind == "cut" else 2)


def pictures(film: Film) -> Iterator[np.ndarray]:
    return (np.rint(picture).astype(np.uint8) for picture in film)


def test_the_same_pictures_give_the_same_bytes():
    film = shot(1, 40) + shot(2, 40)
    assert Blends().score(pictures(film), 24).to_bytes() == Blends().score(pictures(film), 24).to_bytes()
