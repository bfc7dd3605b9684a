"""Made-up facts of staged clips, and the published label records with such facts beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from videolect.language.spec import Spec
from videolect.record.acts.labels import Answer
from videolect.stage.facts import KINDS, Facts, Named
from videolect.stage.world.scene import Event

WOMAN = Named(
    id="a", kind="person", noun="woman", look=("red jacket", "dark blue trousers"), where=("left", "foreground")
)
MAN = Named(id="b", kind="person", noun="man", look=("grey coat",), where=("right", "background"))
DOG = Named(id="a", kind="dog", noun="dog", look=("brown",), where=("centre", "foreground"))
CAR = Named(id="a", kind="car", noun="car", look=("yellow",), where=("centre", "background"))
BALL = Named(id="a", kind="ball", noun="ball", look=("green", "small"))
PLACES = (
    ("a street between brick houses", ("a row of trees", "a wooden fence"), ("street",)),
    ("a meadow with low hills", ("a wooden fence",), ("countryside",)),
    ("a plain grey studio", ("two crates",), ("stage",)),
)
LEVEL: dict[str, Answer] = {
    "shot_transition": False, "shot_type": "human", "steadiness": "very_smooth", "camera_movement": "major_simple",
    "camera_motion_speed": "slow", "camera_angle_start": "level_angle", "camera_angle_end": "unknown",
    "overall_height_start": "eye_level", "overall_height_end": "unknown", "camera_focus": "deep_focus",
}  # fmt: skip
"""A plain shot, to which tests add."""
DEEDS = {
    "person": (("walk", "turn_left", "sit_down"), ("stand", "wave"), ("enter_left", "walk", "jump")),
    "dog": (("run", "sit_down"), ("walk",)), "car": (("drive",),), "ball": (("roll",),),
}  # fmt: skip


def facts(record: dict[str, Answer], *subjects: Named, happenings: tuple[Event, ...] = (), **more: object) -> Facts:
    """Facts of a clip of a hundred frames. The record answers what follows from subjects, deeds and overlays."""
    given = {"place": "a street between brick houses", "frames": 100, "fps": Fraction(24), **more}
    bare = Facts(record=record, subjects=subjects, happenings=happenings, **given)  # type: ignore[arg-type]
    return replace(bare, record=_completed(bare))


def _completed(facts: Facts) -> dict[str, Answer]:
    """An answer that is there stays. A view of scenery has no subject, whoever walks through it."""
    record = {name: answer for name, answer in facts.record.items() if answer is not None}
    found: dict[str, Answer] = {"has_overlays": bool(facts.overlays)}
    if facts.subjects and record.get("shot_type") != "scenery":
        found["subject_kinds"] = tuple(dict.fromkeys(KINDS.get(named.kind, "object") for named in facts.subjects))
        count = len(facts.subjects)
        found["subject_count"] = "one" if count == 1 else "two" if count == 2 else "few" if count < 10 else "crowd"
        if count > 1 and _looks_differ(facts.subjects):
            found["told_apart_by"] = ("look",)
        if facts.happenings:
            found |= _deeds(facts)
        if "subject_pose_start" in record:
            found.pop("subject_pose_end", None)
    return {**found, **record}


_POSES_AFTER = {
    "walk": "on_the_move", "run": "on_the_move", "enter_left": "on_the_move", "enter_right": "on_the_move",
    "leave_left": "on_the_move", "leave_right": "on_the_move", "sit_down": "sitting", "follow": "on_the_move",
}  # fmt: skip
"""The pose in which a deed leaves whoever does it; standing for all others."""


def _when(happening: Event) -> tuple[int, int]:
    return happening.start_frame, happening.end_frame


def _looks_differ(subjects: tuple[Named, ...]) -> bool:
    return len({(named.noun, named.look) for named in subjects}) == len(subjects)


def _deeds(facts: Facts) -> dict[str, Answer]:
    done = {happening.what for happening in facts.happenings}
    actions = (("walk", done & {"walk"}), ("run", done & {"run"}), ("gesture", done & {"wave"}))
    found: dict[str, Answer] = {"subject_actions": tuple(name for name, there in actions if there)}
    found["object_handling"] = ("hold",) if done & {"pick_up", "put_down", "hand_over"} else ()
    main = facts.subjects[0].id
    own = sorted((h.start_frame, h.end_frame) for h in facts.happenings if h.who[0] == main and h.what != "stand")
    follows = all(own[at][1] <= own[at + 1][0] for at in range(len(own) - 1))
    if not own:
        found["action_timing"] = "none"
    elif len(own) == 1:
        found["action_timing"] = "one"
    elif follows:
        found["action_timing"] = "sequence"
    poses = [_POSES_AFTER.get(h.what, "standing") for h in sorted(facts.happenings, key=_when) if h.who[0] == main]
    first = next((h.what for h in sorted(facts.happenings, key=_when) if h.who[0] == main), "stand")
    if facts.subjects[0].kind in ("person", "dog", "cat", "horse") and poses:
        before = "on_the_move" if first in ("walk", "run") or first.startswith("enter") else "standing"
        before = "sitting" if first == "stand_up" else before
        found["subject_pose_start"] = before
        found["subject_pose_end"] = "unknown" if poses[-1] == before else poses[-1]
    if len(facts.subjects) > 1:
        found["subject_dealings"] = ("follow",) if "follow" in done else ()
    return found


def published(spec: Spec, folder: Path, count: int) -> Iterator[Facts]:
    """The authors' records of camera movement, each with a set-up, a place, subjects and deeds made up for it."""
    import pyarrow.parquet as pq

    kept = 0
    leave = {"source_key", "snapshot", "workflows", "approver", "labelers", "approved_at"}
    for row in pq.read_table(folder / "motion_records.parquet").to_pylist():
        if row["shot_transition"]:
            continue
        given = {name: value for name, value in row.items() if value is not None and name not in leave}
        record = dict(spec.convert(given).answers)
        yield _made_up(row["video_id"], record)
        kept += 1
        if kept == count:
            return


