"""Drafts with known errors, and the points that mend them: carrying these out gives the true caption again."""

from __future__ import annotations

from dataclasses import dataclass

from videolect.language.claims import claims_of
from videolect.language.lint import lint
from videolect.language.spec import Spec
from videolect.points.apply import apply_points
from videolect.record.critique import Point, PointKind
from videolect.stage.facts import Facts
from videolect.stage.words.captions import composed
from videolect.stage.words.errors import Change, ErrorKind, candidates
from videolect.stage.words.sentences import Picker, text_of
from videolect.stage.words.telling import Telling, judge

MAX_ERRORS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A caption as a machine or a beginner could have written it."""

    aspect: str
    text: str
    points: tuple[Point, ...]
    """All that is wrong with it; empty where it is right."""
    errors: tuple[ErrorKind, ...]
    """For each point the kind of error."""
    truth: str
    """The true caption that the points lead to."""
    pairs: tuple[tuple[str, str], ...] = ()
    """For each point what comes first and what after it, where the order was wrong and each can be quoted."""


def drafts(spec: Spec, facts: Facts, aspect: str, seed: int, count: int = 3) -> tuple[Draft, ...]:
    """Up to ``count`` drafts of 0 to 4 errors each; none where there is no exact caption to begin with."""
    telling = Telling(spec, facts)
    found = []
    for number in range(count):
        told = composed(telling, aspect, seed, 1000 + number)
        if told is None:
            continue
        pick = Picker("draft", seed, aspect, number)
        wanted = pick.number(MAX_ERRORS + 1)
        text = text_of(told)
        chosen: list[Change] = []
        for change in candidates(telling, aspect, told, pick):
            if len(chosen) == wanted:
                break
            if not _is_error(telling, aspect, text, change) or any(_touch(change, other) for other in chosen):
                continue
            if _mended(text, sorted([*chosen, change], key=_place)):
                chosen.append(change)
        chosen.sort(key=_place)
        draft, points = _written(text, chosen)
        kinds, pairs = tuple(c.kind for c in chosen), tuple(c.pair for c in chosen)
        found.append(Draft(aspect=aspect, text=draft, points=points, errors=kinds, truth=text, pairs=pairs))
    return tuple(found)


def _place(change: Change) -> tuple[int, int]:
    return change.start, change.end


def _touch(one: Change, other: Change) -> bool:
    """Whether they meet: between two errors at least one true word stays."""
    return one.start <= other.end + 1 and other.start <= one.end + 1


def _is_error(telling: Telling, aspect: str, text: str, change: Change) -> bool:
    """Whether the change can be told: in what the text claims, or in what the linter finds."""
    draft = text[: change.start] + change.words + text[change.end :]
    if change.kind in ("vague", "subjective"):
        # A clause that only judges must not claim anything besides.
        found = {finding.kind for finding in lint(draft, aspect, telling.spec.lexicon)}
        return change.kind in found and not (
            change.kind == "subjective" and _claims(telling, draft) != _claims(telling, text)
        )
    if not draft.strip() or lint(draft, aspect, telling.spec.lexicon):
        return False
    if change.kind == "wrong" and change.what == "look":
        return draft != text
    if change.kind == "order":
        return _claims(telling, draft) != _claims(telling, text)
    verdict = judge(telling, aspect, draft)
    return bool(verdict.unsaid if change.kind == "missing" else verdict.untrue)


def _claims(telling: Telling, text: str) -> tuple[tuple[str, str, int], ...]:
    return tuple(sorted((claim.primitive, claim.state, claim.order) for claim in claims_of(text, telling.spec.lexicon)))


def _mended(text: str, chosen: list[Change]) -> bool:
    """Whether carrying out the points gives the true text, all at once."""
    draft, points = _written(text, chosen)
    mended, applied, _ = apply_points(draft, points)
    return mended == text and len(applied) == len(points)


def _written(text: str, chosen: list[Change]) -> tuple[str, tuple[Point, ...]]:
    out, at = "", 0
    spans: list[tuple[int, int]] = []
    for change in chosen:
        out += text[at : change.start]
        start = len(out)
        out += change.words
        spans.append((start, len(out)))
        at = change.end
    out += text[at:]
    points = tuple(
        _point(f"p{number}", change, out, span, text[change.start : change.end])
        for number, (change, span) in enumerate(zip(chosen, spans, strict=True), 1)
    )
    return out, points


def _point(id_: str, change: Change, draft: str, span: tuple[int, int], right: str) -> Point:
    start, end = span
    if change.kind == "missing":
        end = len(draft[:start].rstrip())
        start = _anchor(draft, end)
        if right.startswith(","):  # a clause behind a comma is quoted with the words that it belongs to
            return _made(id_, "replace", change, draft, (start, end), draft[start:end] + right)
        return _made(id_, "insert", change, draft, (start, end), right.strip())
    if not right:
        start += len(draft[start:end]) - len(draft[start:end].lstrip(" ,"))
        why = {"invented": "This is not so.", "subjective": "This is a judgement."}[change.kind]
        return _made(id_, "delete", change, draft, (start, end), why)
    if change.whole[0]:
        first, second = change.whole
        return _made(id_, "reorder", change, draft, (end - len(first), end), f'before "{second}"')
    return _made(id_, "replace", change, draft, (start, end), right)


def _made(id_: str, kind: PointKind, change: Change, draft: str, span: tuple[int, int], instruction: str) -> Point:
    start, end = span
    first, last = change.frames or (None, None)
    return Point(
        id=id_, kind=kind, start=start, end=end, words=draft[start:end], instruction=instruction, start_frame=first,
        end_frame=last, primitive=change.primitive, topic=change.topic, severity=change.severity,
    )  # fmt: skip


def _anchor(draft: str, end: int) -> int:
    """Where the last few words before a place begin, in their sentence."""
    words = draft[:end].split(" ")
    start = max(0, end - len(" ".join(words[-4:])))
    return max(start, draft.rfind(". ", 0, end) + 2 if ". " in draft[:end] else 0)
