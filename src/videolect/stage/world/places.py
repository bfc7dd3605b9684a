"""Places by name: outdoors and indoors, built from a seed; some are held back for benchmarks.

A place is furnished at several depths, so that a travelling camera shows parallax, and keeps its middle free for
actors and cameras.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.random import Generator

from videolect.errors import BadInput
from videolect.stage.world import mesh
from videolect.stage.world.mesh import Mesh
from videolect.stage.world.scene import Colour, Lighting, Piece, Place, Solid, Surface

Builder = Callable[["_Site"], None]


@lru_cache(maxsize=8)
def place(name: str, seed: int) -> Place:
    """The place of that name. The same seed builds the same, which is kept. BadInput lists the names."""
    if name not in PLACES:
        raise BadInput(f"The stage has no place {name!r}.", mend=f"Use one of {', '.join(sorted(PLACES))}.")
    site = _Site(np.random.default_rng([seed, 3, *name.encode()]))
    PLACES[name](site)
    return Place(
        name=name.replace("_", " "), indoors=site.indoors, pieces=tuple(site.pieces), solids=tuple(site.solids),
        lighting=site.lighting, floor=site.floor, room=site.room, facts=dict(site.facts),
    )  # fmt: skip


def with_block(place: Place, at: tuple[float, float], height: float) -> Place:
    """The same with a block of stone on its floor, as high as that, on which somebody can stand."""
    wide = 1.5
    low, high = (at[0] - wide / 2, at[1] - wide / 2, 0.0), (at[0] + wide / 2, at[1] + wide / 2, height)
    block = Piece(mesh.box(wide, wide, height, per_m=0.5).moved((at[0], at[1], 0.0)), Surface("concrete", side_m=2.0))
    return replace(place, pieces=(*place.pieces, block), solids=(*place.solids, Solid(low=low, high=high)))


@dataclass
class _Site:
    """A place while it is built."""

    rng: Generator
    pieces: list[Piece] = field(default_factory=list)
    solids: list[Solid] = field(default_factory=list)
    indoors: bool = False
    lighting: Lighting = field(default_factory=Lighting)
    floor: tuple[float, float, float, float] = (-4.0, 3.0, 4.0, 12.0)
    room: tuple[Colour, Colour] = ((-12.0, -12.0, 0.15), (12.0, 14.0, 40.0))
    facts: dict[str, object] = field(default_factory=dict)

    def add(
        self, solid: Mesh, surface: Surface, *, at: tuple[float, float, float] = (0, 0, 0), casts: bool = True
    ) -> None:
        """Something that one can walk through."""
        self.pieces.append(Piece(solid.moved(at), surface, casts))

    def stand(self, solid: Mesh, surface: Surface, *, at: tuple[float, float, float] = (0, 0, 0)) -> None:
        """Something in which nobody may be."""
        moved = solid.moved(at)
        self.pieces.append(Piece(moved, surface))
        low, high = moved.corners.min(0), moved.corners.max(0)
        self.solids.append(
            Solid(
                low=(float(low[0]), float(low[1]), float(low[2])), high=(float(high[0]), float(high[1]), float(high[2]))
            )
        )

    def tint(self, *choices: Colour, spread: float = 0.08) -> Colour:
        """One of these colours, a little off."""
        chosen = np.asarray(choices[self.rng.integers(len(choices))])
        made = np.clip(chosen * (1 + self.rng.uniform(-spread, spread, 3)), 0, 1)
        return (float(made[0]), float(made[1]), float(made[2]))

    def free(self, x: float, y: float, spare: float) -> bool:
        """Whether a thing there leaves the floor and what stands already alone."""
        west, south, east, north = self.floor
        if west - spare < x < east + spare and min(south, -8.0) - spare < y < north + spare:
            return False
        point = np.array([[x, y, 0.5]])
        return not any(bool(solid.holds(point, spare)[0]) for solid in self.solids)

    def scattered(self, count: int, west: float, south: float, east: float, north: float, spare: float) -> list[Colour]:
        """Up to so many places on the ground, apart from one another and from all that stands."""
        found: list[Colour] = []
        for _ in range(count * 12):
            x, y = float(self.rng.uniform(west, east)), float(self.rng.uniform(south, north))
            if self.free(x, y, spare) and all(np.hypot(x - a, y - b) > 2 * spare for a, b, _ in found):
                found.append((x, y, 0.0))
                if len(found) == count:
                    break
        return found


# ------------------------------------------------------------------------------------------------------------ furniture


def _ground(site: _Site, paint: str, *, tint: Colour = (1, 1, 1), hilly: float = 0.0, side_m: float = 4.0) -> None:
    cells = 28
    steps = np.linspace(-70, 70, cells + 1)
    x, y = np.meshgrid(steps, steps)
    away = np.clip((np.hypot(x, y - 6) - 18) / 30, 0, 1)
    rise = site.rng.random((cells + 1, cells + 1)) * hilly * away
    site.add(mesh.land(140, cells, rise, per_m=1 / side_m), Surface(paint, tint, side_m=side_m), casts=False)


def _tree(site: _Site, at: Colour, leaves: str = "leaves") -> None:
    rng = site.rng
    trunk = float(rng.uniform(1.4, 2.6))
    site.stand(mesh.tube(0.22, 0.15, trunk + 0.6, around=8), Surface("bark", side_m=1.0), at=at)
    tint = site.tint((1, 1, 1), (1.2, 1.0, 0.6), (0.8, 1.0, 0.8), spread=0.15)
    if rng.random() < 0.35:
        for step in range(3):
            wide = float(rng.uniform(1.2, 1.5)) * (1 - 0.26 * step)
            site.add(
                mesh.tube(wide, 0.05, 1.6, around=10), Surface(leaves, tint, side_m=1.5),
                at=(at[0], at[1], trunk * 0.7 + step * 0.95),
            )  # fmt: skip
        return
    for _ in range(3):
        wide = float(rng.uniform(0.9, 1.4))
        dx, dy, dz = (float(step) for step in rng.uniform(-0.6, 0.6, 3))
        site.add(
            mesh.ball((wide, wide, wide * 0.9), around=12, rings=7, per_turn=4), Surface(leaves, tint, side_m=1.5),
            at=(at[0] + dx, at[1] + dy, trunk + 1.1 + 0.6 * dz),
        )  # fmt: skip


def _house(site: _Site, at: Colour, paint: str, wide: float, deep: float, high: float, *, flat: bool) -> None:
    tint = site.tint((1, 1, 1), (1.0, 0.86, 0.7), (0.82, 0.9, 1.0), (0.95, 0.78, 0.72))
    site.stand(mesh.box(wide, deep, high, per_m=0.25), Surface(paint, tint, side_m=4.0), at=at)
    if flat:
        site.add(mesh.box(wide + 0.3, deep + 0.3, 0.3), Surface("concrete"), at=(at[0], at[1], high))
    else:
        site.add(
            mesh.roof(wide + 0.5, deep + 0.5, float(site.rng.uniform(1.4, 2.4))),
            Surface("brick", site.tint((0.85, 0.45, 0.38), (0.5, 0.5, 0.55))), at=(at[0], at[1], high),
        )  # fmt: skip


def _rock(site: _Site, at: Colour, size: float, paint: str = "rock") -> None:
    wide = size * site.rng.uniform(0.7, 1.3, 3)
    lump = mesh.ball((float(wide[0]), float(wide[1]), float(wide[2]) * 0.8), around=9, rings=6, per_turn=3)
    site.stand(lump, Surface(paint, site.tint((1, 1, 1)), side_m=1.5), at=(at[0], at[1], float(wide[2]) * 0.3))


def _lamp_post(site: _Site, at: Colour) -> None:
    site.stand(mesh.tube(0.07, 0.05, 3.6, around=7), Surface("plain", (0.12, 0.13, 0.14), 0.2), at=at)
    site.add(mesh.ball(0.2, around=9, rings=6), Surface("plain", (0.95, 0.92, 0.8), 0.3), at=(at[0], at[1], 3.7))


def _bench(site: _Site, at: Colour) -> None:
    wood = Surface("planks", side_m=1.0)
    site.stand(mesh.box(1.6, 0.45, 0.08, per_m=1.0), wood, at=(at[0], at[1], 0.4))
    site.add(mesh.box(1.6, 0.06, 0.4, per_m=1.0), wood, at=(at[0], at[1] + 0.2, 0.5))
    for side in (-0.7, 0.7):
        site.add(mesh.box(0.08, 0.4, 0.4), Surface("plain", (0.15, 0.15, 0.16)), at=(at[0] + side, at[1], 0))


def _sun(site: _Site, *, low: bool = False, cloudy: bool = False) -> None:
    turn, rise = site.rng.uniform(0, 2 * np.pi), site.rng.uniform(0.14, 0.24) if low else site.rng.uniform(0.8, 1.1)
    towards = (float(np.cos(turn) * np.cos(rise)), float(np.sin(turn) * np.cos(rise)), float(np.sin(rise)))
    if cloudy:
        site.lighting = Lighting(
            towards=towards, key=(0.35, 0.36, 0.38), sky=(0.78, 0.82, 0.88), ground=(0.3, 0.29, 0.27),
            zenith=(0.50, 0.55, 0.62), horizon=(0.70, 0.73, 0.77), clouds=1.0, fog=(0.66, 0.69, 0.73), density=0.004,
            shadow_softness=3,
        )  # fmt: skip
        site.facts["sky"] = "overcast"
    elif low:
        site.lighting = Lighting(
            towards=towards, key=(2.1, 1.45, 0.85), sky=(0.34, 0.36, 0.46), ground=(0.2, 0.15, 0.11),
            zenith=(0.20, 0.30, 0.55), horizon=(0.92, 0.62, 0.38), clouds=0.5, fog=(0.75, 0.6, 0.5), density=0.003,
        )  # fmt: skip
        site.facts["sky"] = "low_sun"
    else:
        site.lighting = Lighting(towards=towards, density=0.002)
        site.facts["sky"] = "clear"


# --------------------------------------------------------------------------------------------------------------- places


def _meadow(site: _Site) -> None:
    site.facts |= {"says": "a meadow with scattered trees", "nature": True}
    _sun(site, cloudy=site.rng.random() < 0.2)
    _ground(site, "grass", hilly=9.0)
    for at in site.scattered(22, -26, -24, 26, 46, 2.0):
        _tree(site, at)
    for at in site.scattered(7, -14, -10, 14, 26, 1.2):
        _rock(site, at, 0.5)


def _street(site: _Site) -> None:
    site.facts |= {"says": "a street between houses", "nature": False}
    site.floor = (-3.4, 3.0, 3.4, 14.0)
    _sun(site)
    _ground(site, "asphalt", side_m=3.0)
    for side in (-1, 1):
        site.add(
            mesh.box(2.2, 110, 0.12, per_m=0.33), Surface("concrete", side_m=3.0), at=(side * 5.4, 15, 0), casts=False
        )
        y = -26.0
        while y < 52:
            wide = float(site.rng.uniform(6, 10))
            paint = str(site.rng.choice(["facade", "brick", "plaster"]))
            deep = float(site.rng.uniform(6, 9))
            high = float(site.rng.uniform(5, 12))
            flat = bool(site.rng.random() < 0.5)
            _house(site, (side * (7.2 + deep / 2), y + wide / 2, 0), paint, deep, wide, high, flat=flat)
            y += wide + float(site.rng.uniform(0.0, 1.5))
        for y in np.arange(-20, 46, 9.0):
            (_lamp_post if site.rng.random() < 0.5 else _tree)(
                site, (side * 5.9, float(y + site.rng.uniform(-1, 1)), 0.0)
            )


def _desert(site: _Site) -> None:
    site.facts |= {"says": "a desert with rocks", "nature": True}
    _sun(site, low=site.rng.random() < 0.4)
    _ground(site, "sand", hilly=5.0)
    for at in site.scattered(26, -26, -24, 26, 46, 1.6):
        _rock(site, at, float(site.rng.uniform(0.4, 2.2)))


def _snowfield(site: _Site) -> None:
    site.facts |= {"says": "a snow-covered field with firs", "nature": True}
    _sun(site, cloudy=site.rng.random() < 0.5)
    _ground(site, "snow", hilly=8.0)
    for at in site.scattered(20, -24, -22, 24, 44, 1.8):
        _tree(site, at)
    for at in site.scattered(6, -13, -9, 13, 24, 1.2):
        _rock(site, at, 0.6)


def _square(site: _Site) -> None:
    site.facts |= {"says": "a town square", "nature": False}
    site.floor = (-5.0, 3.0, 5.0, 13.0)
    _sun(site, low=site.rng.random() < 0.3)
    _ground(site, "tiles", side_m=3.0, tint=(0.8, 0.78, 0.74))
    for turn in np.linspace(0, 2 * np.pi, 13)[:-1]:
        far = float(site.rng.uniform(24, 28))
        at = (far * float(np.sin(turn)), 6 + far * float(np.cos(turn)), 0.0)
        paint = str(site.rng.choice(["facade", "brick", "plaster"]))
        _house(site, at, paint, 9.0, 9.0, float(site.rng.uniform(6, 13)), flat=bool(site.rng.random() < 0.5))
    for at in site.scattered(5, -13, -9, 13, 20, 1.5):
        _tree(site, at)
    for at in site.scattered(4, -11, -8, 11, 18, 1.5):
        (_bench if site.rng.random() < 0.6 else _lamp_post)(site, at)


def _walls(site: _Site, wide: float, deep: float, high: float, wall: str, floor: str) -> None:
    """A room whose south wall stands at y = -deep / 4."""
    south = -deep / 4
    west, north = -wide / 2, south + deep
    site.indoors = True
    site.floor = (west + 1.2, 1.6, wide / 2 - 1.2, north - 1.0)
    site.room = ((west + 0.35, south + 0.35, 0.15), (wide / 2 - 0.35, north - 0.35, high - 0.3))
    tint = site.tint((1, 1, 1), (0.95, 0.85, 0.7), (0.75, 0.85, 0.95), (0.8, 0.9, 0.75))
    paper = Surface(wall, tint, side_m=2.5)
    site.add(
        mesh.sheet((west, south, 0), (wide, 0, 0), (0, deep, 0), per_m=0.4, cells=8), Surface(floor, side_m=2.5),
        casts=False,
    )  # fmt: skip
    site.add(
        mesh.sheet((west, south, high), (0, deep, 0), (wide, 0, 0), per_m=0.4, cells=6),
        Surface("plaster", (0.95, 0.95, 0.93), side_m=2.5), casts=False,
    )  # fmt: skip
    # Their fronts look inwards. What lies behind a wall casts no shadow through it.
    for corner, along in (
        ((west, north, 0), (wide, 0, 0)), ((wide / 2, south, 0), (-wide, 0, 0)),
        ((west, south, 0), (0, deep, 0)), ((wide / 2, north, 0), (0, -deep, 0)),
    ):  # fmt: skip
        site.add(mesh.sheet(corner, along, (0, 0, high), per_m=0.4, cells=4), paper, casts=False)
    site.lighting = Lighting(
        towards=(float(site.rng.uniform(-0.5, 0.5)), float(site.rng.uniform(-0.6, 0.1)), 1.0), key=(0.95, 0.88, 0.76),
        sky=(0.40, 0.39, 0.37), ground=(0.24, 0.22, 0.20), lamps=((0.0, 2.0, high - 0.5, 2.6, 2.3, 1.8, 12.0),),
        zenith=(0.05, 0.05, 0.05), horizon=(0.05, 0.05, 0.05), clouds=0.0, shadow_softness=2,
    )  # fmt: skip
    for x in (-wide / 4, wide / 4):
        site.add(
            mesh.sheet((x - 0.6, north - 0.02, 1.2), (1.2, 0, 0), (0, 0, 0.9), per_m=0.8),
            Surface(str(site.rng.choice(["carpet", "facade", "rock", "leaves"])), site.tint((1, 1, 1)), side_m=1.2),
            casts=False,
        )  # fmt: skip


def _shelf(site: _Site, at: Colour) -> None:
    wood = Surface("planks", side_m=1.0)
    site.stand(mesh.box(1.2, 0.35, 2.0, per_m=1.0), wood, at=at)
    for level in (0.35, 0.85, 1.35):
        for _ in range(4):
            x = float(site.rng.uniform(-0.5, 0.5))
            tint = site.tint((0.8, 0.25, 0.2), (0.2, 0.35, 0.7), (0.85, 0.75, 0.3), (0.3, 0.6, 0.4), spread=0.2)
            thick, high = float(site.rng.uniform(0.05, 0.12)), float(site.rng.uniform(0.2, 0.34))
            site.add(mesh.box(thick, 0.1, high), Surface("cloth", tint), at=(at[0] + x, at[1] - 0.2, level))


def _table(site: _Site, at: Colour) -> None:
    wood = Surface("planks", site.tint((1, 1, 1), (0.7, 0.5, 0.4)), side_m=1.0)
    site.stand(mesh.box(1.5, 0.8, 0.06, per_m=1.0), wood, at=(at[0], at[1], 0.7))
    for x in (-0.65, 0.65):
        for y in (-0.3, 0.3):
            site.add(mesh.box(0.07, 0.07, 0.7), wood, at=(at[0] + x, at[1] + y, 0))


def _plant(site: _Site, at: Colour) -> None:
    site.stand(mesh.tube(0.18, 0.24, 0.4), Surface("plain", (0.7, 0.36, 0.24)), at=at)
    for _ in range(4):
        dx, dy = (float(step) for step in site.rng.uniform(-0.18, 0.18, 2))
        site.add(
            mesh.ball((0.2, 0.2, 0.34), around=8, rings=6), Surface("leaves", side_m=1.0),
            at=(at[0] + dx, at[1] + dy, 0.4 + float(site.rng.uniform(0.2, 0.5))),
        )  # fmt: skip


def _furnished(site: _Site, count: int) -> None:
    """Along the walls and in corners."""
    (west, _south, _), (east, north, _) = site.room
    spots = [(x, north - 0.15) for x in np.arange(west + 0.8, east - 0.6, 1.7)]
    spots += [(side, y) for side in (west + 0.3, east - 0.3) for y in np.arange(0.8, north - 1.2, 1.9)]
    for number in site.rng.permutation(len(spots))[:count]:
        x, y = (float(at) for at in spots[number])
        made = (_shelf, _table, _plant, _plant)[site.rng.integers(4)] if y > north - 0.5 else _plant
        made(site, (x, y, 0.0))


def _living_room(site: _Site) -> None:
    site.facts |= {"says": "a living room"}
    _walls(site, 9.0, 11.0, 3.2, "plaster", "planks")
    site.add(
        mesh.sheet((-1.6, 3.0, 0.012), (3.2, 0, 0), (0, 2.4, 0), per_m=0.6), Surface("carpet", side_m=1.6), casts=False
    )
    _furnished(site, 9)


def _hall(site: _Site) -> None:
    site.facts |= {"says": "a long hall with pillars"}
    _walls(site, 12.0, 26.0, 5.5, "concrete", "tiles")
    for y in np.arange(0.0, 19, 4.0):
        for x in (-4.4, 4.4):
            site.stand(mesh.tube(0.3, 0.3, 5.5), Surface("plaster", side_m=2.0), at=(x, float(y), 0))


def _workshop(site: _Site) -> None:
    site.facts |= {"says": "a workshop with crates"}
    _walls(site, 11.0, 13.0, 4.0, "brick", "concrete")
    _furnished(site, 5)
    (west, _, _), (east, north, _) = site.room
    for _ in range(9):
        size = float(site.rng.uniform(0.4, 0.9))
        side = west + 0.6 if site.rng.random() < 0.5 else east - 0.6
        site.stand(
            mesh.box(size, size, size, per_m=1.0), Surface("planks", site.tint((1, 1, 1)), side_m=1.0),
            at=(side, float(site.rng.uniform(1.5, north - 0.8)), 0),
        )  # fmt: skip


def _courtyard(site: _Site) -> None:
    site.facts |= {"says": "a cobbled courtyard", "nature": False}
    site.floor = (-4.0, 3.0, 4.0, 11.0)
    _sun(site, cloudy=site.rng.random() < 0.3)
    _ground(site, "cobbles", side_m=2.0)
    for x, y, wide, deep in ((-12, 8, 6, 30), (12, 8, 6, 30), (0, 24, 18, 7), (0, -18, 18, 6)):
        _house(site, (float(x), float(y), 0), "slats", wide, deep, float(site.rng.uniform(5, 9)), flat=True)
    for at in site.scattered(6, -8, -9, 8, 18, 1.0):
        (_plant, _bench, _tree)[site.rng.integers(3)](site, at)


def _marsh(site: _Site) -> None:
    site.facts |= {"says": "a mossy plain with boulders", "nature": True}
    _sun(site, cloudy=True)
    _ground(site, "moss", hilly=6.0)
    for at in site.scattered(22, -24, -22, 24, 44, 1.5):
        _rock(site, at, float(site.rng.uniform(0.4, 1.7)), "moss")
    for at in site.scattered(9, -20, -16, 20, 40, 1.6):
        _tree(site, at, "moss")


def _study(site: _Site) -> None:
    site.facts |= {"says": "a papered study"}
    _walls(site, 8.5, 10.5, 3.1, "wallpaper", "hatched")
    _furnished(site, 10)


PLACES: Mapping[str, Builder] = {
    "meadow": _meadow, "street": _street, "desert": _desert, "snowfield": _snowfield, "square": _square,
    "living_room": _living_room, "hall": _hall, "workshop": _workshop, "courtyard": _courtyard, "marsh": _marsh,
    "study": _study,
}  # fmt: skip
"""Every place by name."""

HELD_BACK = frozenset({"courtyard", "marsh", "study"})
"""Only in benchmarks, as are the surfaces that they show."""
