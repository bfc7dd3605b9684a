"""Makes records of colour, light and effects as the authors of CHAI stored them, in their old and their current names.

The real ones are not at hand, so these are drawn from what is known of their schema: the fields, their values, and the
rules between them. A share of the records gets one defect each, and says which::

    for made in lighting_records(200, seed=1, schema="old", shares={"unknown_value": 0.05, "impossible": 0.1}):
        made.record, made.defect, made.about

The same arguments give the same records. To look at some:

    python -m tests.support.lighting_records --schema old --n 3 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Schema = Literal["old", "current"]
Record = dict[str, object]

COMPLEX = ("complex_changing", "complex_contrasting", "complex_others")
LIT = ("consistent", "inconsistent")
SIDES = {
    "old": ("front", "back", "side", "top", "bottom", "ambient"),
    "current": ("front", "back", "left_side", "right_side", "top", "bottom", "ambient"),
}
SOURCES = ("sunlight", "moonlight_starlight", "firelight", "artificial_practical_light", "non_visible_light_source")
EFFECTS = (
    "lens_flares_regular", "lens_flares_anamorphic", "mist_diffusion", "bokeh",
    "reflection_from_water", "reflection_from_glossy_surface", "reflection_from_mirror",
    "aerial_perspective", "rainbow", "aurora", "heat_haze", "lightning",
    "professional_lighting", "colored_neon_lighting", "headlight_flashlight", "vignette", "water_caustics",
    "city_light", "street_light", "silhouette", "rim_light",
    "volumetric_beam_light", "volumetric_spot_light", "god_rays", "light_through_medium", "volumetric_light_others",
    "venetian_blinds", "subject_shape", "window_frames", "foliage", "shadow_patterns_gobo_others",
    "color_shifting_smooth", "color_shifting_sudden", "pulsing_flickering", "flashing", "moving_light",
    "revealing_shot", "transformation_morphing", "levitation_floating", "explosion", "shattering_breaking",
    "diffusion", "splashing_waves", "rembrandt_lighting",
)  # fmt: skip
"""The 44 bits; the old schema calls professional_lighting portrait_lighting."""
TEXTS = (
    "color_grading_description", "scene_type_description", "light_source_description", "light_quality_description",
    "subject_light_contrast_description", "subject_light_direction_description", "lighting_effect_description",
)  # fmt: skip
DEFECTS = ("unknown_value", "misspelt_name", "retired_value", "impossible", "missing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One record, and what is wrong with it on purpose."""

    id: str
    schema: Schema
    record: Record
    defect: str | None = None
    about: tuple[str, ...] = ()
    """Where the defect sits: the names of theirs that it touches."""


def lighting_records(n: int, *, seed: int, schema: Schema, shares: Mapping[str, float] | None = None) -> list[Made]:
    """``n`` records, of which ``round(share * n)`` have the defect; each record has one at most.

    ``retired_value`` (brightness bright or dark) is a defect of the current schema only: for the old one it is a level
    like others. About one record in six is a transition between shots, which says nothing else.
    """
    wanted = dict(shares or {})
    if strange := set(wanted) - set(DEFECTS):
        raise ValueError(f"There is no defect {min(strange)!r}: use one of {', '.join(DEFECTS)}.")
    if schema == "old" and wanted.get("retired_value"):
        raise ValueError("In the old schema bright and dark are not retired.")
    kinds: list[str | None] = [kind for kind, share in wanted.items() for _ in range(round(share * n))]
    if len(kinds) > n:
        raise ValueError("The shares are more than one together.")
    kinds += [None] * (n - len(kinds))
    draw = random.Random(f"{seed} {schema}")
    draw.shuffle(kinds)
    made = []
    for row, kind in enumerate(kinds):
        if kind is None and draw.random() < 0.16:
            record: Record = {"shot_transition": True}
        else:
            record = sound(draw, schema)
        about = () if kind is None else _SPOIL[kind](draw, record, schema)
        made.append(Made(id=f"{schema}-{seed}-{row:04d}", schema=schema, record=record, defect=kind, about=about))
    return made


def sound(draw: random.Random, schema: Schema) -> Record:
    """A record that breaks none of their rules, and says nothing that no picture could show."""
    record: Record = {"shot_transition": False}
    record |= _grading(draw, schema)
    record |= _sources(draw, schema)
    record["light_quality"] = draw.choice(qualities(schema))
    record |= _subject(draw, schema)
    for name in effects(schema):
        record[name] = draw.random() < 0.06
    if record["subject_condition"] == "consistent":
        record["revealing_shot"] = False
    if record["subject_condition"] not in LIT or record["subject_ambient_light"]:
        record["rembrandt_lighting"] = False
    for name in TEXTS:
        record[name] = "It changes as the camera passes the window." if draw.random() < 0.1 else ""
    return record


