"""Bodies: people-like figures and animals with joints, vehicles with wheels, and things. Told apart by look.

A body faces north (y) and stands on the origin. A joint turns about its own x (forward), y (sideways) and z (twist), in
the frame of the joint above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.stage.world import mesh
from videolect.stage.world.mesh import Mesh
from videolect.stage.world.scene import Colour, Piece, Surface

Floats = NDArray[np.float64]

PALETTE: dict[str, Colour] = {
    "red": (0.72, 0.08, 0.07), "orange": (0.85, 0.35, 0.05), "yellow": (0.88, 0.72, 0.10), "green": (0.10, 0.45, 0.14),
    "blue": (0.08, 0.20, 0.68), "purple": (0.38, 0.12, 0.52), "pink": (0.88, 0.42, 0.55), "white": (0.90, 0.90, 0.88),
    "grey": (0.38, 0.38, 0.39), "black": (0.045, 0.045, 0.05), "brown": (0.32, 0.17, 0.08),
}  # fmt: skip
"""Colours by the word that everybody has for them."""

_SKINS: tuple[Colour, ...] = ((0.80, 0.55, 0.42), (0.62, 0.38, 0.25), (0.36, 0.20, 0.13), (0.88, 0.66, 0.54))
_HAIR: dict[str, Colour] = {
    "black": (0.03, 0.03, 0.03), "brown": (0.20, 0.10, 0.05), "blond": (0.70, 0.52, 0.22), "grey": (0.5, 0.5, 0.5),
    "red": (0.45, 0.13, 0.04),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Joint:
    """A place about which what hangs on it turns."""

    above: int
    """Index of the joint above; -1 for the root."""
    at: tuple[float, float, float]
    """In the frame of the joint above, metres."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A body: joints, and solids that hang on them."""

    kind: str
    noun: str
    look: Mapping[str, str]
    height: float
    """Metres, standing."""
    joints: tuple[Joint, ...]
    names: tuple[str, ...]
    """Of the joints."""
    pieces: tuple[Piece, ...]
    hangs_on: tuple[int, ...]
    """For each piece its joint."""
    points: Mapping[str, tuple[int, tuple[float, float, float]]]
    """Marks of the body: the joint that carries each, and where in its frame."""

    def joint(self, name: str) -> int:
        """Its index; ValueError."""
        return self.names.index(name)

    def posed(self, root: Floats, angles: Floats) -> Floats:
        """Every joint into the world: [F, J, 4, 4]. ``root``: [F, 4, 4], ``angles``: [F, J, 3]."""
        frames = len(root)
        out = np.zeros((frames, len(self.joints), 4, 4))
        local = np.zeros((frames, 4, 4))
        for number, joint in enumerate(self.joints):
            local[:] = np.eye(4)
            local[:, :3, :3] = euler(angles[:, number])
            local[:, :3, 3] = joint.at
            out[:, number] = (root if joint.above < 0 else out[:, joint.above]) @ local
        return out

    def placed(self, joints: Floats) -> Floats:
        """Every piece into the world: [F, P, 4, 4]."""
        placed: Floats = joints[:, list(self.hangs_on)]
        return placed

    def soles(self, joints: Floats) -> Floats:
        """How high the lowest point of its feet is: [F] metres. Things without legs stand on their marks."""
        feet = [number for number, name in enumerate(self.names) if name.endswith("_foot")]
        feet = feet or [number for number, name in enumerate(self.names) if name.endswith("_knee")]
        if not feet:
            marks = self.marks(joints)
            return np.asarray(np.minimum(marks["left_foot"][:, 2], marks["right_foot"][:, 2]))
        low = np.full(len(joints), np.inf)
        for piece, joint in zip(self.pieces, self.hangs_on, strict=True):
            if joint in feet:
                heights = joints[:, joint, 2, :3] @ piece.mesh.corners.T + joints[:, joint, 2, 3:4]
                low = np.minimum(low, heights.min(axis=1))
        return low

    def marks(self, joints: Floats) -> dict[str, Floats]:
        """Where the body's marks are: [F, 3] each."""
        return {
            name: joints[:, number, :3, :3] @ np.asarray(at) + joints[:, number, :3, 3]
            for name, (number, at) in self.points.items()
        }


