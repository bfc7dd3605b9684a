"""Words for the place: point of view, hour, sky, surroundings, style, what is laid over it, how much moves."""

from __future__ import annotations

from videolect.stage.words.phrases import plain, wrong_values
from videolect.stage.words.sentences import Bit, Maker, Picker, Sentence, Wrong, capital, listed, many, sentence
from videolect.stage.words.telling import Telling

HOURS = {
    "day": ("in daylight", "in the daytime"),
    "twilight": ("at twilight", "at twilight"),
    "night": ("at night", "at night"),
}
SKIES = {"overcast": "under an overcast sky", "clear_sky": "under a clear blue sky"}
MEDIA = {"drawn_2d": "2D animation", "computer_3d": "3D animation"}


def scene(telling: Telling) -> list[Maker]:
    """In the order of the policy's topics."""
    place = telling.facts.place
    made: list[Maker] = [plain(telling, "camera_pov", "point_of_view"), lambda pick: _where(telling, pick)]
    if not place or telling.get("time_of_day_end"):
        made.append(plain(telling, "time_of_day_start", "time_of_day"))
    if not place or not _sky(telling):
        made.append(plain(telling, "scene_weather", "weather"))
    for number in range(0, len(telling.facts.details), 2):
        made.append(lambda pick, number=number: _details(telling, number, pick))  # type: ignore[misc]
    if not place or telling.get("picture_medium") not in MEDIA:
        made.append(plain(telling, "picture_medium", "style"))
    made += [plain(telling, "style_marks", "style"), plain(telling, "place_period", "style")]
    return [*made, lambda pick: _overlays(telling, pick), plain(telling, "scene_movement", "scene_dynamics")]


def _sky(telling: Telling) -> str:
    """The sky, where that is all there is of weather."""
    told = telling.many("scene_weather")
    return told[0] if len(told) == 1 and told[0] in SKIES else ""


def _where(telling: Telling, pick: Picker) -> Sentence | None:
    """Place, hour, sky and medium, in one sentence."""
    if not telling.facts.place:
        return None
    place = Bit(words=telling.facts.place, says=telling.needed.get("scene_places", ()), topic="place")
    when, medium = _when(telling, pick), telling.get("picture_medium")
    within = "on" if telling.facts.place.split(" with ")[0].endswith(" plain") else "in"
    if medium not in MEDIA:
        return pick.one(
            sentence(f"The scene takes place {within} ", place, *when, ".", topic="place"),
            sentence("The setting is ", place, *when, ".", topic="place"),
            sentence(f"The scene is set {within} ", place, *when, ".", topic="place"),
            sentence(f"The shot is set {within} ", place, *when, ".", topic="place"),
        )
    wrong = tuple(Wrong(kind="content", words=said) for value, said in MEDIA.items() if value != medium)
    kind = Bit(words=MEDIA[medium], says=telling.needed.get("picture_medium", ()), topic="style", wrong=wrong)
    return pick.one(
        sentence("This ", kind, f" is set {within} ", place, *when, ".", topic="place"),
        sentence("The scene, a ", kind, f", takes place {within} ", place, *when, ".", topic="place"),
        sentence("The setting of this ", kind, " is ", place, *when, ".", topic="place"),
        sentence("This ", kind, " shows ", place, *when, ".", topic="place"),
        sentence("This is a ", kind, f", set {within} ", place, *when, ".", topic="place"),
    )


def _when(telling: Telling, pick: Picker) -> list[str | Bit]:
    hour = "" if telling.get("time_of_day_end") else telling.get("time_of_day_start")
    parts: list[str | Bit] = []
    if hour in HOURS:
        which = pick.number(2)
        words = {value: forms[which] for value, forms in HOURS.items()}
        wrong = wrong_values(telling, "time_of_day_start", hour, words, "time")
        bit = Bit(words=words[hour], says=telling.needed.get("time_of_day_start", ()), topic="time_of_day", wrong=wrong)
        parts = [pick.one(", seen ", ", ", " "), bit]
    if sky := _sky(telling):
        wrong = tuple(Wrong(kind="content", words=f" {words}") for value, words in SKIES.items() if value != sky)
        says = telling.needed.get("scene_weather", ())
        parts.append(Bit(words=f" {SKIES[sky]}", says=says, topic="weather", wrong=wrong, cut=True))
    return parts


def _details(telling: Telling, number: int, pick: Picker) -> Sentence:
    told = pick.shuffled(telling.facts.details[number : number + 2])
    more = many(told)
    return pick.one(
        sentence(f"There {'are' if many(told[:1]) else 'is'} {listed(told)} in view.", topic="surroundings"),
        sentence(f"The surroundings include {listed(told)}.", topic="surroundings"),
        sentence(f"{capital(listed(told))} {'are' if more else 'is'} in view.", topic="surroundings"),
    )


def _overlays(telling: Telling, pick: Picker) -> Sentence | None:
    told = telling.facts.overlays
    says = telling.needed.get("has_overlays", ())
    if not told:
        if not telling.yes("has_overlays"):
            return None
        return sentence("An ", Bit(words="overlay", says=says), " lies over the picture.", topic="overlays")
    verb = "are" if many(told) else "is"
    return sentence(capital(listed(told)), " ", Bit(words=f"{verb} overlaid on the picture", says=says), ".",
                    topic="overlays")  # fmt: skip
