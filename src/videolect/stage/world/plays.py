"""Little plays: who is there and what they do. Each is a function of a ``Floor`` and answers with its actors.

The first actor is the one that the play is about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from videolect.stage.world import figures
from videolect.stage.world.acting import Performance, carried
from videolect.stage.world.figures import Figure
from videolect.stage.world.scene import Actor, Event


@dataclass
class Floor:
    """Where and for how long a play runs. Frames here are those of life."""

    rng: Generator
    frames: int
    fps: float
    at: tuple[float, float]
    """Where the play happens."""
    facing: float
    """Radians: where its main actor looks when it begins."""
    kind: str = "person"
    """Of the main actor."""
    room: float = 3.0
    """Metres to all sides that are free."""
    used: list[Figure] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long."""
        return self.frames / self.fps

    def figure(self, kind: str) -> Figure:
        """One that looks like no other here."""
        made = figures.made(kind, self.rng)
        for _ in range(40):
            if all(_first(made) != _first(other) for other in self.used):
                break
            made = figures.made(kind, self.rng)
        self.used.append(made)
        return made

    def enter(
        self, kind: str, id: str, *, at: tuple[float, float] = (0.0, 0.0), turn: float = 0.0
    ) -> Performance:  # fmt: skip
        """A body at a place to the right of and before the play's own, as its main actor looks; turned so."""
        return self.perform(self.figure(kind), id, at=at, turn=turn)

    def perform(
        self, figure: Figure, id: str, *, at: tuple[float, float] = (0.0, 0.0), turn: float = 0.0
    ) -> Performance:  # fmt: skip
        """The same with a figure that is there."""
        return Performance(
            figure, id, self.frames, self.fps, at=self.there(*at), heading=self.facing + turn,
            phase=float(self.rng.uniform(0, 6)),
        )  # fmt: skip

    def there(self, right: float, ahead: float) -> tuple[float, float]:
        """A place in the world."""
        s, c = math.sin(self.facing), math.cos(self.facing)
        return self.at[0] + right * c - ahead * s, self.at[1] + right * s + ahead * c


Play = Callable[[Floor], list[Actor]]


def _first(figure: Figure) -> str:
    return next(iter(figure.look.values())).split(" ", maxsplit=1)[0]


def _stand(floor: Floor) -> list[Actor]:
    return [floor.enter(floor.kind, "a").stand().finish()]


def _pace(floor: Floor, kind: str, way: float, runs: bool) -> float:
    """So that the way takes about the whole clip, if that is a possible pace."""
    low, high = {"vehicle": (3.0, 9.0), "car": (3.0, 9.0)}.get(kind, (2.4, 4.2) if runs else (0.8, 1.7))
    return float(np.clip(way / (0.98 * floor.seconds), low, high))


def _go(floor: Floor, performance: Performance, to: tuple[float, float], *, runs: bool = False) -> Performance:
    start = performance.place[performance.now - 1 if performance.now else 0, :2]
    way = math.hypot(to[0] - start[0], to[1] - start[1])
    speed = _pace(floor, performance.figure.kind, way, runs)
    if performance.figure.kind == "vehicle":
        return performance.drive(to, speed=speed)
    if performance.figure.kind == "object":
        return performance.roll(to, speed=max(0.6, way / (0.95 * floor.seconds)))
    return performance.run(to, speed=speed) if runs else performance.walk(to, speed=speed)


def _reach(floor: Floor, runs: bool = False) -> float:
    """Half the way that fills the clip, as far as the room allows."""
    top = {"vehicle": 6.0, "car": 6.0, "object": 1.4, "ball": 1.4}.get(floor.kind, 3.2 if runs else 1.35)
    return min(floor.room, 0.5 * top * floor.seconds)


def _ahead(floor: Floor, *, runs: bool = False) -> list[Actor]:
    """Straight on, through the play's place in the middle of the time."""
    reach = _reach(floor, runs)
    main = floor.enter(floor.kind, "a", at=(0.0, -reach))
    return [_go(floor, main, floor.there(0.0, reach), runs=runs).finish()]


def _walk(floor: Floor) -> list[Actor]:
    return _ahead(floor)


def _run(floor: Floor) -> list[Actor]:
    return _ahead(floor, runs=True)


def _turn_around(floor: Floor) -> list[Actor]:
    main = floor.enter(floor.kind, "a").stand(0.25 * floor.seconds)
    return [main.turn(math.pi * (1 if floor.rng.random() < 0.5 else -1) * 0.98).finish()]


def _jump(floor: Floor) -> list[Actor]:
    return [floor.enter("person", "a").stand(0.3 * floor.seconds).jump().finish()]


def _sit_down(floor: Floor) -> list[Actor]:
    main = floor.enter("person", "a")
    stool = Performance(floor.figure("stool"), "stool", floor.frames, floor.fps, at=main.seat())
    return [main.stand(0.3 * floor.seconds).sit_down().finish(), stool.finish()]


