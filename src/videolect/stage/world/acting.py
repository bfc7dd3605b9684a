"""What a body does, step after step: walking, turning, sitting down, picking up. The steps write joints, places and
events, frame by frame.

Feet stay on the ground: after each pose the body is lifted or sunk until its lowest foot touches it. Speeds in metres,
times in seconds; a step that would go on past the clip is cut off, and its event too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from videolect.stage.world.figures import Figure, root_of
from videolect.stage.world.scene import Actor, Event

Floats = NDArray[np.float64]

_TURN_S = 0.35
"""Time in which a walker takes up a new direction."""


class Performance:
    """One body's way through a clip. Steps are added one after another; ``finish`` makes the actor."""

    def __init__(
        self, figure: Figure, id: str, frames: int, fps: float, *, at: tuple[float, float], heading: float = 0.0,
        phase: float = 0.0,
    ) -> None:  # fmt: skip
        """``at``: east and north. ``heading``: radians, 0 north, growing to the west. ``phase``: of its gait."""
        self.figure, self.id, self.frames, self.fps = figure, id, frames, fps
        self.now = 0
        self.place = np.zeros((frames, 3))
        self.place[:, :2] = at
        self.heading = np.full(frames, float(heading))
        self.angles = np.zeros((frames, len(figure.joints), 3))
        self.lift = np.zeros(frames)
        self.events: list[Event] = []
        self.phase = phase
        self.pose = np.zeros((len(figure.joints), 3))
        """Where the joints rest between steps."""
        self._made: Actor | None = None

    # -- steps

    def stand(self, seconds: float | None = None) -> Performance:
        """Keep still, but for breathing. None: until the end."""
        span = self._span(seconds)
        t = np.arange(len(span)) / self.fps
        self.angles[span] = self.pose
        if self.figure.kind == "person":
            self._joint(span, "chest", 0, 0.012 * np.sin(2 * np.pi * 0.3 * t + self.phase))
        return self._done(span, "stand")

    def walk(self, to: tuple[float, float], *, speed: float = 1.35) -> Performance:
        """Go straight to a place."""
        return self._go(to, speed, "walk")

    def run(self, to: tuple[float, float], *, speed: float = 3.4) -> Performance:
        """The same at a run."""
        return self._go(to, speed, "run")

    def drive(self, to: tuple[float, float], *, speed: float = 5.0) -> Performance:
        """On wheels."""
        return self._go(to, speed, "drive")

    def roll(self, to: tuple[float, float], *, speed: float = 1.6) -> Performance:
        """As a ball, which slows down."""
        return self._go(to, speed, "roll")

    def turn(self, by: float, *, seconds: float | None = None) -> Performance:
        """On the spot; ``by`` radians, to the left where positive."""
        span = self._span(seconds or 0.3 + 0.35 * abs(by))
        ease = _eased(len(span))
        self.heading[span] = self._heading() + by * ease
        steps = np.sin(np.linspace(0, 2 * np.pi * max(1, round(abs(by) / 0.7)), len(span)))
        self.angles[span] = self.pose
        if self.figure.kind == "person":
            self._joint(span, "left_leg", 0, 0.22 * np.maximum(steps, 0))
            self._joint(span, "left_knee", 0, -0.5 * np.maximum(steps, 0))
            self._joint(span, "right_leg", 0, 0.22 * np.maximum(-steps, 0))
            self._joint(span, "right_knee", 0, -0.5 * np.maximum(-steps, 0))
        what = "turn_around" if abs(by) > 2.4 else "turn_left" if by > 0 else "turn_right"
        return self._done(span, what)

    def jump(self, *, height: float = 0.35) -> Performance:
        """Crouch, leap, land."""
        crouch, air = 0.32, 2 * math.sqrt(2 * height / 9.81)
        span = self._span(2 * crouch + air)
        t = np.arange(len(span)) / self.fps
        bend = np.where(t < crouch, np.sin(np.pi * t / crouch), 0)
        bend = bend + np.where(t > crouch + air, np.sin(np.pi * np.minimum(1, (t - crouch - air) / crouch)), 0)
        flight = np.clip((t - crouch) / air, 0, 1)
        self.lift[span] = 4 * height * flight * (1 - flight)
        self.angles[span] = self.pose
        for side in ("left", "right"):
            self._joint(span, f"{side}_leg", 0, 0.9 * bend)
            self._joint(span, f"{side}_knee", 0, -1.6 * bend)
            self._joint(span, f"{side}_arm", 0, -0.5 * bend + 2.4 * np.sin(np.pi * flight))
        self._joint(span, "chest", 0, -0.4 * bend)
        return self._done(span, "jump")

    def sit_down(self) -> Performance:
        """On something as high as its knees, which stands behind it (``seat``)."""
        return self._to_pose(self._sitting(), 0.9, "sit_down", back=0.42 * self.figure.height / 1.75)

    def stand_up(self) -> Performance:
        """From there."""
        return self._to_pose(np.zeros_like(self.pose), 0.9, "stand_up", back=-0.42 * self.figure.height / 1.75)

    def seat(self) -> tuple[float, float]:
        """Where a stool has to stand for it to sit down now."""
        x, y, _ = self._place()
        back = 0.42 * self.figure.height / 1.75
        return float(x + back * math.sin(self._heading())), float(y - back * math.cos(self._heading()))

    def wave(self, seconds: float = 1.8) -> Performance:
        """With the right hand above the head."""
        span = self._span(seconds)
        t = np.arange(len(span)) / self.fps
        up = _eased_in_out(t, seconds, 0.35)
        self.angles[span] = self.pose
        self._joint(span, "right_arm", 1, -2.5 * up)
        self._joint(span, "right_elbow", 1, (-0.35 + 0.55 * np.sin(2 * np.pi * 1.7 * t)) * up)
        return self._done(span, "wave")

    def reach_down(self, what: str, other: str) -> int:
        """Bend to the ground and up again, with something in the hand (``what``: pick_up, put_down).

        The frame at which the hand takes it or lets it go.
        """
        seconds = 1.7
        span = self._span(seconds)
        t = np.arange(len(span)) / self.fps / seconds
        bend = np.sin(np.pi * t) ** 2
        carry = _ease(t * 2 - 1) if what == "pick_up" else 1 - _ease(t * 2)
        self.angles[span] = self.pose
        self._joint(span, "chest", 0, -1.15 * bend)
        for side in ("left", "right"):
            self._joint(span, f"{side}_leg", 0, 1.1 * bend)
            self._joint(span, f"{side}_knee", 0, -1.75 * bend)
        self._joint(span, "right_arm", 0, 1.0 * bend + 0.35 * carry - self.pose[self.figure.joint("right_arm"), 0])
        self._joint(span, "right_elbow", 0, 1.2 * carry * (1 - bend) - self.pose[self.figure.joint("right_elbow"), 0])
        self.pose = self.pose.copy()
        self.pose[self.figure.joint("right_arm"), 0] = 0.35 if what == "pick_up" else 0.0
        self.pose[self.figure.joint("right_elbow"), 0] = 1.2 if what == "pick_up" else 0.0
        taken = self.now + len(span) // 2
        self._done(span, what, other)
        return taken

    def hold_out(self, what: str | None, others: Sequence[str], *, after: bool) -> int:
        """Stretch the right hand out to somebody. ``after``: whether the hand is full then. The frame of the change."""
        seconds = 1.5
        span = self._span(seconds)
        t = np.arange(len(span)) / self.fps / seconds
        out = np.sin(np.pi * t) ** 2
        carry = _ease(t * 2 - 1) if after else 1 - _ease(t * 2)
        self.angles[span] = self.pose
        arm, elbow = self.figure.joint("right_arm"), self.figure.joint("right_elbow")
        self._joint(span, "right_arm", 0, 1.25 * out + 0.35 * carry * (1 - out) - self.pose[arm, 0])
        self._joint(span, "right_elbow", 0, 0.3 * out + 1.2 * carry * (1 - out) - self.pose[elbow, 0])
        self.pose = self.pose.copy()
        self.pose[arm, 0], self.pose[elbow, 0] = (0.35, 1.2) if after else (0.0, 0.0)
        changed = self.now + len(span) // 2
        self._done(span, what, *others)
        return changed

    def rebound(self, other: str, *, tells: bool) -> Performance:
        """Bounce back from somebody; one of the two tells the event."""
        span = self._span(0.6)
        ease = _eased(len(span))
        back = 0.45 * ease
        self.place[span, 0] = self._place()[0] + back * math.sin(self._heading())
        self.place[span, 1] = self._place()[1] - back * math.cos(self._heading())
        self.angles[span] = self.pose
        jolt = np.sin(np.pi * ease)
        if self.figure.kind == "person":
            self._joint(span, "chest", 0, 0.45 * jolt)
            for side, sign in (("left", 1), ("right", -1)):
                self._joint(span, f"{side}_arm", 1, sign * 0.9 * jolt)
        return self._done(span, "collide" if tells else None, other)

    # -- the actor

    def finish(self) -> Actor:
        """What was done, as an actor. What is left of the clip it stands (or lies) as it is."""
        if self._made is None:
            if self.now < self.frames:
                self.stand()
            root = root_of(self.place, self.heading)
            joints = self.figure.posed(root, self.angles)
            # A ball's marks turn with it.
            low = np.zeros(self.frames) if self.figure.noun == "ball" else self.figure.soles(joints)
            joints[:, :, 2, 3] += (self.lift - low)[:, None]
            marks = self.figure.marks(joints)
            marks["feet"] = np.minimum(marks["left_foot"], marks["right_foot"])
            marks["feet"][:, :2] = (marks["left_foot"][:, :2] + marks["right_foot"][:, :2]) / 2
            if self.figure.noun != "ball":
                marks["feet"][:, 2] = self.lift
            self._made = Actor(
                id=self.id, kind=self.figure.kind, look={"noun": self.figure.noun, **self.figure.look},
                pieces=self.figure.pieces, places=self.figure.placed(joints), marks=marks, heading=self.heading,
                events=tuple(self.events),
            )  # fmt: skip
        return self._made

    # -- inside

    def _span(self, seconds: float | None) -> range:
        length = self.frames - self.now if seconds is None else max(1, round(seconds * self.fps))
        return range(self.now, min(self.frames, self.now + length))

    def _place(self) -> Floats:
        place: Floats = self.place[max(0, self.now - 1)]
        return place

    def _heading(self) -> float:
        return float(self.heading[max(0, self.now - 1)])

    def _joint(self, span: range, name: str, axis: int, value: Floats) -> None:
        self.angles[span.start : span.stop, self.figure.joint(name), axis] += value[: len(span)]

    def _done(self, span: range, what: str | None, *others: str) -> Performance:
        if len(span):
            if what is not None:
                self.events.append(
                    Event(what=what, who=(self.id, *others), start_frame=span.start, end_frame=span.stop)
                )
            self.now = span.stop
            self.place[self.now :] = self.place[self.now - 1]
            self.heading[self.now :] = self.heading[self.now - 1]
        return self

    def _go(self, to: tuple[float, float], speed: float, what: str) -> Performance:
        if self.now >= self.frames:
            return self
        start = self._place()[:2].copy()
        way = np.asarray(to, float) - start
        distance = float(np.hypot(*way))
        if distance < 0.05:
            return self
        seconds = distance / speed
        span = self._span(seconds)
        t = np.arange(1, len(span) + 1) / self.fps
        gone = np.minimum(distance, speed * t)
        if what == "roll":
            gone = distance * (1 - (1 - np.minimum(1, t / seconds)) ** 2)
        self.place[span, :2] = start + way / distance * gone[:, None]
        aim = math.atan2(-way[0], way[1])
        before = self._heading()
        by = (aim - before + np.pi) % (2 * np.pi) - np.pi
        at_once = self.now == 0 or self.figure.kind == "object"
        self.heading[span] = before + by * (1.0 if at_once else _ease(t / _TURN_S))
        self.angles[span] = self.pose
        self._gait(span, gone, what, speed)
        return self._done(span, what)

    def _gait(self, span: range, gone: Floats, what: str, speed: float) -> None:
        figure = self.figure
        s = figure.height / 1.75
        if figure.kind == "vehicle":
            for wheel in ("wheel_1", "wheel_2", "wheel_3", "wheel_4"):
                self._joint(span, wheel, 0, -gone / 0.32)
            return
        if figure.kind == "object":
            if figure.noun == "ball":
                self._joint(span, "body", 0, -gone / 0.16)
            return
        runs = what == "run"
        stride = (2.1 if runs else 1.4) * s * (1.0 if figure.kind == "person" else 0.9)
        p = 2 * np.pi * gone / stride + self.phase
        swing = 0.8 if runs else 0.5
        if figure.kind == "animal":
            for name, offset in (
                ("front_left", 0.0),
                ("back_right", 0.4),
                ("front_right", np.pi),
                ("back_left", np.pi + 0.4),
            ):
                self._joint(span, name, 0, swing * np.sin(p + offset))
                self._joint(span, f"{name}_knee", 0, -0.9 * swing * np.maximum(0, np.cos(p + offset)))
            self._joint(span, "tail", 1, 0.4 * np.sin(2 * p))
            return
        hands_full = self.pose[figure.joint("right_elbow"), 0] > 0.5
        for side, offset in (("left", 0.0), ("right", np.pi)):
            leg = swing * np.sin(p + offset)
            knee = -(1.5 if runs else 0.95) * np.maximum(0, np.cos(p + offset)) - (0.25 if runs else 0.05)
            self._joint(span, f"{side}_leg", 0, leg + (0.12 if runs else 0.0))
            self._joint(span, f"{side}_knee", 0, knee)
            self._joint(span, f"{side}_foot", 0, np.clip(-(leg + knee) * 0.6, -0.5, 0.6))
            if side == "right" and hands_full:
                continue
            self._joint(span, f"{side}_arm", 0, -0.75 * swing * np.sin(p + offset))
            self._joint(span, f"{side}_elbow", 0, np.full(len(p), 1.35 if runs else 0.28))
        lean = -0.16 if runs else -0.04
        self._joint(span, "chest", 0, np.full(len(p), lean) + 0.0 * speed)
        self._joint(span, "chest", 2, 0.08 * np.sin(p))
        if runs:
            self.lift[span] = 0.06 * np.abs(np.sin(p)) * s

    def _to_pose(self, pose: Floats, seconds: float, what: str, *, back: float) -> Performance:
        span = self._span(seconds)
        ease = _eased(len(span), math.ceil(seconds * self.fps))
        self.angles[span] = self.pose + (pose - self.pose) * ease[:, None, None]
        self.place[span, 0] = self._place()[0] + back * ease * math.sin(self._heading())
        self.place[span, 1] = self._place()[1] - back * ease * math.cos(self._heading())
        self.pose = pose
        return self._done(span, what)

    def _sitting(self) -> Floats:
        pose = np.zeros_like(self.pose)
        for side in ("left", "right"):
            pose[self.figure.joint(f"{side}_leg"), 0] = 1.5
            pose[self.figure.joint(f"{side}_knee"), 0] = -1.5
            pose[self.figure.joint(f"{side}_arm"), 0] = 0.5
            pose[self.figure.joint(f"{side}_elbow"), 0] = 0.8
        return pose


