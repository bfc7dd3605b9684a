"""Words for colour, lighting and effects."""

from __future__ import annotations

from videolect.stage.words.phrases import plain
from videolect.stage.words.telling import Maker
from videolect.stage.words.truth import Truth

FIELDS = {
    "color": (
        ("color_temperature", "color_temperature"),
        ("colorfulness", "colorfulness"),
        ("brightness", "brightness"),
        ("exposure", "exposure"),
        ("clipped_tones", "exposure"),
    ),
    "lighting": (
        ("scene_type", "environment"),
        ("light_sources", "sources"),
        ("sunlight_quality", "quality"),
        ("light_quality", "quality"),
        ("light_direction_sides", "direction"),
        ("subject_light_contrast", "contrast"),
        ("portrait_pattern", "contrast"),
    ),
    "effects": (
        ("lens_effects", "lens"),
        ("reflections", "mirrored"),
        ("natural_effects", "nature"),
        ("special_effects", "looks_of_light"),
        ("volumetric_lighting", "rays"),
        ("shadow_patterns", "shadows"),
        ("dynamic_light", "changing_light"),
        ("dynamic_effects", "unfolding"),
    ),
}


def color(truth: Truth) -> list[Maker]:
    """Temperature, strength, brightness, exposure."""
    fields = list(FIELDS["color"])
    if truth.get("color_temperature") == "black_white" or truth.get("colorfulness") == "black_white":
        gone = "colorfulness" if truth.get("color_temperature") == "black_white" else "color_temperature"
        fields = [each for each in fields if each[0] != gone]
    return [plain(truth, field, topic) for field, topic in fields]


def lighting(truth: Truth) -> list[Maker]:
    """Sources, quality, direction, contrast."""
    return [plain(truth, field, topic) for field, topic in FIELDS["lighting"]]


def effects(truth: Truth) -> list[Maker]:
    """Whatever stands out."""
    return [plain(truth, field, topic) for field, topic in FIELDS["effects"]]