def euler(angles: Floats) -> Floats:
    """[n, 3] turns about x, then y, then z (of the moving body: z is done first) as [n, 3, 3]."""
    cx, cy, cz = np.cos(angles).T
    sx, sy, sz = np.sin(angles).T
    zero, one = np.zeros_like(cx), np.ones_like(cx)

    def of(*rows: Floats) -> Floats:
        return np.stack(rows, axis=1).reshape(-1, 3, 3)

    about_x = of(one, zero, zero, zero, cx, -sx, zero, sx, cx)
    about_y = of(cy, zero, sy, zero, one, zero, -sy, zero, cy)
    about_z = of(cz, -sz, zero, sz, cz, zero, zero, zero, one)
    turned: Floats = about_x @ about_y @ about_z
    return turned


def root_of(place: Floats, heading: Floats) -> Floats:
    """[F, 4, 4] of a body that stands at [F, 3] and faces so ([F] radians, 0 north, growing to the west)."""
    root = np.tile(np.eye(4), (len(heading), 1, 1))
    root[:, :3, :3] = euler(np.stack([np.zeros_like(heading), np.zeros_like(heading), heading], axis=1))
    root[:, :3, 3] = place
    return root


@dataclass
class _Body:
    """A figure while it is built."""

    names: list[str]
    joints: list[Joint]
    pieces: list[Piece]
    hangs_on: list[int]

    def joint(self, name: str, above: str | None, at: tuple[float, float, float]) -> None:
        self.joints.append(Joint(-1 if above is None else self.names.index(above), at))
        self.names.append(name)

    def hang(self, joint: str, solid: Mesh, surface: Surface, at: tuple[float, float, float] = (0, 0, 0)) -> None:
        self.pieces.append(Piece(solid.moved(at), surface))
        self.hangs_on.append(self.names.index(joint))


def _limb(top: float, bottom: float, length: float) -> Mesh:
    """Hangs down from its joint."""
    return mesh.joined(
        [
            mesh.tube(bottom, top, length, around=8, caps=False).moved((0, 0, -length)),
            mesh.ball(top, around=8, rings=5),
            mesh.ball(bottom, around=8, rings=5).moved((0, 0, -length)),
        ]
    )


