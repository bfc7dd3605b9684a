"""False words for true ones: the opposite, or another value of the same series. Only phrases of the table are changed.

    >>> [each.words for each in falsified("The camera pans left.", "seed")][:1]
    ['The camera pans right.']

Whether what comes out is false is for the caller to see: by what the lexicon reads in it, and by what the draft says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from videolect.language.phrases import inflections
from videolect.record.checks import content_hash

_PAIRS = """
left/right leftward/rightward leftwards/rightwards left-hand/right-hand leftmost/rightmost up/down upward/downward
upwards/downwards forward/backward forwards/backwards clockwise/counter-clockwise clockwise/counterclockwise
above/below upper/lower top/bottom nearer/farther closer/farther higher/lower highest/lowest larger/smaller big/small
large/small high/low tall/short long/short old/young wide/narrow thick/thin slow/fast slowly/quickly
gradually/suddenly smooth/jerky smoothly/jerkily steady/shaky stable/unstable deep/shallow day/night
daytime/nighttime dawn/dusk sunrise/sunset indoors/outdoors indoor/outdoor interior/exterior warm/cool
warmer/cooler warm-toned/cool-toned bright/dark brighter/darker light/dark lighter/darker hard/soft harsh/soft
man/woman men/women boy/girl boys/girls he/she his/her male/female sitting/standing sits/stands
seated/standing walking/running walks/runs opens/closes opening/closing open/closed enters/leaves entering/leaving
rises/falls rising/falling ascends/descends ascending/descending raises/lowers raising/lowering
before/after beginning/end start/end first/last same/different many/few static/dynamic
sharp/soft visible/hidden full/empty inside/outside background/foreground front/back empty/crowded
overexposed/underexposed saturated/desaturated short-sleeved/long-sleeved
"""
_PHRASES = (
    ("toward the camera", "away from the camera"),
    ("towards the camera", "away from the camera"),
    ("left to right", "right to left"),
    ("from above", "from below"),
    ("out of focus", "in focus"),
    ("in front of", "behind"),
)
_SERIES = (
    ("extreme wide shot", "full shot", "medium shot", "close-up shot", "extreme close-up shot"),
    ("wide shot", "full shot", "medium shot", "close-up"),
    ("medium full shot", "extreme wide shot", "close-up"),
    ("medium close-up", "wide shot", "full shot"),
    ("extreme close-up", "wide shot", "medium shot"),
    ("close-up", "wide shot", "full shot", "medium shot"),
    ("eye level", "ground level", "hip level", "overhead level", "aerial level"),
    ("eye-level", "ground-level", "hip-level", "overhead-level", "aerial-level"),
    ("level angle", "high angle", "low angle", "bird's eye angle", "worm's eye angle"),
    ("high angle", "low angle", "level angle", "bird's eye angle"),
    ("low angle", "high angle", "level angle", "worm's eye angle"),
    ("slow motion", "time-lapse"),
    ("sunlight", "moonlight", "firelight", "candlelight"),
    ("daylight", "darkness"),
    ("vivid", "muted", "faded"),
    ("warm", "cool", "neutral"),
    ("at the same height as", "far above", "far below"),
    ("lens flare", "rainbow"),
    ("foreground", "middle ground", "background"),
    ("morning", "noon", "evening", "night"),
    ("summer", "autumn", "winter", "spring"),
    ("sunny", "rainy", "snowy", "foggy"),
    ("red", "green", "blue", "yellow", "white", "black", "brown", "orange", "purple", "pink", "grey"),
    ("gray", "red", "green", "blue", "yellow"),
    ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ("second", "third", "fourth", "fifth"),
    ("sand", "snow", "grass"),
    ("street", "beach", "forest", "desert"),
    ("car", "bus", "bicycle", "motorcycle"),
    ("dog", "cat", "horse"),
    ("jacket", "dress", "apron"),
    ("coat", "shirt", "swimsuit"),
    ("trousers", "shorts", "skirt"),
    ("hat", "helmet", "headscarf"),
)
_MOVES = (
    "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out", "dolly in", "dolly out", "push in",
    "pull out", "truck left", "truck right", "pedestal up", "pedestal down", "roll clockwise",
    "roll counter-clockwise",
)  # fmt: skip
_IRREGULAR = {
    "dolly": ("dolly", "dollies", "dollying", "dollied"), "zoom": ("zoom", "zooms", "zooming", "zoomed"),
    "pan": ("pan", "pans", "panning", "panned"), "tilt": ("tilt", "tilts", "tilting", "tilted"),
    "push": ("push", "pushes", "pushing", "pushed"), "pull": ("pull", "pulls", "pulling", "pulled"),
    "truck": ("truck", "trucks", "trucking", "trucked"), "roll": ("roll", "rolls", "rolling", "rolled"),
    "pedestal": ("pedestal", "pedestals", "pedestaling", "pedestaled"),
}  # fmt: skip
_PRONOUNS = frozenset({"he", "she", "his", "her"})
"""Exchanged last: they say who is meant, and seldom what is seen."""
_OPPOSITE_MOVE = dict(zip(_MOVES[::2], _MOVES[1::2], strict=True)) | dict(zip(_MOVES[1::2], _MOVES[::2], strict=True))


@dataclass(frozen=True, slots=True)
class Exchange:
    """A text in which one phrase was exchanged."""

    words: str
    was: str
    now: str
    at: int
    """Where ``was`` stood."""


def falsified(text: str, key: str) -> Iterator[Exchange]:
    """Each text that differs in one phrase: opposites first, then other values; the order within hangs on ``key``."""
    pattern = _pattern()
    found = [match for match in pattern.finditer(text) if not _idiom(text, match)]
    tries = []
    for match in found:
        for rank, other in enumerate(_table()[match[0].lower()]):
            last = 2 if match[0].lower() in _PRONOUNS else 0
            tries.append((last or int(rank > 0), content_hash(f"{key}/{match.start()}/{other}"), match, other))
    for _, _, match, other in sorted(tries, key=lambda each: each[:2]):
        now = _cased(match[0], _beside(other, text[match.end() :]))
        words = text[: match.start()] + now + text[match.end() :]
        yield Exchange(_articled(words, match.start()), match[0], now, match.start())


def inverted(text: str) -> tuple[str, int]:
    """The text with every phrase of the table exchanged for its opposite, and how many were."""
    count, at, out = 0, 0, ""
    for match in _pattern().finditer(text):
        if _idiom(text, match):
            continue
        out += text[at : match.start()]
        place = len(out)
        out = _articled(out + _cased(match[0], _beside(_table()[match[0].lower()][0], text[match.end() :])), place)
        at = match.end()
        count += 1
    return out + text[at:], count


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Phrase -> what may stand in its place, the opposite first."""
    found: dict[str, list[str]] = {}

    def add(word: str, *others: str) -> None:
        known = found.setdefault(word, [])
        known += [other for other in others if other != word and other not in known]

    for one, other in [*(pair.split("/") for pair in _PAIRS.split()), *_PHRASES]:
        add(one, other)
        add(other, one)
    for series in _SERIES:
        for at, word in enumerate(series):
            add(word, *series[at + 1 :], *series[:at])
    forms = {move: _forms(move) for move in _MOVES}
    for move, own in forms.items():
        order = [_OPPOSITE_MOVE[move], *(other for other in _MOVES if other not in (move, _OPPOSITE_MOVE[move]))]
        for at, form in enumerate(own):
            add(form, *(forms[other][at] for other in order))
    return {word: tuple(others) for word, others in found.items()}


