"""What the stage can show: the primitives of camera and set-up, what to wish for to get them, and which it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from videolect.language.spec import Spec
from videolect.stage.plan.wishes import Wish

GROUPS = frozenset({
    "shot", "steadiness", "motion_complexity", "scene_movement", "rotation", "translation", "ground_movement", "lens",
    "only_movement", "compound", "tracking", "overlays", "lens_distortion", "video_speed", "point_of_view",
    "subject_framing", "shot_type", "shot_size", "height_to_subject", "height_above_ground", "camera_angle", "focus",
    "focal_length",
})  # fmt: skip
"""The groups of camera and set-up, of which clips are made. Content and light come along."""

_WHY_NOT: Mapping[str, str] = {
    "needs a still picture with one moving part": "cinemagraph",
    "no place has an opening that a camera passes through": "fly_through",
    "no figure carries a camera": """first_person_pov selfie_pov third_person_over_shoulder_pov
        third_person_over_hip_pov locked_on_pov dashcam_pov""",
    "no work surface is seen from above": "overhead_pov",
    "is a matter of coverage and graphics": "broadcast_pov",
    "is no camera's picture": "screen_recording_pov",
    "is a matter of a game's looks": """third_person_full_body_game_pov third_person_isometric_game_pov
        third_person_side_view_game_pov third_person_top_down_game_pov""",
    "there is no water": """height_above_ground_always_water_level height_above_ground_always_underwater
        above_water_to_underwater underwater_to_above_water height_above_ground_ends_water_level
        height_above_ground_ends_underwater height_above_ground_starts_water_level
        height_above_ground_starts_underwater""",
    "its rule is a judgement that no geometry makes": """dynamic_size_shot back_and_forth_shot mismatch_shot
        atypical_subject_shot different_subjects_shot""",
    "the lens has no such mark": """compressed_depth stretched_depth anamorphic_look tilt_shift_look split_diopter
        macro_look""",
}
NOT_STAGED: Mapping[str, str] = {name: why for why, names in _WHY_NOT.items() for name in names.split()}
"""Primitives of camera and set-up that cannot be staged, and why."""


class Repertoire:
    """What can be staged of one specification. Its examples are derived once, all together."""

    def __init__(self, spec: Spec) -> None:
        self.examples = {
            name: [cast("Wish", one.answers) for one in primitive.examples if one.expected == "yes"]
            for name, primitive in spec.primitives.items()
            if primitive.group in GROUPS and name not in NOT_STAGED
        }
        self.names = [name for name, wishes in self.examples.items() if wishes]
        """The primitives of camera and set-up that can be shown, in the specification's order."""
        flat = [wish for name in self.names for wish in self.examples[name]]
        states = spec.derive_many(flat)
        columns = {name: states.column(name) for name in self.names}
        shown = {id(wish): row for row, wish in enumerate(flat)}
        self.look_alikes: dict[str, list[tuple[str, Wish]]] = {
            name: [
                (other.id, wish)
                for other in spec.primitives[name].look_alikes
                if other.id in self.examples
                for wish in self.examples[other.id]
                if columns[name][shown[id(wish)]] != 1
            ]
            for name in self.names
        }
        """For each, what is taken for it, with examples for which it is not yes itself."""