def person(rng: np.random.Generator, *, noun: str | None = None, top: str | None = None) -> Figure:
    """A figure of its own look: ``noun`` man, woman or child; ``top`` the colour of what it wears above."""
    noun = noun or str(rng.choice(["man", "woman", "child"], p=[0.42, 0.42, 0.16]))
    size = {"man": 1.80, "woman": 1.68, "child": 1.20}[noun] * float(rng.uniform(0.97, 1.03))
    top = top or str(rng.choice(["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"]))
    legs = str(rng.choice(["black", "grey", "blue", "brown", "white"]))
    hair = str(rng.choice(list(_HAIR)))
    dress = noun == "woman" and rng.random() < 0.4
    hat = rng.random() < 0.22
    skin = Surface("plain", _SKINS[rng.integers(len(_SKINS))], 0.03)
    cloth = Surface("cloth", PALETTE[top], side_m=0.5)
    trousers = skin if dress else Surface("cloth", PALETTE[legs], side_m=0.5)
    shoe = Surface("plain", PALETTE["black"], 0.08)
    head_of_hair = Surface("hide", _HAIR[hair], 0.06, side_m=0.4)
    s = size / 1.75
    broad = {"man": 1.08, "woman": 0.94, "child": 0.86}[noun] * s
    body = _Body([], [], [], [])
    hips = 0.93 * s
    body.joint("pelvis", None, (0, 0, hips))
    body.joint("chest", "pelvis", (0, 0, 0.12 * s))
    body.joint("head", "chest", (0, 0, 0.47 * s))
    for side, x in (("left", -1.0), ("right", 1.0)):
        body.joint(f"{side}_arm", "chest", (x * 0.195 * broad, 0, 0.40 * s))
        body.joint(f"{side}_elbow", f"{side}_arm", (0, 0, -0.29 * s))
        body.joint(f"{side}_hand", f"{side}_elbow", (0, 0, -0.26 * s))
        body.joint(f"{side}_leg", "pelvis", (x * 0.095 * broad, 0, -0.03 * s))
        body.joint(f"{side}_knee", f"{side}_leg", (0, 0, -0.43 * s))
        body.joint(f"{side}_foot", f"{side}_knee", (0, 0, -0.42 * s))
        body.hang(f"{side}_arm", _limb(0.055 * s, 0.045 * s, 0.29 * s), cloth)
        body.hang(f"{side}_elbow", _limb(0.044 * s, 0.034 * s, 0.25 * s), skin)
        body.hang(
            f"{side}_hand", mesh.ball((0.035 * s, 0.045 * s, 0.07 * s), around=8, rings=5), skin, (0, 0, -0.04 * s)
        )
        body.hang(f"{side}_leg", _limb(0.085 * s, 0.062 * s, 0.43 * s), trousers)
        body.hang(f"{side}_knee", _limb(0.06 * s, 0.045 * s, 0.40 * s), trousers)
        body.hang(
            f"{side}_foot",
            mesh.ball((0.05 * s, 0.13 * s, 0.045 * s), around=8, rings=5),
            shoe,
            (0, 0.05 * s, -0.005 * s),
        )
    trunk = mesh.joined(
        [
            mesh.tube(0.155 * broad, 0.197 * broad, 0.37 * s, around=12, caps=False),
            mesh.ball((0.197 * broad, 0.197 * broad, 0.1 * s), around=12, rings=6).moved((0, 0, 0.37 * s)),
        ]
    )
    flat = Mesh(trunk.corners * [1, 0.66, 1], trunk.normals, trunk.marks, trunk.triangles)
    body.hang("chest", flat, cloth)
    body.hang(
        "pelvis", mesh.ball((0.165 * broad, 0.12 * broad, 0.16 * s), around=10, rings=6), trousers, (0, 0, 0.03 * s)
    )
    if dress:
        body.hang("pelvis", mesh.tube(0.30 * broad, 0.15 * broad, 0.55 * s, around=12), cloth, (0, 0, -0.42 * s))
    body.hang("chest", mesh.tube(0.05 * s, 0.05 * s, 0.12 * s, around=8), skin, (0, 0, 0.40 * s))
    body.hang("head", mesh.ball((0.085 * s, 0.10 * s, 0.125 * s), around=12, rings=9), skin, (0, 0.01 * s, 0.13 * s))
    body.hang("head", mesh.ball((0.018 * s, 0.03 * s, 0.025 * s), around=6, rings=4), skin, (0, 0.11 * s, 0.11 * s))
    for x in (-0.033, 0.033):
        body.hang(
            "head",
            mesh.ball((0.014 * s, 0.012 * s, 0.014 * s), around=6, rings=4),
            Surface("plain", (0.02, 0.02, 0.02), 0.3),
            (x * s, 0.098 * s, 0.15 * s),
        )
    cap = mesh.ball((0.095 * s, 0.108 * s, 0.10 * s), around=12, rings=7)
    body.hang("head", cap, head_of_hair, (0, -0.022 * s, 0.175 * s))
    if noun == "woman":
        body.hang(
            "head",
            mesh.ball((0.09 * s, 0.05 * s, 0.16 * s), around=10, rings=7),
            head_of_hair,
            (0, -0.075 * s, 0.09 * s),
        )
    if hat:
        felt = Surface("cloth", PALETTE[str(rng.choice(["black", "brown", "white", "red"]))], side_m=0.4)
        body.hang("head", mesh.tube(0.17 * s, 0.17 * s, 0.015 * s, around=14), felt, (0, 0, 0.215 * s))
        body.hang("head", mesh.tube(0.105 * s, 0.095 * s, 0.10 * s, around=12), felt, (0, -0.01 * s, 0.22 * s))
    wears = f"{top} dress" if dress else f"{top} top"
    look = {"top": wears, "hair": f"{hair} hair"} | ({} if dress else {"legs": f"{legs} trousers"})
    if hat:
        look["hat"] = "a hat"
    at = {name: number for number, name in enumerate(body.names)}
    return Figure(
        kind="person", noun=noun, look=look, height=size, joints=tuple(body.joints), names=tuple(body.names),
        pieces=tuple(body.pieces), hangs_on=tuple(body.hangs_on),
        points={
            "top": (at["head"], (0, 0, 0.265 * s)), "eyes": (at["head"], (0, 0.1 * s, 0.15 * s)),
            "chin": (at["head"], (0, 0.08 * s, 0.02 * s)), "chest": (at["chest"], (0, 0, 0.25 * s)),
            "waist": (at["pelvis"], (0, 0, 0.1 * s)), "hips": (at["pelvis"], (0, 0, 0)),
            "left_knee": (at["left_knee"], (0, 0, 0)), "right_knee": (at["right_knee"], (0, 0, 0)),
            "left_foot": (at["left_foot"], (0, 0.05 * s, -0.05 * s)),
            "right_foot": (at["right_foot"], (0, 0.05 * s, -0.05 * s)),
            "left_shoulder": (at["left_arm"], (0, 0, 0)), "right_shoulder": (at["right_arm"], (0, 0, 0)),
            "left_hand": (at["left_hand"], (0, 0, -0.05 * s)), "right_hand": (at["right_hand"], (0, 0, -0.05 * s)),
            "middle": (at["pelvis"], (0, 0, 0)),
        },
    )  # fmt: skip