def _stand_up(floor: Floor) -> list[Actor]:
    main = floor.enter("person", "a")
    stool = Performance(floor.figure("stool"), "stool", floor.frames, floor.fps, at=main.seat())
    # It has sat since before the clip began.
    seated = Performance(
        main.figure, "a", floor.frames + round(1.0 * floor.fps), floor.fps, at=floor.at, heading=floor.facing
    )
    whole = seated.sit_down().stand(0.1 + 0.35 * floor.seconds).stand_up().finish()
    return [later(whole, round(1.0 * floor.fps)), stool.finish()]


def _wave(floor: Floor) -> list[Actor]:
    return [floor.enter("person", "a").stand(0.2 * floor.seconds).wave(min(2.2, 0.6 * floor.seconds)).finish()]


def _pick_up(floor: Floor) -> list[Actor]:
    main = floor.enter("person", "a").stand(0.2 * floor.seconds)
    ball = floor.figure("ball")
    lying = floor.perform(ball, "b", at=(0.22 * main.figure.height / 1.75, 0.42 * main.figure.height / 1.75))
    taken = main.reach_down("pick_up", "b")
    return [main.finish(), carried(lying, ball, "b", [(taken, main, "right_hand")])]


def _put_down(floor: Floor) -> list[Actor]:
    whole = Floor(
        floor.rng, floor.frames + round(1.7 * floor.fps), floor.fps, floor.at, floor.facing, "person", floor.room,
        floor.used,
    )  # fmt: skip
    main = whole.enter("person", "a")
    ball = whole.figure("ball")
    lying = whole.perform(ball, "b", at=(0.22 * main.figure.height / 1.75, 0.42 * main.figure.height / 1.75))
    taken = main.reach_down("pick_up", "b")
    main.stand(0.25 * floor.seconds)
    left = main.reach_down("put_down", "b")
    cut = round(1.7 * floor.fps)
    held = carried(lying, ball, "b", [(taken, main, "right_hand"), (left, main, None)])
    return [later(main.finish(), cut), later(held, cut)]


def _hand_over(floor: Floor) -> list[Actor]:
    whole = Floor(
        floor.rng, floor.frames + round(1.7 * floor.fps), floor.fps, floor.at, floor.facing, "person", floor.room,
        floor.used,
    )  # fmt: skip
    giver = whole.enter("person", "a", at=(-0.15, -0.45))
    taker = whole.enter("person", "c", at=(0.25, 0.55), turn=math.pi)
    ball = whole.figure("ball")
    lying = whole.perform(ball, "b", at=(0.05, -0.05))
    taken = giver.reach_down("pick_up", "b")
    giver.stand(0.2 * floor.seconds)
    taker.stand(1.7 + 0.2 * floor.seconds)
    change = giver.hold_out("hand_over", ("c", "b"), after=False)
    taker.hold_out(None, (), after=True)
    held = carried(lying, ball, "b", [(taken, giver, "right_hand"), (change, taker, "right_hand")])
    cut = round(1.7 * floor.fps)
    return [later(giver.finish(), cut), later(taker.finish(), cut), later(held, cut)]


def _collide(floor: Floor) -> list[Actor]:
    reach = min(floor.room, 0.4 * floor.seconds * 1.3)
    one = floor.enter("person", "a", at=(0.0, -reach))
    other = floor.enter("person", "c", at=(0.0, reach), turn=math.pi)
    one.walk(floor.there(0.0, -0.24), speed=1.4).rebound("c", tells=True)
    other.walk(floor.there(0.0, 0.24), speed=1.4).rebound("a", tells=False)
    return [one.finish(), other.finish()]


def _gather(floor: Floor) -> list[Actor]:
    out = []
    count = 4
    for number in range(count):
        turn = 2 * math.pi * (number + 0.5) / count + float(floor.rng.uniform(-0.3, 0.3))
        far = min(floor.room, 0.75 * floor.seconds * 1.3)
        start = (far * math.cos(turn), far * math.sin(turn))
        body = floor.enter("person", "aceg"[number], at=start)
        body.walk(floor.there(0.55 * math.cos(turn), 0.55 * math.sin(turn)), speed=1.3)
        out.append(body.finish())
    ends = [actor.events[0].end_frame for actor in out]
    told = Event(what="gather", who=tuple(actor.id for actor in out), start_frame=0, end_frame=max(ends))
    return [_with(out[0], told), *out[1:]]


def _follow(floor: Floor) -> list[Actor]:
    reach = _reach(floor)
    first = floor.enter("person", "a", at=(0.0, -reach + 0.8))
    second = floor.enter("dog" if floor.rng.random() < 0.4 else "person", "c", at=(0.15, -reach - 0.8))
    speed = _pace(floor, "person", 2 * reach, False)
    first.walk(floor.there(0.0, reach + 0.8), speed=speed)
    second.walk(floor.there(0.15, reach - 0.8), speed=speed)
    made, behind = first.finish(), second.finish()
    end = min(made.events[0].end_frame, behind.events[0].end_frame)
    return [made, _with(behind, Event(what="follow", who=("c", "a"), start_frame=0, end_frame=end))]


