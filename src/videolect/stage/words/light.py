"""Words for colour, lighting and effects."""

from __future__ import annotations

from videolect.stage.words.phrases import plain
from videolect.stage.words.sentences import Bit, Maker, Picker, Sentence, Wrong, sentence
from videolect.stage.words.telling import Telling

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


def color(telling: Telling) -> list[Maker]:
    """Temperature, strength, brightness, exposure."""
    fields = list(FIELDS["color"])
    if telling.get("color_temperature") == "black_white" or telling.get("colorfulness") == "black_white":
        gone = "colorfulness" if telling.get("color_temperature") == "black_white" else "color_temperature"
        fields = [each for each in fields if each[0] != gone]
    return [plain(telling, field, topic) for field, topic in fields]


def lighting(telling: Telling) -> list[Maker]:
    """Sources, quality, direction, contrast."""
    fields = FIELDS["lighting"]
    if not _lit(telling):
        return [plain(telling, field, topic) for field, topic in fields]
    rest = [plain(telling, field, topic) for field, topic in fields if field not in _TOGETHER]
    return [lambda pick: _place_lit(telling, pick), *rest]


_TOGETHER = ("scene_type", "light_sources", "sunlight_quality")
_SUN: dict[str, tuple[str, ...]] = {
    "hard": ("direct sunlight", "strong sunlight"), "soft": ("soft sunlight", "soft sunlight"),
    "sunset_sunrise": ("sunlight from a low sun", "the sunlight of a low sun"),
}  # fmt: skip


def _lit(telling: Telling) -> dict[str, tuple[str, ...]]:
    """The lights that can be told in one sentence with the place; empty where there is more to say."""
    place, sources = telling.get("scene_type"), telling.many("light_sources")
    if place == "interior" and sources == ("non_visible_light_source",):
        return {"": ("an unseen light source", "an unseen source")}
    if place == "exterior" and sources == ("sunlight",) and telling.get("sunlight_quality") in _SUN:
        return _SUN
    return {}


def _place_lit(telling: Telling, pick: Picker) -> Sentence:
    lights, quality, which = _lit(telling), telling.get("sunlight_quality"), pick.number(2)
    words = {value: forms[which] for value, forms in lights.items()}
    told = quality if quality in words else ""
    says = (*telling.needed.get("light_sources", ()), *telling.needed.get("sunlight_quality", ()))
    wrong = tuple(Wrong(kind="content", words=said) for value, said in words.items() if value != told)
    light = Bit(words=words[told], says=tuple(dict.fromkeys(says)), topic="quality" if told else "sources", wrong=wrong)
    where = telling.get("scene_type")
    other = "interior" if where == "exterior" else "exterior"
    place = Bit(words=where, says=telling.needed.get("scene_type", ()), wrong=(Wrong(kind="place", words=other),))
    return pick.one(
        sentence("The ", place, " is lit by ", light, ".", topic="environment"),
        sentence("The shot shows an ", place, " lit by ", light, ".", topic="environment"),
        sentence("This is an ", place, ", lit by ", light, ".", topic="environment"),
    )


def effects(telling: Telling) -> list[Maker]:
    """Whatever stands out."""
    return [plain(telling, field, topic) for field, topic in FIELDS["effects"]]