def animal(rng: np.random.Generator, *, noun: str | None = None) -> Figure:
    """A dog or a horse."""
    noun = noun or str(rng.choice(["dog", "horse"]))
    colour = str(rng.choice(["brown", "black", "white", "grey"]))
    coat = Surface("hide", PALETTE[colour], 0.04, side_m=0.5)
    dark = Surface("plain", (0.03, 0.03, 0.03), 0.2)
    s = {"dog": 0.62, "horse": 1.6}[noun] * float(rng.uniform(0.9, 1.1))
    leg, trunk = (0.52 * s, 0.62 * s)
    body = _Body([], [], [], [])
    body.joint("pelvis", None, (0, 0, leg + 0.14 * s))
    body.joint("neck", "pelvis", (0, 0.5 * trunk, 0.1 * s))
    body.joint("head", "neck", (0, 0.12 * s, 0.26 * s))
    body.joint("tail", "pelvis", (0, -0.55 * trunk, 0.08 * s))
    body.hang("pelvis", mesh.ball((0.15 * s, 0.62 * trunk, 0.18 * s), around=12, rings=8), coat)
    body.hang("neck", mesh.ball((0.075 * s, 0.12 * s, 0.2 * s), around=8, rings=6), coat, (0, 0.05 * s, 0.12 * s))
    body.hang("head", mesh.ball((0.075 * s, 0.17 * s, 0.085 * s), around=10, rings=6), coat, (0, 0.07 * s, 0))
    body.hang("head", mesh.ball(0.03 * s, around=6, rings=4), dark, (0, 0.23 * s, 0.0))
    for x in (-0.05, 0.05):
        body.hang(
            "head", mesh.ball((0.02 * s, 0.02 * s, 0.06 * s), around=6, rings=4), coat, (x * s, -0.04 * s, 0.09 * s)
        )
        body.hang("head", mesh.ball(0.012 * s, around=6, rings=4), dark, (x * s, 0.13 * s, 0.05 * s))
    body.hang("tail", mesh.tube(0.03 * s, 0.015 * s, 0.3 * s, around=6).turned(_over(-2.3)), coat)
    for name, x, y in (("front_left", -1, 1), ("front_right", 1, 1), ("back_left", -1, -1), ("back_right", 1, -1)):
        body.joint(name, "pelvis", (x * 0.09 * s, y * 0.42 * trunk, -0.06 * s))
        body.joint(f"{name}_knee", name, (0, 0, -0.5 * leg))
        body.hang(name, _limb(0.055 * s, 0.04 * s, 0.5 * leg), coat)
        body.hang(f"{name}_knee", _limb(0.038 * s, 0.034 * s, 0.5 * leg), coat)
    at = {name: number for number, name in enumerate(body.names)}
    return Figure(
        kind="animal", noun=noun, look={"coat": colour}, height=leg + 0.14 * s + 0.45 * s, joints=tuple(body.joints),
        names=tuple(body.names), pieces=tuple(body.pieces), hangs_on=tuple(body.hangs_on),
        points={
            "top": (at["head"], (0, 0, 0.12 * s)), "eyes": (at["head"], (0, 0.13 * s, 0.05 * s)),
            "middle": (at["pelvis"], (0, 0, 0)), "nose": (at["head"], (0, 0.25 * s, 0)),
            "rear": (at["tail"], (0, -0.2 * s, 0)), "chest": (at["neck"], (0, 0, 0)),
            "left_foot": (at["front_left_knee"], (0, 0, -0.5 * leg)),
            "right_foot": (at["back_right_knee"], (0, 0, -0.5 * leg)),
        },
    )  # fmt: skip