def colorfulness(schema: Schema) -> str:
    """What they call the strength of colour."""
    return "color_saturation" if schema == "old" else "colorfulness"


def brightnesses(schema: Schema) -> tuple[str, ...]:
    """The values of brightness."""
    return ("very_bright", "neutral", "very_dark", *COMPLEX, *(("bright", "dark") if schema == "old" else ()))


def qualities(schema: Schema) -> tuple[str, ...]:
    """The values of the quality of light."""
    if schema == "old":
        return ("hard_light", "soft_diffused_light", *COMPLEX)
    return ("hard_light", "soft_light", "complex_changing", "complex_ambiguous")


def contrasts(schema: Schema) -> tuple[str, ...]:
    """The values of contrast on the subject, but for unknown: complex ones last."""
    return ("high", "normal", "minimal", *(("complex",) if schema == "old" else COMPLEX))


def scene_types(schema: Schema) -> tuple[str, ...]:
    """The values of the type of scene."""
    return ("interior", "exterior", "synthetic", "complex_others" if schema == "old" else "unclear_or_changing")


def sources(schema: Schema) -> tuple[str, ...]:
    """The bits of the sources of light: six, and an abstract one in the old schema."""
    if schema == "old":
        return (*SOURCES, "complex_light_source", "abstract_light_source")
    return (*SOURCES, "unclear_or_changing")


def sides(schema: Schema) -> tuple[str, ...]:
    """The bits of the direction of light."""
    return tuple(f"subject_{side}_light" for side in SIDES[schema])


def effects(schema: Schema) -> tuple[str, ...]:
    """The 44 bits of effects."""
    if schema == "current":
        return EFFECTS
    return tuple("portrait_lighting" if name == "professional_lighting" else name for name in EFFECTS)


def _grading(draw: random.Random, schema: Schema) -> Record:
    if draw.random() < 0.05:
        temperature = strength = "black_white"
    else:
        temperature = draw.choice(("warm", "neutral", "neutral", "cool", *COMPLEX))
        strength = draw.choice(("high", "neutral", "neutral", "low", *COMPLEX))
    return {
        "color_temperature": temperature,
        colorfulness(schema): strength,
        "brightness": draw.choice(brightnesses(schema)),
    }


def _sources(draw: random.Random, schema: Schema) -> Record:
    scene = draw.choice(scene_types(schema))
    record: Record = {"scene_type": scene} | dict.fromkeys(sources(schema), False)
    if scene != "synthetic":
        real = [each for each in sources(schema) if each != "abstract_light_source"]
        for name in draw.sample(real, k=draw.choice((1, 1, 2))):
            record[name] = True
    elif schema == "old":
        record["abstract_light_source"] = draw.random() < 0.8
    levels = ("normal", "sunny", "overcast", "sunset_sunrise", "unknown")
    record["sunlight_level"] = draw.choice(levels) if record["sunlight"] else "unknown"
    return record


def _subject(draw: random.Random, schema: Schema) -> Record:
    condition = draw.choice((*LIT, *LIT, "unrealistic", "unclear_or_light_emitting"))
    contrast = direction = "unknown"
    if condition == "consistent":
        contrast, direction = draw.choice(contrasts(schema)), draw.choice(("consistent", "consistent", *COMPLEX))
    elif condition == "inconsistent":
        contrast = draw.choice(("high", "normal", "minimal", "unknown"))
        direction = draw.choice(("consistent", "unknown"))
    record: Record = {
        "subject_condition": condition,
        "subject_light_contrast": contrast,
        "subject_light_direction": direction,
    }
    record |= dict.fromkeys(sides(schema), False)
    if direction == "consistent":
        if draw.random() < 0.3:
            record["subject_ambient_light"] = True
        else:
            beside = ("subject_ambient_light", "subject_right_side_light")  # left and right never come together
            apart = [side for side in sides(schema) if side not in beside]
            for name in draw.sample(apart, k=draw.choice((1, 1, 2))):
                record[name] = True
    return record


# ------------------------------------------------------------------------------------------------------------- defects
# Each spoils a sound record and returns the names that it touched.


def _unknown_value(draw: random.Random, record: Record, schema: Schema) -> tuple[str, ...]:
    name = draw.choice((colorfulness(schema), "color_temperature", "brightness", "scene_type", "light_quality"))
    record[name] = draw.choice(("other", "N/A", "Warm ", "very bright", 3, ["neutral"]))
    return (name,)