def _forms(move: str) -> tuple[str, ...]:
    verb, _, way = move.partition(" ")
    return tuple(f"{form} {way}" for form in _IRREGULAR.get(verb) or sorted(inflections(verb)))


@cache
def _pattern() -> re.Pattern[str]:
    longest = sorted(_table(), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(map(re.escape, longest))})(?![\w'-])", re.IGNORECASE)


_BESIDE = {
    "right": re.compile(r"right (?:angle|away|after|before|next|now|behind)|all right", re.IGNORECASE),
    "left": re.compile(r"left (?:behind|over|alone)|is left\b(?! side)", re.IGNORECASE),
    "up": re.compile(r"(?:close|mak(?:e|ing)|set|pick(?:s|ed)?|lin(?:e|ed))[ -]up", re.IGNORECASE),
    "second": re.compile(r"\d seconds?|(?:a|per|one|each) second\b", re.IGNORECASE),
    "back": re.compile(r"back (?:and forth|to|of)", re.IGNORECASE),
    "after": re.compile(r"look\w* after|shortly after", re.IGNORECASE),
    "light": re.compile(r"(?:the|of|in|hard|soft|warm|cool|natural|is|key|fill|rim) light\b(?! \w+ed)", re.IGNORECASE),
    "her": re.compile(r"\bher\b", re.IGNORECASE),
    "end": re.compile(r"\bend\b(?! of)", re.IGNORECASE),
    "start": re.compile(r"\bstart\b(?! of)", re.IGNORECASE),
    "full": re.compile(r"full[ -](?:body|length|screen)", re.IGNORECASE),
    "long": re.compile(r"(?:as|so) long as", re.IGNORECASE),
}
"""Word -> what it stands in when it means something else, or when its opposite would be no English."""


def _idiom(text: str, match: re.Match[str]) -> bool:
    pattern = _BESIDE.get(match[0].lower())
    around = text[max(0, match.start() - 16) : match.end() + 16]
    return pattern is not None and any(
        found.start() <= match.start() - max(0, match.start() - 16) < found.end() for found in pattern.finditer(around)
    )


def _beside(word: str, rest: str) -> str:
    """Without the "shot" that stands behind it anyway."""
    return word.removesuffix(" shot") if re.match(r" shots?\b", rest) else word


def _cased(model: str, word: str) -> str:
    return word[0].upper() + word[1:] if model[0].isupper() else word


def _articled(text: str, at: int) -> str:
    """The text with "a" or "an" before what begins at ``at``, as its first letter asks for."""
    found = re.search(r"(?<!\w)(a|an) $", text[:at], re.IGNORECASE)
    if found is None:
        return text
    vowel = text[at : at + 1].lower() in "aeiou"
    word = found[1][0] + ("n" if vowel else "")
    return text[: found.start()] + word + " " + text[at:]
