"""The words of points: tokens with places, stems, words without content, and values that exclude each other.

>>> sorted(content("The men are walking in the middle ground."))
['man', 'midground', 'walk']
>>> conflict(values("in the left background"), values("in the right background"))
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_JOINED: Mapping[tuple[str, str], str] = {
    ("middle", "ground"): "midground", ("mid", "ground"): "midground", ("fore", "ground"): "foreground",
    ("back", "ground"): "background", ("close", "up"): "closeup", ("eye", "level"): "eyelevel",
    ("counter", "clockwise"): "counterclockwise", ("anti", "clockwise"): "counterclockwise",
    ("top", "down"): "topdown", ("bird's", "eye"): "birdseye", ("birds", "eye"): "birdseye",
    ("bird’s", "eye"): "birdseye",
}  # fmt: skip
_ALIKE: Mapping[str, str] = {
    "middleground": "midground", "grey": "gray", "centre": "center", "central": "center", "men": "man",
    "women": "woman", "people": "person", "individual": "person", "individuals": "person", "children": "child",
    "upwards": "up", "upward": "up", "downwards": "down", "downward": "down", "leftward": "left",
    "leftwards": "left", "rightward": "right", "rightwards": "right", "forwards": "forward",
    "backwards": "backward", "back": "back", "anticlockwise": "counterclockwise", "upper": "top", "lower": "bottom",
    "worn": "wear", "wore": "wear", "held": "hold", "seen": "see", "shown": "show", "stood": "stand", "sat": "sit",
    "sitting": "sit", "running": "run", "moved": "move", "moving": "move", "feet": "foot", "still": "static",
    "stationary": "static", "motionless": "static", "golden": "gold", "lady": "woman", "cellphone": "phone",
    "closeups": "closeup",
}  # fmt: skip

_EMPTY = """
's a about actually additionally all also am an and another any appear appearing appears are as at be because been
being both but by can caption clip could describe described describes description detail details did do does doing
done due during each finally for from furthermore had has have having he her here hers herself him himself his
however i if image in inaccurate inaccurately include includes including incorrect incorrectly initially instead
into is it it's its itself just lack lacking lacks let located may mention mentioned mentions might miss missing
more moreover most must n't no nor not note noted of off omit omits on only onto or other our out over placed
please position positioned quite rather s said same say says scene see seem seems seen shall she should show shown
shows situated slightly so some state stated states such t than that the their theirs them themselves then there
these they this those to under very video visible was we were what when where which while who whom whose will with
within without would wrong wrongly you your
"""
EMPTY_WORDS = frozenset(_EMPTY.split())
"""Words by which two mends are not told apart."""

_GROUPS: Mapping[str, str] = {
    "side": "left right",
    "height": "top bottom",
    "depth": "foreground midground background",
    "vertical": "up down",
    "along": "forward backward",
    "turn": "clockwise counterclockwise",
    "way": "in out",
    "angle": "high low level",
    "level": "eyelevel overhead aerial ground hip waist knee shoulder birdseye topdown",
    "size": "closeup medium full wide long",
    "focus": "shallow deep",
    "speed": "slow fast regular",
    "motion": "static moving unsteady smooth",
    "day": "day night daytime nighttime dusk dawn",
    "light": "light dark bright dim",
    "colour": "red orange yellow green blue purple pink brown black white gray beige tan silver gold khaki maroon teal",
    "count": "one two three four five six seven eight nine ten single several",
    "amount": "long short large small big",
    "person": "man woman boy girl",
    "place": "front behind above below inside outside indoors outdoors",
    "posture": "stand sit kneel lie crouch",
    "move": "pan tilt truck dolly zoom pedestal crane roll arc",
}
VALUES: Mapping[str, str] = {word: group for group, words in _GROUPS.items() for word in words.split()}
"""Word -> the group in which it excludes the others. Of a word in two groups, the last counts."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its place: characters [start, end) of its text."""

    word: str
    stem: str
    start: int
    end: int
    empty: bool
    """Whether it carries no content."""
    group: str
    """The group of values that it belongs to, or empty."""


def tokens(text: str) -> list[Token]:
    """The words of a text. "middle ground", "close-up" and the like are one."""
    found: list[Token] = []
    matches = list(_TOKEN.finditer(text))
    at = 0
    while at < len(matches):
        match = matches[at]
        word, end = match[0].lower(), match.end()
        if at + 1 < len(matches) and matches[at + 1].start() == end + 1:
            joined = _JOINED.get((word, matches[at + 1][0].lower()))
            if joined:
                word, end = joined, matches[at + 1].end()
                at += 1
        base, empty, group = _facts(word)
        found.append(Token(word, base, match.start(), end, empty, group))
        at += 1
    return found


def content(text: str) -> frozenset[str]:
    """The stems of the words that carry content."""
    return frozenset(token.stem for token in tokens(text) if not token.empty)


def values(text: str) -> Mapping[str, frozenset[str]]:
    """Group -> the values of it that are named."""
    return values_of(tokens(text))


def values_of(found: Iterable[Token]) -> Mapping[str, frozenset[str]]:
    """The same of tokens."""
    named: dict[str, frozenset[str]] = {}
    for token in found:
        if token.group:
            named[token.group] = named.get(token.group, frozenset()) | {token.stem}
    return named


def conflict(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Whether both name values of a group and neither holds the other's."""
    return any(not (one[group] <= other[group] or other[group] <= one[group]) for group in one.keys() & other.keys())


@lru_cache(maxsize=20_000)
def _facts(word: str) -> tuple[str, bool, str]:
    base = stem(word)
    return base, word in EMPTY_WORDS or base in EMPTY_WORDS, VALUES.get(base, VALUES.get(word, ""))


def stem(word: str) -> str:
    """A word without its ending: "walks", "walked" and "walking" are one. Light, and wrong at times, for both alike."""
    word = word.replace("’", "'").removesuffix("'s")
    if word in _ALIKE:
        return _ALIKE[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
        if word.endswith(("she", "che", "xe", "sse")):
            word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        if len(word) >= len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return _ALIKE.get(word, word)