def _misspelt_name(draw: random.Random, record: Record, schema: Schema) -> tuple[str, ...]:
    known = {name for each in ("old", "current") for name in sound(random.Random(0), each)}
    while True:
        name = draw.choice([each for each in record if each != colorfulness(schema) and len(each) > 4])
        at = draw.randrange(1, len(name) - 1)
        wrong = draw.choice((name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], _swapped(name, at)))
        if wrong not in known:
            break
    spoilt = {(wrong if each == name else each): value for each, value in record.items()}
    record.clear()
    record.update(spoilt)
    return (name, wrong)


def _swapped(name: str, at: int) -> str:
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _retired_value(draw: random.Random, record: Record, schema: Schema) -> tuple[str, ...]:
    record["brightness"] = draw.choice(("bright", "dark"))
    return ("brightness",)


def _missing(draw: random.Random, record: Record, schema: Schema) -> tuple[str, ...]:
    name = draw.choice([each for each in record if each not in ("shot_transition", colorfulness(schema))])
    if draw.random() < 0.5:
        del record[name]
    else:
        record[name] = None
    return (name,)


def _impossible(draw: random.Random, record: Record, schema: Schema) -> tuple[str, ...]:
    """One of their rules is broken, whatever the record said before."""
    strength, choices = colorfulness(schema), impossible(schema)
    changes = dict(draw.choice(choices))
    if "subject_condition" in changes or "subject_light_direction" in changes:
        record.update(dict.fromkeys(sides(schema), False))
    if changes.get("scene_type") == "synthetic":
        record.update(dict.fromkeys(sources(schema), False) | {"sunlight_level": "unknown"})
    if "color_temperature" not in changes and record[strength] == "black_white":
        record["color_temperature"] = "black_white"
    record.update(changes)
    return tuple(changes)


def impossible(schema: Schema) -> list[Record]:
    """Combinations that their rules forbid."""
    unlit: Record = {"subject_light_contrast": "unknown", "subject_light_direction": "unknown"}
    even: Record = {"subject_light_contrast": "normal", "subject_light_direction": "consistent"}
    a_complex = contrasts(schema)[3]
    found: list[Record] = [
        {"color_temperature": "black_white", colorfulness(schema): "high"},
        {"scene_type": "synthetic", "firelight": True},
        {"sunlight": False, "sunlight_level": "sunny"},
        unlit | {"subject_condition": "unclear_or_light_emitting", "subject_light_contrast": "high"},
        unlit | {"subject_condition": "unrealistic", "subject_light_direction": "consistent"},
        even | {"subject_condition": "consistent", "subject_light_contrast": "unknown", "revealing_shot": False},
        even | {"subject_condition": "consistent", "subject_light_direction": "unknown", "revealing_shot": False},
        even | {"subject_condition": "inconsistent", "subject_light_contrast": a_complex},
        even | {"subject_condition": "inconsistent", "subject_light_direction": "complex_changing"},
        even | {"subject_condition": "inconsistent", "subject_ambient_light": True, "subject_top_light": True},
        even | {"subject_condition": "inconsistent", "subject_light_direction": "unknown", "subject_front_light": True},
        even | {"subject_condition": "consistent", "subject_front_light": True, "revealing_shot": True},
    ]
    if schema == "current":
        both: Record = {"subject_left_side_light": True, "subject_right_side_light": True}
        found.append(even | {"subject_condition": "inconsistent"} | both)
    return found


_SPOIL: dict[str, Callable[[random.Random, Record, Schema], tuple[str, ...]]] = {
    "unknown_value": _unknown_value,
    "misspelt_name": _misspelt_name,
    "retired_value": _retired_value,
    "impossible": _impossible,
    "missing": _missing,
}


def main() -> None:
    """Print records, one JSON object a line."""
    parser = argparse.ArgumentParser(description="Print lighting records in one of the authors' two schemas.")
    parser.add_argument("--schema", choices=("old", "current"), default="current")
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--defects", type=float, default=0.0, help="share of each kind of defect")
    given = parser.parse_args()
    kinds = [kind for kind in DEFECTS if given.schema == "current" or kind != "retired_value"]
    shares = dict.fromkeys(kinds, given.defects)
    for made in lighting_records(given.n, seed=given.seed, schema=given.schema, shares=shares):
        print(json.dumps({"id": made.id, "defect": made.defect, "about": made.about, "record": made.record}))


if __name__ == "__main__":
    main()
