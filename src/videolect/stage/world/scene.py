"""What stands before the camera: a place, its light, and actors with where each of their pieces is in every frame.

World: metres, x east, y north, z up; the ground lies at z = 0. An actor's own frame has its origin on the ground
between its feet, and it faces north (y).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from videolect.stage.world.mesh import Mesh

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]
"""Red, green, blue; linear, 0..1."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What something is covered with."""

    paint: str = "plain"
    """One of ``textures.PAINTERS``."""
    tint: Colour = (1.0, 1.0, 1.0)
    gloss: float = 0.0
    glow: float = 0.0
    """Light of its own, times its colour."""
    side_m: float = 2.0
    """Metres of one texture's side, as its mesh is marked: for the choice of detail."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A solid and what covers it."""

    mesh: Mesh
    surface: Surface
    casts: bool = True
    """Whether it throws a shadow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happens in time: ``what`` is done by ``who``, half open in frames."""

    what: str
    who: tuple[str, ...]
    """Ids: who does it, then to or with whom."""
    start_frame: int
    end_frame: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A subject, and where it is in every frame."""

    id: str
    kind: str
    """``person``, or what it is called: ``dog``, ``car``, ``ball``."""
    look: Mapping[str, str]
    """By which it is told apart, in words: ``{"top": "red jacket", "legs": "dark trousers"}``."""
    pieces: tuple[Piece, ...]
    places: Floats
    """[frames, pieces, 4, 4]: each piece into the world."""
    marks: Mapping[str, Floats]
    """Points of the body by name, [frames, 3] in the world: ``top``, ``eyes``, ``chest``, ``hips``, ``knees``, ``feet``
    for people; ``top``, ``middle``, ``feet`` for all."""
    heading: Floats
    """[frames] radians, 0 north, growing to the west (counter-clockwise from above): where it faces."""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Lighting:
    """Sun or lamp, sky, and air."""

    towards: Colour = (0.5, -0.4, 0.75)
    """Direction to the key light; any length."""
    key: Colour = (1.9, 1.8, 1.6)
    sky: Colour = (0.45, 0.5, 0.6)
    ground: Colour = (0.2, 0.18, 0.15)
    lamps: tuple[tuple[float, ...], ...] = ()
    """Place, colour times strength at a metre, reach: 7 numbers each."""
    fog: Colour = (0.6, 0.7, 0.8)
    density: float = 0.0
    """Of the air per metre."""
    zenith: Colour = (0.12, 0.28, 0.62)
    horizon: Colour = (0.55, 0.68, 0.82)
    clouds: float = 0.4
    shadow_softness: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Solid:
    """A box along the axes in which no camera and no actor may be: low and high corner."""

    low: Colour
    high: Colour

    def holds(self, points: Floats, spare: float = 0.0) -> NDArray[np.bool_]:
        """Which of [n, 3] points lie inside, or nearer than ``spare``."""
        low, high = np.asarray(self.low) - spare, np.asarray(self.high) + spare
        inside: NDArray[np.bool_] = np.all((points >= low) & (points <= high), axis=1)
        return inside


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where it happens."""

    name: str
    """As people call it: ``street``, ``living room``."""
    indoors: bool
    pieces: tuple[Piece, ...]
    solids: tuple[Solid, ...]
    lighting: Lighting
    floor: tuple[float, float, float, float]
    """West, south, east, north edge of the floor on which actors may stand."""
    room: tuple[Colour, Colour]
    """Low and high corner of where a camera may be."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What is true of the place, for the label records: weather, time of day, surroundings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A place with its actors over some frames."""

    place: Place
    actors: tuple[Actor, ...]
    frames: int

    def actor(self, id: str) -> Actor:
        """By id; KeyError."""
        return {actor.id: actor for actor in self.actors}[id]