def _pair(floor: Floor) -> list[Actor]:
    one = floor.enter("person", "a", at=(-0.45, 0.0), turn=-0.5).stand().finish()
    return [one, floor.enter("person", "c", at=(0.45, 0.0), turn=0.5).stand().finish()]


def _apart(floor: Floor) -> list[Actor]:
    """Two far from one another, so that a picture holds one or the other."""
    side = 1 if floor.rng.random() < 0.5 else -1
    far = min(3.4, floor.room - 0.2) * side
    one = floor.enter("person", "a", at=(far, 0.0), turn=float(floor.rng.uniform(-0.2, 0.2))).stand().finish()
    other = floor.enter("person", "c", at=(-far, 0.0), turn=float(floor.rng.uniform(-0.2, 0.2))).stand().finish()
    return [one, other]


def _group(floor: Floor) -> list[Actor]:
    out = []
    for number in range(5):
        turn = float(floor.rng.uniform(-0.6, 0.6))
        x, y = (number - 2) * 0.85, float(floor.rng.uniform(-0.5, 0.5))
        out.append(floor.enter("person", "aceik"[number], at=(x, y), turn=turn).stand().finish())
    return out


def _walk_group(floor: Floor) -> list[Actor]:
    reach = _reach(floor)
    out = []
    for number in range(4):
        x, back = (number - 1.5) * 0.9, float(floor.rng.uniform(-0.5, 0.5))
        body = floor.enter("person", "acei"[number], at=(x, -reach + back))
        out.append(_go(floor, body, floor.there(x, reach + back)).finish())
    return out


def _near_and_far(floor: Floor) -> list[Actor]:
    """One who faces the camera, and a second well behind to the side: two things that can be sharp."""
    one = floor.enter("person", "a").stand().finish()
    side = 1 if floor.rng.random() < 0.5 else -1
    far = float(floor.rng.uniform(4.5, 6.5))
    return [
        one,
        floor.enter("person", "c", at=(1.1 * side, -far), turn=float(floor.rng.uniform(-0.4, 0.4))).stand().finish(),
    ]


def _nobody(floor: Floor) -> list[Actor]:
    return []


PLAYS: Mapping[str, Play] = {
    "nobody": _nobody, "stand": _stand, "walk": _walk, "run": _run, "turn_around": _turn_around, "jump": _jump,
    "sit_down": _sit_down, "stand_up": _stand_up, "wave": _wave, "pick_up": _pick_up, "put_down": _put_down,
    "hand_over": _hand_over, "collide": _collide, "gather": _gather, "follow": _follow, "pair": _pair,
    "group": _group, "walk_group": _walk_group, "near_and_far": _near_and_far,
    "apart": _apart,
}  # fmt: skip
"""Every play by name."""

ALONE = ("stand", "walk", "run", "turn_around", "jump", "sit_down", "stand_up", "wave", "pick_up", "put_down")
"""Those about one person, perhaps with a thing."""


def _with(actor: Actor, event: Event) -> Actor:
    return Actor(
        id=actor.id, kind=actor.kind, look=actor.look, pieces=actor.pieces, places=actor.places, marks=actor.marks,
        heading=actor.heading, events=(*actor.events, event),
    )  # fmt: skip


def later(actor: Actor, by: int) -> Actor:
    """The same without its first frames; what ended in them is gone."""
    return retimed(actor, np.arange(by, len(actor.heading)))


def lifted(actor: Actor, by: float) -> Actor:
    """The same, higher by so many metres."""
    places = actor.places.copy()
    places[..., 2, 3] += by
    return replace(
        actor, places=places, marks={name: points + np.array([0.0, 0.0, by]) for name, points in actor.marks.items()}
    )


_BACKWARDS = {"sit_down": "stand_up", "stand_up": "sit_down", "pick_up": "put_down", "put_down": "pick_up"}


def retimed(actor: Actor, frames: np.ndarray) -> Actor:
    """The actor at other times: these of its frames, in this order. Backwards, sitting down is standing up."""
    back = len(frames) > 1 and frames[-1] < frames[0]
    events = []
    for event in actor.events:
        inside = np.flatnonzero((frames >= event.start_frame) & (frames < event.end_frame))
        if len(inside):
            what = _BACKWARDS.get(event.what, event.what) if back else event.what
            events.append(Event(what=what, who=event.who, start_frame=int(inside[0]), end_frame=int(inside[-1]) + 1))
    return Actor(
        id=actor.id, kind=actor.kind, look=actor.look, pieces=actor.pieces, places=actor.places[frames],
        marks={name: places[frames] for name, places in actor.marks.items()}, heading=actor.heading[frames],
        events=tuple(sorted(events, key=lambda event: event.start_frame)),
    )  # fmt: skip