def _made_up(clip: str, record: dict[str, Answer]) -> Facts:
    def one(what: str, *options: object) -> object:
        digest = hashlib.sha256(f"{clip}/{what}".encode()).digest()
        return options[int.from_bytes(digest[:6], "big") % len(options)]

    place, details, kinds = one("place", *PLACES)  # type: ignore[misc]
    main: Named = one("main", WOMAN, DOG, CAR, BALL)  # type: ignore[assignment]
    scenery = one("scenery", True, *[False] * 5)
    sizes = ("wide", "full", "medium", "close_up", "extreme_wide")
    start = one("size", *sizes)
    made: dict[str, object] = {
        "scene_places": kinds, "shot_type": "scenery" if scenery else "human" if main.is_person else "non_human",
        "shot_size_start": start,
        "shot_size_end": one("size end", "unknown", "unknown", *[size for size in sizes if size != start]),
        "camera_angle_start": one("angle", "high_angle", "level_angle", "level_angle", "low_angle", "bird_eye_angle"),
        "camera_angle_end": one("angle end", "unknown", "unknown", "worm_eye_angle"),
        "overall_height_start": one("height", "eye_level", "hip_level", "ground_level", "aerial_level"),
        "overall_height_end": one("height end", "unknown", "unknown", "overhead_level"),
        "camera_focus": one("focus", "deep_focus", "shallow_focus", "ultra_shallow_focus"),
        "focus_plane_start": one("plane", "foreground", "middle_ground", "background"),
        "focus_plane_end": "unknown", "focus_change_reason": "no_change",
        "lens_distortion": one("lens", "regular", "barrel"),
        "video_speed": one("speed", "regular", "regular", "slow_motion", "time_lapse"),
        "dutch_angle": one("dutch", "no", "no", "yes", "varying"), "has_overlays": one("overlay", True, False),
        "time_of_day_start": one("hour", "day", "night", "twilight"), "time_of_day_end": "unknown",
    }  # fmt: skip
    deeds: list[Event] = []
    if not scenery:
        what: tuple[str, ...] = one("deeds", *DEEDS[main.kind])  # type: ignore[assignment]
        deeds = [Event(what=w, who=("a",), start_frame=n * 20, end_frame=n * 20 + 20) for n, w in enumerate(what)]
        enters = what[0] == "enter_left"
        made |= {
            "subject_height_start": one("against", "above_subject", "at_subject", "below_subject"),
            "subject_height_end": "unknown", "subject_facing_start": one("facing", "front", "profile", "back"),
            "subject_facing_end": "unknown", "enters_by": ("left",) if enters else (), "leaves_by": (),
            "subject_position_start": "out_of_view" if enters else one("at", "upper_left", "centre", "lower_right"),
            "subject_position_end": "centre" if enters else "unknown",
            "subject_depth_start": one("depth", "foreground", "middle_ground"), "subject_depth_end": "unknown",
        }  # fmt: skip
        if what[0] in ("walk", "run", "drive", "roll"):
            made["screen_direction"] = one("way", "left_to_right", "right_to_left", "toward_camera", "away_from_camera")
    overlays = ("a title that reads HARBOUR",) if made["has_overlays"] else ()
    whole = {**made, **record}
    return facts(whole, main, *([MAN] if one("second", True, False) else []), happenings=tuple(deeds), place=place,  # type: ignore[arg-type]
                 details=details, overlays=overlays)  # fmt: skip
