"""The same list of points told in several voices. Every sentence says what to write."""

from __future__ import annotations

from collections.abc import Iterable

from videolect.language.lexicon_values import Lexicon
from videolect.language.lint import constructiveness, lint_critique
from videolect.record.critique import SENTINEL, Point
from videolect.stage.words.drafts import Draft
from videolect.stage.words.sentences import Picker, capital

Forms = dict[str, tuple[str, ...]]
_TERSE: Forms = {
    "replace": ('Change "{w}" to "{r}".', 'Replace "{w}" with "{r}".', 'It should be "{r}" instead of "{w}".'),
    "insert": ('Add "{r}" after "{w}".', 'After "{w}", add "{r}".', 'It should add "{r}" after "{w}".'),
    "delete": ('Delete "{w}".', 'Remove "{w}".', '"{w}" should be removed.'),
    "order": ('The order should be "{r}", not "{w}".', 'Change the order to "{r}", instead of "{w}".'),
    "apart": ('Say "{a}" first, then "{b}".', 'It should be "{a}" first and "{b}" after it.'),
    "vague": ('Replace "{w}" with "{r}".', 'Instead of "{w}", say exactly what is seen: "{r}".'),
    "subjective": ('Delete "{w}".', 'Remove "{w}", which should not judge.'),
}
_FULL: Forms = {
    "replace": (
        'The caption says "{w}", but it should say "{r}".',
        'Please change "{w}" to "{r}", as that is what is seen.',
        'Rather than "{w}", the caption should read "{r}".',
    ),
    "insert": (
        'After "{w}", the caption should also say "{r}".',
        'Please add "{r}" after "{w}".',
        'The caption should mention one thing more after "{w}": it should add "{r}".',
    ),
    "delete": (
        'Please remove "{w}", as it should only say what the clip shows.',
        'The words "{w}" should be removed, since nothing of the kind is seen.',
    ),
    "order": (
        'The order should be changed: it should read "{r}" rather than "{w}".',
        'Please put these in the order of time, "{r}" instead of "{w}".',
    ),
    "apart": (
        'These two should change places: it should be "{a}" first, and only then "{b}".',
        'Please put "{a}" before "{b}", as one follows the other in the clip.',
    ),
    "vague": (
        'Please replace "{w}" with words that a reader can picture, which should be "{r}".',
        'Instead of "{w}", the caption should say plainly "{r}".',
    ),
    "subjective": (
        'Please delete "{w}", as a caption should tell what is seen and not how it feels.',
        'The words "{w}" should be removed, as they give an opinion.',
    ),
}
_TEACHER: Forms = {
    "replace": (
        'Look once more at "{w}": you should write "{r}" instead.',
        'Where you write "{w}", it should be "{r}".',
    ),
    "insert": (
        'After "{w}" you should go on and add "{r}".',
        'Remember to be complete: after "{w}" you should add "{r}".',
    ),
    "delete": (
        'You should take out "{w}" and keep to what the clip shows.',
        'Write only what you see, so you should leave out "{w}".',
    ),
    "order": (
        'Tell things as they follow one another: it should be "{r}" instead of "{w}".',
        'Watch the order again, which should be "{r}" instead of "{w}".',
    ),
    "apart": (
        'Tell things as they follow one another: it should be "{a}" first and then "{b}".',
        'Watch the order again, which should be "{a}" first and "{b}" after it.',
    ),
    "vague": (
        'A reader cannot picture "{w}", so you should name it: "{r}".',
        'Be exact, and instead of "{w}" you should write "{r}".',
    ),
    "subjective": (
        'You should leave out "{w}", for it tells a feeling.',
        'Keep to the facts: you should take out "{w}".',
    ),
}
_HURRIED: Forms = {
    "replace": ('should be "{r}" instead of "{w}".', 'change "{w}" to "{r}".', '"{w}" should be "{r}".'),
    "insert": ('should add "{r}" after "{w}".', 'please add "{r}" after "{w}".'),
    "delete": ('delete "{w}", should not be there.', 'please drop "{w}".'),
    "order": ('order should be "{r}" instead.', 'swap: should be "{r}" instead.'),
    "apart": ('order: should be "{a}" first, then "{b}".', 'swap: should be "{a}", then "{b}".'),
    "vague": ('should say "{r}" instead of "{w}".', 'please say what: "{r}" instead of "{w}".'),
    "subjective": ('please drop "{w}".', 'delete "{w}", should stay out.'),
}
VOICES: dict[str, Forms] = {"terse": _TERSE, "full": _FULL, "teacher": _TEACHER, "hurried": _HURRIED}
"""Voice -> kind of point or error -> sentences, ``{w}`` the words of the draft and ``{r}`` the right ones."""
_LISTED = ("terse", "hurried")
"""Voices that number their points, now and then."""


def critiques(draft: Draft, seed: int, lexicon: Lexicon) -> tuple[str, ...]:
    """One critique in each voice; for a right draft the one sentence that says so."""
    if not draft.points:
        return (SENTINEL,)
    return tuple(critique(draft, voice, seed, lexicon) for voice in VOICES)


def critique(draft: Draft, voice: str, seed: int, lexicon: Lexicon) -> str:
    """All points in one voice. Of several wordings the first is taken of which the linter has nothing to say."""
    best, score = "", -1.0
    for attempt in range(12):
        pick = Picker("critique", voice, seed, attempt, draft.text)
        text = _joined(_sentences(draft, VOICES[voice], pick), voice, pick)
        findings = lint_critique(text, draft.aspect, lexicon)
        value = constructiveness(text, lexicon) - len(findings)
        if value > score or not best:
            best, score = text, value
        if not findings and value >= 1.0:
            break
    return best


def _sentences(draft: Draft, forms: Forms, pick: Picker) -> list[str]:
    told = []
    for point, error, pair in zip(draft.points, draft.errors, draft.pairs, strict=True):
        kind: str = error if error in ("order", "vague", "subjective") else point.kind
        if kind == "order" and pair[0] and (point.kind == "reorder" or ". " in point.words or pick.chance(50)):
            kind = "apart"
        told.append(_filled(pick.one(*forms[kind]), point).replace("{a}", pair[0]).replace("{b}", pair[1]))
    return told


def _filled(form: str, point: Point) -> str:
    """Full stops of what is quoted stay out: they would end the sentence of the critique."""
    words, right = point.words.strip().rstrip("."), point.instruction.strip().rstrip(".")
    words = words.split(". ")[-1] if point.kind == "insert" else words
    if point.kind == "insert" and not words:
        form = form.replace(' after "{w}"', " at the start").replace('After "{w}"', "At the start")
    return form.replace("{w}", words.strip(" ,")).replace("{r}", right.strip(" ,"))


def _joined(sentences: Iterable[str], voice: str, pick: Picker) -> str:
    told = list(sentences)
    if voice in _LISTED and len(told) > 1 and pick.chance(40):
        return "\n".join(f"{number}. {each}" for number, each in enumerate(told, 1))
    if voice == "hurried":
        return " ".join(told)
    return " ".join(capital(each) for each in told)