def carried(
    performance: Performance, figure: Figure, id: str, holders: Sequence[tuple[int, Performance, str | None]]
) -> Actor:
    """A thing that lies as ``performance`` says, and from each frame on is in somebody's hand, or (None) lies again.

    ``holders``: (from frame, whose, ``right_hand`` or None), in order.
    """
    lying = performance.finish()
    joints = lying.places[:, :1].copy()
    frames = len(joints)
    for number, (start, holder, hand) in enumerate(holders):
        end = holders[number + 1][0] if number + 1 < len(holders) else frames
        marks = holder.finish().marks["right_hand"]
        if hand is not None:
            joints[start:end, 0, :3, 3] = marks[start:end] - [0, 0, figure.height / 2]
            if figure.noun == "ball":
                joints[start:end, 0, :3, 3] += [0, 0, figure.height / 2]
        elif start < frames:
            joints[start:end] = joints[start - 1]
            joints[start:end, 0, 2, 3] = lying.places[0, 0, 2, 3]
    placed = np.repeat(joints, len(figure.pieces), axis=1)
    marks_now = figure.marks(joints)
    marks_now["feet"] = marks_now["left_foot"].copy()
    return Actor(
        id=id, kind=figure.kind, look={"noun": figure.noun, **figure.look}, pieces=figure.pieces, places=placed,
        marks=marks_now, heading=lying.heading, events=(),
    )  # fmt: skip


def _ease(t: Floats) -> Floats:
    t = np.clip(t, 0, 1)
    smooth: Floats = t * t * (3 - 2 * t)
    return smooth


def _eased(count: int, of: int | None = None) -> Floats:
    """From just above 0 to 1 in so many frames, of which the first ``count`` are given."""
    return _ease(np.arange(1, count + 1) / max(1, of or count))


def _eased_in_out(t: Floats, seconds: float, edge: float) -> Floats:
    return np.minimum(_ease(t / edge), _ease((seconds - t) / edge))