def _over(angle: float) -> Floats:
    turn: Floats = euler(np.array([[angle, 0.0, 0.0]]))[0]
    return turn


def car(rng: np.random.Generator) -> Figure:
    """A car with wheels that turn."""
    colour = str(rng.choice(["red", "blue", "white", "yellow", "black", "green"]))
    paint = Surface("plain", PALETTE[colour], 0.35)
    glass, rubber = Surface("plain", (0.05, 0.06, 0.08), 0.5), Surface("plain", (0.04, 0.04, 0.04), 0.05)
    body = _Body([], [], [], [])
    body.joint("frame", None, (0, 0, 0.32))
    body.hang("frame", mesh.box(1.7, 4.0, 0.55), paint)
    body.hang("frame", mesh.box(1.45, 1.9, 0.5), glass, (0, -0.25, 0.55))
    body.hang("frame", mesh.box(1.4, 1.7, 0.06), paint, (0, -0.25, 1.05))
    lamp = Surface("plain", (0.95, 0.93, 0.85), 0.3, 0.6)
    for x in (-0.6, 0.6):
        body.hang("frame", mesh.box(0.28, 0.06, 0.14), lamp, (x, 2.0, 0.28))
        body.hang("frame", mesh.box(0.28, 0.06, 0.12), Surface("plain", (0.6, 0.03, 0.03), 0.2, 0.3), (x, -2.0, 0.3))
    wheel = mesh.joined(
        [
            mesh.tube(0.32, 0.32, 0.2, around=12),
            mesh.box(0.5, 0.08, 0.02).moved((0, 0, 0.2)),
            mesh.box(0.5, 0.08, 0.02).moved((0, 0, -0.02)),
        ]
    )
    across = euler(np.array([[0.0, np.pi / 2, 0.0]]))[0]
    for name, x, y in (
        ("wheel_1", -0.9, 1.25),
        ("wheel_2", 0.7, 1.25),
        ("wheel_3", -0.9, -1.25),
        ("wheel_4", 0.7, -1.25),
    ):
        body.joint(name, "frame", (x, y, 0.0))
        body.hang(name, wheel.turned(across), rubber)
    return Figure(
        kind="vehicle", noun="car", look={"paint": colour}, height=1.43, joints=tuple(body.joints),
        names=tuple(body.names), pieces=tuple(body.pieces), hangs_on=tuple(body.hangs_on),
        points={
            "top": (0, (0, -0.25, 1.11)), "middle": (0, (0, 0, 0.3)), "nose": (0, (0, 2.0, 0.3)),
            "rear": (0, (0, -2.0, 0.3)), "left_foot": (0, (-0.85, 1.2, -0.32)), "right_foot": (0, (0.85, -1.2, -0.32)),
        },
    )  # fmt: skip


