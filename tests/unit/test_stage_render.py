"""The renderer and the camera: geometry that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.stage.blends import joined
from videolect.stage.camera import optics as lens
from videolect.stage.camera import raster
from videolect.stage.camera.moves import Arc, DollyZoom, Focus, Follow, Move, Setup, Shake, track_of
from videolect.stage.camera.render import Renderer
from videolect.stage.camera.track import Track, gaze_at
from videolect.stage.effects import Effect, times_of
from videolect.stage.overlays import laid_over
from videolect.stage.world import mesh, textures
from videolect.stage.world.acting import Performance
from videolect.stage.world.figures import made
from videolect.stage.world.places import PLACES, place
from videolect.stage.world.plays import PLAYS, Floor
from videolect.stage.world.scene import Lighting, Piece, Place, Scene, Surface

SIZE = (64, 36)


def box_room() -> Place:
    """A closed box of 8 m around the origin."""
    walls = mesh.box(8, 8, 8).moved((0, 0, -4))
    inside = replace(walls, triangles=walls.triangles[:, ::-1].copy(), normals=-walls.normals)
    return Place(
        name="box", indoors=True, pieces=(Piece(inside, Surface("tiles"), casts=False),), solids=(),
        lighting=Lighting(), floor=(-3, -3, 3, 3), room=((-3.9, -3.9, -3.9), (3.9, 3.9, 3.9)),
    )  # fmt: skip


def track(count: int = 3, **other: object) -> Track:
    zero = np.zeros(count)
    plain = {
        "place": np.zeros((count, 3)), "yaw": zero, "pitch": zero, "roll": zero, "focal": zero + 0.8,
        "focus": zero + 4, "aperture": zero, "exposure": zero,
    }  # fmt: skip
    return Track(**{**plain, **other})  # type: ignore[arg-type]


def motion(**other: object) -> np.ndarray:
    """How the picture moves from frame 0 to 1: [height, width, 2] pixels."""
    scene = Scene(place=box_room(), actors=(), frames=2)
    return Renderer(scene, SIZE).motion(track(2, **other), 0, 0, 1, 1)


def test_a_wall_is_as_far_as_it_is():
    depth = Renderer(Scene(place=box_room(), actors=(), frames=1), SIZE).depth(track(1), 0, 0)
    assert depth == pytest.approx(4.0, abs=1e-5)


@pytest.mark.parametrize("yaw", [0.0, 0.7, 1.6, 3.1, -2.2])
@pytest.mark.parametrize("pitch", [-1.4, 0.0, 1.2])
def test_inside_a_closed_box_nothing_is_open_wherever_one_looks(yaw: float, pitch: float):
    """Corners behind the camera must not tear holes: a class could be read from them."""
    looks = track(1, yaw=np.array([yaw]), pitch=np.array([pitch]), place=np.array([[1.5, -2.0, 0.5]]))
    depth = Renderer(Scene(place=box_room(), actors=(), frames=1), SIZE).depth(looks, 0, 0)
    assert np.isfinite(depth).all()


def test_the_picture_moves_against_the_camera():
    step = 0.05
    turn = np.array([0.0, step])
    ahead = {"place": np.array([[0, 0, 0], [0, 0.4, 0.0]])}
    assert (motion(yaw=-turn)[..., 0] < 0).all(), "a pan to the right slides the view to the left"
    assert (motion(pitch=turn)[..., 1] > 0).all(), "a tilt up slides the view down"
    rolled = motion(roll=turn)
    assert (rolled[:, -1, 1] < 0).all(), (
        "the camera turns clockwise, the picture counter-clockwise: its right edge rises"
    )
    assert (rolled[:, 0, 1] > 0).all()
    for moved in (motion(focal=np.array([0.8, 0.9])), motion(**ahead)):
        assert (moved[:, -1, 0] > 0).all()
        assert (moved[:, 0, 0] < 0).all()
        assert (moved[-1, :, 1] > 0).all()
    trucked = motion(place=np.array([[0, 0, 0], [0.2, 0, 0.0]]))
    assert trucked[..., 0] == pytest.approx(-0.2 / 4 * 0.8 * SIZE[0], abs=0.02)
    raised = motion(place=np.array([[0, 0, 0], [0, 0, 0.2]]))
    assert raised[..., 1] == pytest.approx(0.2 / 4 * 0.8 * SIZE[0], abs=0.02)


def test_the_sky_turns_with_the_camera_and_stays_when_it_travels():
    scene = Scene(place=place("desert", 1), actors=(), frames=2)
    looks = track(2, place=np.array([[0, 0, 2], [3, 0, 2.0]]), pitch=np.full(2, 0.9))
    renderer = Renderer(scene, SIZE)
    assert not np.isfinite(renderer.depth(looks, 0, 0)[0]).any()
    assert renderer.motion(looks, 0, 0, 1, 1)[0] == pytest.approx(0, abs=1e-4)
    turned = renderer.motion(track(2, pitch=np.array([0.9, 0.95]), place=np.full((2, 3), 2.0)), 0, 0, 1, 1)[0]
    assert (turned[:, 1] > 0).all()


@pytest.mark.parametrize("name", list(PLACES))
def test_every_place_is_drawn_the_same_twice_and_has_light_and_depth(name: str):
    scene = Scene(place=place(name, 4), actors=(), frames=1)
    looks = track(1, place=np.array([[0.0, -1.0, 1.6]]))
    one, other = (Renderer(scene, SIZE, seed=3).picture(looks, 0, 0) for _ in range(2))
    assert (one == other).all()
    assert 40 < one.mean() < 215
    assert (one.max(axis=2) > 6).mean() > 0.97, "hardly anything is black"
    depth = Renderer(scene, SIZE).depth(looks, 0, 0)
    near, far = np.quantile(np.minimum(depth, 60), [0.1, 0.9])
    assert far / near > 1.6


def test_places_and_surfaces_differ_by_seed():
    looks = track(1, place=np.array([[0.0, -1.0, 1.6]]))
    one, other = (
        Renderer(Scene(place=place("street", seed), actors=(), frames=1), SIZE, seed=seed).picture(looks, 0, 0)
        for seed in (1, 2)
    )
    assert np.abs(one.astype(int) - other).mean() > 10
    assert not (textures.painted("brick", 1) == textures.painted("brick", 2)).all()
    assert (textures.painted("brick", 1) == textures.painted("brick", 1)).all()


def test_an_unknown_place_is_refused():
    with pytest.raises(BadInput, match="no place 'moon'"):
        place("moon", 1)


# --------------------------------------------------------------------------------------------------------------- lenses


def test_what_is_out_of_focus_is_spread_as_a_thin_lens_does():
    depth = np.array([[2.0, 4.0, 8.0, np.inf]], np.float32)
    circle = lens.circle_of(depth, 4.0, 0.1, 100.0)[0]
    # aperture x focal / (2 x focus) x |depth - focus| / depth
    assert circle == pytest.approx([1.25, 0.0, 0.625, 1.25], abs=1e-6)


def test_blur_keeps_the_light_and_spares_what_is_sharp():
    picture = np.zeros((40, 60, 3), np.float32)
    picture[:, ::4] = 1.0
    sharp = np.full((40, 60), 4.0, np.float32)
    assert (lens.defocused(picture, sharp, 4.0, 0.1, 100.0) == picture).all()
    soft = lens.defocused(picture, np.full((40, 60), 1.0, np.float32), 4.0, 0.1, 100.0)
    assert soft[10:-10, 10:-10].std() < 0.5 * picture[10:-10, 10:-10].std()
    assert soft[10:-10, 10:-10].mean() == pytest.approx(picture[10:-10, 10:-10].mean(), abs=0.06)


@pytest.mark.parametrize("barrel", [0.0, 0.3, 0.7, 1.0])
def test_a_lens_and_its_inverse_agree(barrel: float):
    radius = np.linspace(0, 25, 40)
    assert lens.drawn_at(lens.bent(radius, barrel, 32.0), barrel, 32.0) == pytest.approx(radius, abs=0.05)


def test_a_fisheye_is_dark_outside_its_circle_and_straight_lines_bend():
    scene = Scene(place=box_room(), actors=(), frames=1)
    bent = Renderer(scene, (96, 54), grain=0).picture(track(1, focal=np.array([0.33]), barrel=1.0), 0, 0)
    assert bent[0, 0].max() < 12
    assert bent[27, 48].max() > 30
    straight = Renderer(scene, (96, 54), grain=0).picture(track(1, focal=np.array([0.33])), 0, 0)
    assert straight[0, 0].max() > 12


# --------------------------------------------------------------------------------------------------------- the camera


def test_movements_go_as_far_as_they_say():
    scene = Scene(place=place("square", 1), actors=(), frames=33)
    start = Setup(place=(0.0, 0.0, 1.6), focal=0.8)
    moves = (
        Move(axis="dolly", amount=1.5), Move(axis="pedestal", amount=0.5), Move(axis="tilt", amount=-0.2),
        Move(axis="roll", amount=0.3), Move(axis="zoom", amount=1.0, start=0.5),
    )  # fmt: skip
    made_track = track_of(start, moves, scene, 16)
    assert made_track.place[-1] == pytest.approx([0.0, 1.5, 2.1], abs=1e-6)
    assert (made_track.pitch[-1], made_track.roll[-1]) == pytest.approx((-0.2, 0.3))
    assert made_track.focal[16] == pytest.approx(0.8)
    assert made_track.focal[-1] == pytest.approx(1.6)
    assert track_of(start, (Move(axis="pan", amount=0.5),), scene, 16).yaw[-1] == pytest.approx(-0.5)
    assert track_of(start, (Move(axis="truck", amount=0.5),), scene, 16).place[-1] == pytest.approx([0.5, 0, 1.6])


def test_an_arc_keeps_its_distance_and_its_gaze():
    scene = Scene(place=place("square", 1), actors=(), frames=24)
    middle = (0.5, 5.0, 1.0)
    start = Setup(place=(0.0, 0.0, 1.6), look_at=middle)
    arc = track_of(start, (Arc(around=middle, angle=0.8),), scene, 16)
    away = arc.place[:, :2] - np.array(middle[:2])
    assert np.linalg.norm(away, axis=1) == pytest.approx(np.linalg.norm(away[0]))
    yaw, _ = gaze_at(arc.place, np.tile(middle, (24, 1)))
    assert arc.yaw == pytest.approx(yaw, abs=1e-6)
    turned = np.unwrap(np.arctan2(away[:, 1], away[:, 0]))
    assert turned[-1] - turned[0] == pytest.approx(0.8)


def test_a_dolly_zoom_keeps_the_size_of_what_it_looks_at():
    scene = Scene(place=place("square", 1), actors=(), frames=24)
    made_track = track_of(Setup(place=(0.0, 0.0, 1.6)), (DollyZoom(amount=2.0, distance=5.0),), scene, 16)
    size = made_track.focal / (5.0 - made_track.place[:, 1])
    assert size == pytest.approx(size[0])


def test_shake_is_as_strong_as_asked_and_drifts_nowhere():
    scene = Scene(place=place("square", 1), actors=(), frames=96)
    shaken = track_of(Setup(place=(0.0, 0.0, 1.6)), (), scene, 16, shake=Shake(radians=0.01, seed=4))
    assert shaken.yaw.std() == pytest.approx(0.01, rel=0.15)
    assert abs(shaken.yaw[:48].mean() - shaken.yaw[48:].mean()) < 0.006


def test_focus_is_racked_and_follows():
    rng = np.random.default_rng(1)
    walker = Performance(made("woman", rng), "a", 48, 16, at=(0.0, 8.0), heading=np.pi).walk((0.0, 3.0)).finish()
    scene = Scene(place=place("square", 1), actors=(walker,), frames=48)
    start = Setup(place=(0.0, -1.0, 1.5), aperture=0.05, focus=3.0)
    racked = track_of(start, (), scene, 16, focus=(Focus(to=12.0, start=0.4, end=0.6),))
    assert racked.focus[[0, -1]] == pytest.approx([3.0, 12.0])
    followed = track_of(start, (), scene, 16, focus=(Focus(actor="a"),))
    assert followed.focus == pytest.approx(walker.marks["eyes"][:, 1] + 1.0, abs=0.05)
    tracked = track_of(start, (Follow(actor="a", how="lead", far=2.0),), scene, 16)
    ahead = tracked.place[24:40, 1] - walker.marks["middle"][24:40, 1]
    assert ahead == pytest.approx(-2.0, abs=0.2)


@pytest.mark.parametrize(
    ("setup", "moves", "says"),
    [
        (Setup(place=(0.0, 0.0, -1.0)), (), "stands in something"),
        (Setup(place=(200.0, 0.0, 1.0)), (), "outside the square"),
        (Setup(place=(0.0, 0.0, 1.6), focal=0.0001), (), "focal"),
        (Setup(place=(0.0, 0.0, 1.6)), (Move(axis="pedestal", amount=-5),), "stands in something"),
        (Setup(place=(0.0, 0.0, 1.6)), (Move(axis="pan", amount=1, start=0.8, end=0.2),), "0.8 to 0.2"),
        (Setup(place=(0.0, 0.0, 1.6)), (DollyZoom(amount=5.0, distance=5.0),), "dolly zoom of 5"),
        (Setup(place=(0.0, 0.0, 1.6), aperture=-1.0), (), "aperture"),
        (Setup(place=(0.0, 0.0, 1.6), barrel=3.0), (), "distortion of 3"),
    ],
)
def test_what_no_camera_can_do_is_refused(setup: Setup, moves: tuple[Move, ...], says: str):
    with pytest.raises(BadInput, match=says):
        track_of(setup, moves, Scene(place=place("square", 1), actors=(), frames=12), 16)


# --------------------------------------------------------------------------------------------------------------- bodies


@pytest.mark.parametrize("play", sorted(PLAYS))
def test_nobody_sinks_into_the_ground_or_hovers(play: str):
    floor = Floor(np.random.default_rng(5), 40, 16, (0.0, 8.0), 0.3)
    for actor in PLAYS[play](floor):
        low = np.min([
            (actor.places[:, n, 2, :3] @ piece.mesh.corners.T + actor.places[:, n, 2, 3:4]).min(axis=1)
            for n, piece in enumerate(actor.pieces)
        ], axis=0)  # fmt: skip
        assert low.min() > -0.002
        if actor.kind == "person" and play not in ("run", "jump"):
            assert low.max() < 0.002, "somebody who does not run or jump is never off the ground"


@pytest.mark.parametrize("kind", ["man", "woman", "child", "dog", "horse", "car", "ball", "crate"])
def test_bodies_stand_on_the_ground_and_go_where_they_are_sent(kind: str):
    rng = np.random.default_rng(3)
    body = Performance(made(kind, rng), "a", 64, 16, at=(1.0, 2.0))
    {"car": body.drive, "ball": body.roll, "crate": body.roll}.get(kind, body.walk)((1.0, 6.0), speed=1.3)
    actor = body.finish()
    assert actor.marks["middle"][-1, :2] == pytest.approx([1.0, 6.0], abs=1.1)
    assert actor.marks["feet"][:, 2] == pytest.approx(0.0, abs=0.36 if kind == "ball" else 0.02)
    low = min(
        float((actor.places[40, n, :3, :3] @ piece.mesh.corners.T).T[:, 2].min() + actor.places[40, n, 2, 3])
        for n, piece in enumerate(actor.pieces)
    )
    assert -0.08 < low < 0.08, "neither in the ground nor above it"


def test_deeds_are_done_when_they_say():
    rng = np.random.default_rng(3)
    body = Performance(made("man", rng), "a", 120, 16, at=(0.0, 0.0))
    body.stand(1).sit_down().stand(1).stand_up().jump()
    actor = body.finish()
    assert [event.what for event in actor.events] == ["stand", "sit_down", "stand", "stand_up", "jump", "stand"]
    assert [event.start_frame for event in actor.events[1:]] == [event.end_frame for event in actor.events[:-1]]
    assert actor.events[-1].end_frame == 120
    hips = actor.marks["hips"][:, 2]
    seated = actor.events[2]
    assert hips[seated.start_frame + 4] < 0.65 * hips[0]
    leap = actor.events[4]
    assert actor.marks["feet"][leap.start_frame : leap.end_frame, 2].max() > 0.2


# ---------------------------------------------------------------------------------------------------------------- edits


def plain(shade: int, count: int) -> list[np.ndarray]:
    return [np.full((4, 8, 3), shade, np.uint8) for _ in range(count)]


@pytest.mark.parametrize(("what", "start", "end", "count"), [
    ("cut", 10, 10, 20), ("fade", 8, 12, 20), ("dissolve", 6, 10, 16), ("wipe", 6, 10, 16),
])  # fmt: skip
def test_transitions_lie_where_they_say(what: str, start: int, end: int, count: int):
    out = list(joined([plain(200, 10), plain(40, 10)], [Effect(what=what, start_frame=start, end_frame=end)]))
    assert len(out) == count
    assert all((picture == 200).all() for picture in out[:start])
    assert all((picture == 40).all() for picture in out[end:])
    assert not any((picture == 200).all() or (picture == 40).all() for picture in out[start:end])


def test_speeds_show_other_moments_of_life():
    def times(what: str, amount: float = 1.0, start: int = 0) -> np.ndarray:
        return times_of(10, [Effect(what=what, amount=amount, start_frame=start)])

    assert times("slow_motion", 0.5)[-1] == pytest.approx(4.5)
    assert times("fast_motion", 3)[-1] == pytest.approx(27)
    assert (times("reverse") == np.arange(10)[::-1]).all()
    assert (times("freeze", start=4)[4:] == 4).all()
    assert len(set(times("stop_motion"))) == 4
    ramp = np.diff(times("speed_ramp", 3.0))
    assert ramp[0] == pytest.approx(1)
    assert ramp[-1] == pytest.approx(3)


@pytest.mark.parametrize("what", ["title", "subtitle", "watermark", "hud", "border"])
def test_overlays_are_there_while_they_say(what: str):
    picture = np.full((90, 160, 3), 90, np.uint8)
    laid = Effect(what=what, start_frame=2, end_frame=5, words="NORTH")
    assert (laid_over(picture, 1, [laid]) == picture).all()
    shown = laid_over(picture, 2, [laid])
    assert 0.002 < (shown != picture).any(axis=2).mean() < 0.4
    assert (picture == 90).all(), "the picture itself is not touched"


def test_triangles_behind_the_camera_are_cut_and_not_dropped():
    corners = np.array([[-50.0, 1.0, -20.0], [50.0, 1.0, -20.0], [0.0, 1.0, 60.0]])
    seen = raster.see(corners, np.array([[0, 1, 2]], np.int32), np.array([True]), 40.0, (32.0, 18.0), (64, 36))
    assert (seen.triangle[24:] == 0).all(), "a floor that goes under the camera fills the foot of the picture"
    row = 30
    assert 1 / seen.inverse_depth[row, 32] == pytest.approx(40.0 / (row + 0.5 - 18), rel=1e-5)
