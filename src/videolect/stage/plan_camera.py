"""Where a camera may begin so that a wish comes true, how it trembles, and how its lens is set."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from videolect.errors import BadInput
from videolect.stage.camera import Track
from videolect.stage.moves import Focus, Follow, Move, Movement, Setup, Shake, track_of
from videolect.stage.plan_moves import ANGLES, HEIGHTS, SIZES, MovesPlan
from videolect.stage.render import Renderer
from videolect.stage.world import Actor, Scene

_FACINGS: dict[str, tuple[float, float]] = {
    "front": (0, 14),
    "three_quarter": (33, 55),
    "profile": (79, 101),
    "three_quarter_back": (125, 147),
    "back": (166, 180),
}
_VIEWS: dict[str, tuple[float, float]] = {"wide_angle": (0.40, 0.60), "normal": (0.9, 1.35), "long_lens": (2.7, 4.5)}


class CameraPlan(MovesPlan):
    """Draws the camera over a scene."""

    at: tuple[float, float] = (0.0, 0.0)
    """Where the play happens."""

    def camera(self, scene: Scene) -> tuple[Setup, tuple[Movement, ...]]:
        if self.wish.get("is_tracking") is True and scene.actors:
            return self.following(scene)
        setup = self.framed(scene) if scene.actors else self.scenery(scene)
        if self.plan["play"] == "apart":
            x, y, z = (float(each) for each in scene.actors[1].marks["feet"][0])
            return setup, tuple(self.looks_back(setup, (x, y, z), self.asked("shot_size_end") or "wide"))
        movements = self.movements(setup)
        return (self.centred(setup, movements) if self.centres() else setup), movements

    def centres(self) -> bool:
        """Whether what is drawn is the middle of the movement: so no single frame tells which way it goes."""
        ends = any(name.endswith(("_start", "_end")) and self.wished(name) for name in self.wish)
        return (
            not ends
            and not self.has("movement_gestures", "reveal")
            and self.wish.get("shot_type") != "change_of_subject"
        )

    def centred(self, setup: Setup, movements: tuple[Movement, ...]) -> Setup:
        """The same camera half of its movements earlier."""
        x, y, z = setup.place
        yaw, pitch, roll, focal = setup.yaw, setup.pitch, setup.roll, setup.focal
        for move in movements:
            if not isinstance(move, Move):
                continue
            half = move.amount / 2
            if move.axis == "dolly":
                x, y = x + math.sin(yaw) * half, y - math.cos(yaw) * half
            elif move.axis == "truck":
                x, y = x - math.cos(yaw) * half, y - math.sin(yaw) * half
            z -= half if move.axis == "pedestal" else 0
            yaw += half if move.axis == "pan" else 0
            pitch -= half if move.axis == "tilt" else 0
            roll -= half if move.axis == "roll" else 0
            focal *= 2**-half if move.axis == "zoom" else 1
        return replace(setup, place=(x, y, z), yaw=yaw, pitch=pitch, roll=roll, focal=focal)

    def lens(self) -> tuple[float, float]:
        """Focal length and distortion."""
        distortion = self.wish.get("lens_distortion")
        if distortion == "fisheye":
            return self.one(0.33, 0.40), 1.0
        if distortion == "barrel":
            return self.one(0.42, 0.6), self.one(0.25, 0.5)
        look = self.asked("focal_length_look")
        if look in _VIEWS:
            return self.one(*_VIEWS[str(look)]), 0.0
        if look == "varying":
            return (self.one(0.42, 0.58) if self.wish.get("camera_zoom") != "out" else self.one(1.0, 1.3)), 0.0
        return self.one(*_VIEWS[self.of(["wide_angle", "normal"], [1, 3])]), 0.0

    def size_drawn(self, main: Actor) -> str:
        """As which shot size it begins, of those that its kind has."""
        size = self.asked("shot_size_start") or self.asked("shot_size_end")
        if size is None and self.plan["play"] == "near_and_far":
            size = self.of(["medium", "medium_close_up"])
        elif size is None and self.step:
            size = self.of(["wide", "full"])
        elif size is None and self.tracks_by_focus():
            size = "wide"
        elif size is None:
            size = self.of(
                ["wide", "full", "medium_full", "medium", "medium_close_up", "close_up"], [3, 2, 1.5, 1.5, 1, 0.8]
            )
        return "wide" if main.kind != "person" and size not in ("extreme_wide", "wide", "full") else size

    def framed(self, scene: Scene) -> Setup:
        """The main actor at the wished size, from the wished height and angle."""
        main = scene.actors[0]
        frame = self.count // 2 if self.plan["play"] in ("walk", "run") and not self.asked("shot_size_start") else 0
        low, top = float(main.marks["feet"][frame, 2]), float(main.marks["top"][frame, 2])
        body = max(0.3, top - low)
        if main.kind in ("vehicle", "animal"):
            body = max(body, 1.1 * float(np.ptp([main.marks[n][frame, :2] for n in ("nose", "rear")], axis=0).max()))
        size = self.size_drawn(main)
        self.plan["size"] = size
        bottom, upper = SIZES[size]
        jitter = 1 + self.one(-0.03, 0.03)
        extent = (upper - bottom) * body * jitter
        centre = low + (upper + bottom) / 2 * body
        focal, barrel = self.lens()
        if not self.wished("focal_length_look") and barrel == 0:
            if size == "extreme_close_up":
                focal = self.one(2.2, 3.2)  # as one would, to stay out of the face
            elif self.tracks_by_focus():
                focal = self.one(1.15, 1.35)
        slant = focal * extent / self.aspect
        if size == "extreme_wide":
            slant = min(slant, 14.5)
            focal = slant * self.aspect / extent
        if self.tracks_by_focus():
            slant = self.one(8.6, 9.2)  # it goes from among what is seen to before it, or back
            extent = slant * self.aspect / focal
        angle, height = self.asked("camera_angle_start"), self.asked("overall_height_start")
        against = self.asked("subject_height_start")
        if height is None and against is not None:
            z = {"above_subject": top + self.one(0.3, 1.2), "below_subject": low - self.one(0.3, 0.7),
                 "at_subject": low + self.one(0.3, 0.7) * body}[against]  # fmt: skip
            z = max(0.2, z)
        elif height is not None:
            z = self.one(*HEIGHTS[height])
        elif self.sinks():
            z = self.one(1.6, 2.4) if self.centres() else self.one(2.4, 3.4)
        elif self.tracks_by_focus():
            z = self.one(0.7, 0.9)
        else:
            z = math.nan
        if angle is not None:
            pitch = math.radians(self.one(*ANGLES[angle]))
            if math.isnan(z):
                z = centre - slant * math.sin(pitch)
                if z < 0.2:
                    raise BadInput("The camera would lie below the ground.", mend="Try another seed.")
            elif angle == "level_angle":
                slant = max(slant, abs(centre - z) / math.sin(math.radians(5.5)))
            else:
                slant = abs((centre - z) / math.sin(pitch))
            focal = slant * self.aspect / extent
        elif math.isnan(z):
            z = centre + slant * math.sin(math.radians(self.one(-4, 6)))
            z = max(z, 0.25)
        if not 0.22 <= focal <= 9:
            raise BadInput(f"The lens would have a focal length of {focal:.2f} widths.", mend="Try another seed.")
        ground = math.sqrt(max(0.0, slant**2 - (z - centre) ** 2))
        facing = self.asked("subject_facing_start") or self.of(list(_FACINGS), [3, 3, 1.5, 0.7, 0.7])
        if self.plan["play"] in ("walk", "run", "walk_group", "follow", "collide") and not self.asked(
            "subject_facing_start"
        ):
            facing = {"left_to_right": "profile", "right_to_left": "profile", "toward_camera": "front",
                      "away_from_camera": "back"}.get(str(self.wish.get("screen_direction")), "profile")  # fmt: skip
            if self.tracks_by_focus():
                facing = "front" if self.asked("focus_plane_end") == "foreground" else self.of(["front", "back"])
        if self.plan["play"] in ("near_and_far", "apart"):
            facing = self.of(["front", "three_quarter"])
        side = self.side()
        if self.wish.get("screen_direction") in ("left_to_right", "right_to_left"):
            # From its right side it goes from left to right... as its right side sees it.
            side = -1 if self.wish["screen_direction"] == "left_to_right" else 1
        bearing = float(main.heading[frame]) + side * math.radians(self.one(*_FACINGS[facing]))
        if size == "extreme_wide" and not self.asked("subject_facing_start"):
            bearing = math.pi + self.one(-0.35, 0.35)  # from the side on which there is room
        at = main.marks["middle"][frame, :2]
        if self.plan["play"] in ("walk", "run", "walk_group", "follow"):
            at = np.asarray(self.at) if self.wish.get("shot_type") != "change_of_subject" else at
        if self.plan["play"] in ("pair", "group", "gather", "hand_over", "collide"):
            at = np.mean([actor.marks["middle"][frame, :2] for actor in scene.actors], axis=0)
        place = (float(at[0] - math.sin(bearing) * ground), float(at[1] + math.cos(bearing) * ground), z)
        yaw = math.atan2(-(at[0] - place[0]), at[1] - place[1]) if ground > 1e-6 else bearing + math.pi
        pitch = math.atan2(centre - z, max(ground, 1e-9))
        shift = self.shift(focal)
        if self.has("movement_gestures", "reveal"):
            # It ends on the subject, and begins beside it.
            right = self.wish.get("camera_pan") != "right_to_left"
            self.reveal = (1 if right else -1) * max(
                0.55, math.atan(0.5 / focal) + math.atan(0.35 * extent / slant) + 0.08
            )
            shift = self.reveal
        roll = self.lean()
        return Setup(place=place, yaw=yaw + shift, pitch=pitch, roll=roll, focal=focal, focus=slant, barrel=barrel)

    def tracks_by_focus(self) -> bool:
        """Whether the focus is to stay on somebody who goes nearer or away."""
        return self.wish.get("focus_change_reason") == "focus_tracking"

    def shift(self, focal: float) -> float:
        """Radians by which the camera looks past its subject, so that it stands where it is wished."""
        position = self.asked("subject_position_start") or ""
        if position.endswith("left"):
            return -0.32 / focal
        if position.endswith("right"):
            return 0.32 / focal
        return 0.0

    def lean(self) -> float:
        dutch = self.wish.get("dutch_angle")
        side = self.side()
        return side * math.radians(self.one(12, 24)) if dutch in ("yes", "varying") else 0.0

    def sinks(self) -> bool:
        """Whether the camera will rise or sink and has to be high enough for that."""
        named = ("camera_up_down", "camera_up_down_cam_frame", "camera_crane")
        down = any(self.wish.get(name) in ("down", "both", "crane_down") for name in named)
        return down or (self.centres() and any(self.wished(name) for name in named[:2]))

    def scenery(self, scene: Scene) -> Setup:
        """A view over the place from the south of its stage."""
        height, angle = self.asked("overall_height_start"), self.asked("camera_angle_start")
        focal, barrel = self.lens()
        low, high = (1.4, 2.2) if self.centres() or not self.sinks() else (2.6, 3.6)
        z = self.one(*HEIGHTS[height]) if height else self.one(low, high)
        pitch = math.radians(self.one(*ANGLES[angle])) if angle else math.radians(self.one(-6, 3))
        (west, south, _), (east, north, top) = scene.place.room
        if z > top:
            raise BadInput(f"{z:.1f} m is above the {scene.place.name}.", mend="Try another seed.")
        dolly = "" if self.centres() else self.wish.get("camera_forward_backward")
        y = self.one(-1.5, 1.5) if dolly != "backward" else self.one(0.5, 4.0)
        y = float(np.clip(y, south + 0.6, north - 0.6))
        x = self.one(-0.2, 0.2) * (east - west) if scene.place.name != "street" else self.one(-2, 2)
        return Setup(
            place=(x, y, z), yaw=self.one(-0.35, 0.35), pitch=pitch, roll=self.lean(), focal=focal, focus=8.0,
            barrel=barrel,
        )  # fmt: skip

    def following(self, scene: Scene) -> tuple[Setup, tuple[Movement, ...]]:
        types = [str(kind) for kind in self.many("tracking_shot_types")] or [self.of(["side", "tail", "lead", "pan"])]
        main = scene.actors[0]
        focal, barrel = self.lens()
        types = ["arc"] if "arc" in types else types
        how = {"lead,side": "front_side", "side,tail": "rear_side"}.get(",".join(sorted(types[:2])), types[0])
        change = self.wish.get("subject_size_change")
        closer = {"larger": self.one(0.5, 0.65), "smaller": self.one(1.6, 2.0)}.get(str(change), 1.0)
        left = bool(self.rng.random() < 0.5)
        truck = self.wish.get("camera_left_right")
        if truck in ("left_to_right", "right_to_left"):
            left = truck == "right_to_left"
        self.plan["follow"] = how
        start = main.marks["middle"][0]
        if how in ("pan", "tilt"):
            middle = main.marks["middle"][self.count // 2]
            turn = float(main.heading[0]) + (math.pi / 2 if left else -math.pi / 2)
            far = self.one(3.5, 5.5)
            place = (
                float(middle[0] - math.sin(turn) * far),
                float(middle[1] + math.cos(turn) * far),
                self.one(1.3, 1.7),
            )
            if how == "tilt":
                # From an upper floor, as it comes below.
                ahead = float(main.heading[0])
                end = main.marks["middle"][-1]
                place = (
                    float(end[0] - math.sin(ahead) * 1.6),
                    float(end[1] + math.cos(ahead) * 1.6),
                    self.one(3.2, 4.5),
                )
            setup = Setup(place=place, focal=focal, focus=far, barrel=barrel)
            return setup, (Follow(actor=main.id, how=how),)  # type: ignore[arg-type]
        turn, up = 0.0, self.one(1.2, 1.7)
        far = self.one(2.6, 4.5) * (1.4 if main.kind == "vehicle" else 1.0)
        if how == "aerial":
            far, up = self.one(5, 8), self.one(7.0, 10.0)
        if how == "arc":
            # Round to the front it has to overtake; round to the back it stays near, or it would fall behind.
            how, behind = "side", self.rng.random() < 0.4
            far = min(far, self.one(1.9, 2.4)) if behind else far
            turn = self.one(0.9, 1.5) * (1 if left == behind else -1)
        setup = Setup(place=(float(start[0]), float(start[1]), up), focal=focal, focus=far, barrel=barrel)
        return setup, (
            Follow(
                actor=main.id,
                how=how,  # type: ignore[arg-type]
                far=far,
                up=up,
                left=left,
                turn=turn,
                closer=closer,
                aim="chest" if main.kind == "person" else "middle",
            ),
        )

    def shake(self, focal: float) -> Shake | None:
        steady = self.asked("steadiness")
        spans = {"smooth": (0.0013, 0.0020), "unsteady": (0.0055, 0.0085), "very_unsteady": (0.019, 0.026)}
        if steady is None:
            steady = self.of(["static", "smooth", "unsteady"], [6, 1.5, 1])
            if any(name in self.wish for name in ("camera_arc", "camera_crane", "dolly_zoom", "camera_segments")):
                steady = "static"
        if steady not in spans:
            return None
        # Three quarters of a tremor are left when what is meant is taken out.
        radians = self.one(*spans[steady]) / (0.74 * focal)
        return Shake(radians=radians, hertz=self.one(1.8, 2.6), seed=self.seed)

    # -- focus

    def focused(
        self, setup: Setup, movements: tuple[Movement, ...], scene: Scene, shake: Shake | None, track: Track
    ) -> Track:  # fmt: skip
        depth_of_field = self.wish.get("camera_focus")
        if depth_of_field is None:
            asked = any(name in self.wish for name in ("focus_plane_start", "focus_plane_end", "focus_change_reason"))
            depth_of_field = "shallow_focus" if asked or self.rng.random() < 0.12 else "deep_focus"
        if depth_of_field not in ("shallow_focus", "ultra_shallow_focus"):
            return track
        small = (64, max(2, 2 * round(32 * self.aspect)))
        looks = Renderer(scene, small)
        planes = []
        for at, name in ((0, "focus_plane_start"), (self.count - 1, "focus_plane_end")):
            depth = np.minimum(looks.depth(track, at, at), 60).astype(float)
            near, far = np.log(np.quantile(depth, 0.03)), np.log(np.quantile(depth, 0.97))
            wanted = self.asked(name)
            planes.append((near, far, wanted))
        tracked = self.tracks_by_focus() and scene.actors
        start = self.plane(planes[0][0], planes[0][1], planes[0][2], setup.focus)
        change: tuple[Focus, ...] = ()
        reason = self.wish.get("focus_change_reason")
        sharp = start
        if tracked:
            change = (Focus(actor=scene.actors[0].id),)
            # The nearer it is the more is blurred behind it: at its nearest as much as may be.
            sharp = 1.1 * float(np.linalg.norm(scene.actors[0].marks["eyes"] - track.place, axis=1).min())
        elif reason == "camera_subject_movement":
            pass  # the plane stays where it is, and the picture goes past it
        elif (planes[1][2] is not None and planes[1][2] != planes[0][2]) or reason in ("rack_focus", "pull_focus"):
            end_word = planes[1][2] or ("background" if planes[0][2] != "background" else "foreground")
            end = self.plane(planes[1][0], planes[1][1], end_word, setup.focus)
            if planes[0][2] is None:
                start = self.plane(
                    planes[0][0], planes[0][1], "foreground" if end_word != "foreground" else "background", 1
                )
            sharp = end if planes[0][2] == "out_of_focus" else start
            long = self.one(1.8, 2.6) if reason == "pull_focus" else self.one(0.3, 0.5)
            begin = self.one(0.2, 0.35) if reason == "pull_focus" else self.one(0.35, 0.55)
            change = (Focus(to=end, start=begin, end=min(0.98, begin + long / self.seconds)),)
        blur = self.one(0.018, 0.026) if depth_of_field == "ultra_shallow_focus" else self.one(0.0066, 0.0086)
        aperture = 2 * blur * sharp / float(track.focal[0])
        if sharp > 12:
            aperture = 2 * blur * 3.0 / float(track.focal[0])  # what is near is blurred, then
        made = replace(setup, focus=start, aperture=min(aperture, 2.0))
        return track_of(made, movements, scene, self.fps, focus=change, shake=shake)

    def plane(self, near: float, far: float, wanted: str | None, usual: float) -> float:
        shares = {"foreground": 0.12, "middle_ground": 0.5, "background": 0.92}
        if wanted in shares:
            return float(np.exp(near + shares[wanted] * (far - near)))
        if wanted == "out_of_focus":
            return 0.35 * math.exp(near)
        return usual