def thing(rng: np.random.Generator, *, noun: str | None = None, colour: str | None = None) -> Figure:
    """A ball, a crate, a lamp, a bottle or a stool."""
    noun = noun or str(rng.choice(["ball", "crate", "bottle", "lamp"]))
    colour = colour or str(rng.choice(["red", "orange", "yellow", "green", "blue", "purple", "white"]))
    paint = Surface("plain", PALETTE[colour], 0.15, side_m=0.5)
    if noun == "ball":
        solids, height, middle = [(mesh.ball(0.16, around=14, rings=10), paint)], 0.32, 0.16
        solids.append(
            (
                mesh.tube(0.163, 0.163, 0.05, around=16, caps=False).moved((0, 0, -0.025)),
                Surface("plain", (0.9, 0.9, 0.9)),
            )
        )
    elif noun == "crate":
        solids, height, middle = (
            [(mesh.box(0.5, 0.5, 0.45, per_m=2.0), Surface("planks", PALETTE[colour], side_m=0.5))],
            0.45,
            0.0,
        )
    elif noun == "bottle":
        glass = Surface("plain", PALETTE[colour], 0.5)
        solids, height, middle = (
            [
                (mesh.tube(0.05, 0.05, 0.2, around=10), glass),
                (mesh.tube(0.05, 0.018, 0.1, around=10).moved((0, 0, 0.2)), glass),
            ],
            0.3,
            0.0,
        )
    elif noun == "stool":
        solids, height, middle = (
            [(mesh.tube(0.19, 0.19, 0.06, around=12).moved((0, 0, 0.4)), Surface("planks", side_m=0.5))],
            0.46,
            0.0,
        )
        solids += [
            (mesh.tube(0.02, 0.02, 0.4, around=6).moved((x, y, 0)), Surface("plain", (0.1, 0.1, 0.1)))
            for x in (-0.13, 0.13)
            for y in (-0.13, 0.13)
        ]
    else:
        solids, height, middle = [(mesh.tube(0.12, 0.12, 0.03, around=10), Surface("plain", (0.1, 0.1, 0.1)))], 1.5, 0.0
        solids += [
            (mesh.tube(0.015, 0.015, 1.2, around=6), Surface("plain", (0.2, 0.2, 0.2))),
            (mesh.tube(0.22, 0.13, 0.3, around=12).moved((0, 0, 1.2)), Surface("cloth", PALETTE[colour], 0, 0.4)),
        ]
    return Figure(
        kind="object",
        noun=noun,
        look={"paint": colour},
        height=height,
        joints=(Joint(-1, (0, 0, middle)),),
        names=("body",),
        pieces=tuple(Piece(solid, surface) for solid, surface in solids),
        hangs_on=(0,) * len(solids),
        points={
            "top": (0, (0, 0, height - middle)),
            "middle": (0, (0, 0, height / 2 - middle)),
            "left_foot": (0, (0, 0, -middle)),
            "right_foot": (0, (0, 0, -middle)),
        },
    )


def made(kind: str, rng: np.random.Generator) -> Figure:
    """A figure of that kind or noun."""
    if kind in ("person", "man", "woman", "child"):
        return person(rng, noun=None if kind == "person" else kind)
    if kind in ("animal", "dog", "horse"):
        return animal(rng, noun=None if kind == "animal" else kind)
    if kind in ("vehicle", "car"):
        return car(rng)
    return thing(rng, noun=None if kind == "object" else kind)
