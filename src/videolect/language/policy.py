"""The instruction for one caption, made from the specification: what to write, what to leave out, in which form.

There are two renderings. With labels, only what holds for the clip is told and the labels stand there as facts;
without labels, what hangs on them is told as a condition ("Where the shot is scenery, ..."). Both are plain text and
the same for the same input, so that an instruction can be kept, and found again, by its ``hash``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from videolect.language.answers import settled, sides_of
from videolect.language.values import Aspect, Branch, Field, Limits, Option, Segment

if TYPE_CHECKING:  # a specification shows its policies, so it may import this module
    from videolect.language.spec import Spec

Answers = Mapping[str, object]
_TRANSITION = "shot_transition"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One rendering of an aspect's policy."""

    aspect: str
    text: str
    """Empty where the clip is refused."""
    facts: tuple[str, ...] = ()
    """What the labels say of this aspect, as they stand in the text. Ordinary answers are left out."""
    unknown: tuple[str, ...] = ()
    """What the topics would take from labels and these leave open, by the titles of the questions."""
    branches: tuple[str, ...] = ()
    """The branches that are told, by id."""
    missing_parents: tuple[str, ...] = ()
    """Aspects whose captions come first and are not there."""
    refused: str = ""
    """Why there is no such caption of this clip; empty where there is one."""

    @property
    def hash(self) -> str:
        """SHA-256 of the text: two instructions are the same where it is."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def policy_with_labels(spec: Spec, aspect: str, answers: Answers, captions: Mapping[str, str] | None = None) -> Policy:
    """The policy for one clip. ``captions``: those of other aspects that are there already, by aspect.

    Of a branch that hangs on an open question the conditional sentence is told. NotFound where there is no such aspect.
    """
    of = spec.aspect(aspect)
    meant = spec.normalise(answers)
    missing = tuple(parent for parent in of.parents if not (captions or {}).get(parent, "").strip())
    if meant.get(_TRANSITION) is True and not of.accepts_transition:
        return Policy(aspect=of.id, text="", missing_parents=missing, refused=_refusal(spec, of))
    facts, unknown = tuple(_facts(spec, of, meant)), tuple(_unknown(spec, of, meant))
    told = dict(_told(spec, of, meant))
    lines = [*_head(spec, of), *_block("What the labels say, which holds: contradict none of it", facts)]
    if unknown:
        lines += ["", f"Not known: do not guess, say of it only what is plain to see: {'; '.join(unknown)}."]
    lines += [*_topics(of), *_block("For this clip", tuple(told.values())), *_tail(of)]
    return Policy(
        aspect=of.id, text=_text(lines), facts=facts, unknown=unknown, branches=tuple(told), missing_parents=missing
    )


def policy_label_free(spec: Spec, aspect: str) -> Policy:
    """The policy for any clip: what hangs on labels is told as a condition. NotFound where there is no such aspect."""
    of = spec.aspect(aspect)
    told = {branch.id: branch.otherwise for branch in of.branches if branch.otherwise}
    lines = [*_head(spec, of), *_topics(of), *_block("For some clips", tuple(told.values())), *_tail(of)]
    return Policy(aspect=of.id, text=_text(lines), branches=tuple(told))


# ------------------------------------------------------------------------------------------------ what the labels say


def _refusal(spec: Spec, aspect: Aspect) -> str:
    able = _and([other.title.lower() for other in spec.aspects if other.accepts_transition])
    instead = f" Split the clip there, or write of it only: {able}." if able else " Split the clip there."
    return f"The clip holds a transition between shots, and the {aspect.title.lower()} caption is of one shot.{instead}"


def _facts(spec: Spec, aspect: Aspect, meant: Answers) -> Iterator[str]:
    for field in _spoken_of(spec, aspect):
        answer = meant.get(field.id)
        if answer is None or answer == field.neutral or _is_open(field, answer):
            continue
        words = _words(field, answer)
        if words:
            yield f"{field.title}: {words}"


def _unknown(spec: Spec, aspect: Aspect, meant: Answers) -> Iterator[str]:
    """Answers of "I cannot tell", and questions left open that a topic would be known from; a pair only once."""
    asked = spec.applicable(meant)
    topical = {id_ for topic in aspect.topics for id_ in topic.known_from}
    ends: set[str] = set()
    for field in _spoken_of(spec, aspect):
        answer = meant.get(field.id)
        if answer is not None:
            if _is_open(field, answer) and answer != field.neutral:
                yield f"{_lower(field.title)} (looked at, and could not be told)"
        elif field.id in asked & topical - ends and field.default is None and field.kind not in ("text", "segments"):
            ends |= {field.pair} if field.pair else set()
            yield _lower(field.title)


def _spoken_of(spec: Spec, aspect: Aspect) -> Iterator[Field]:
    return (field for field in spec.fields if aspect.id in field.mentioned_in and field.id != _TRANSITION)


def _is_open(field: Field, answer: object) -> bool:
    option = field.option(answer)
    return option is not None and option.open


def _words(field: Field, answer: object) -> str:
    """The answer in the words of the specification; empty where it says nothing, such as no, or an empty list."""
    if field.kind == "text":
        return f'"{answer}"' if answer else ""
    if field.kind == "flag":
        return "yes" if answer is True else ""
    if not isinstance(answer, tuple):
        return _say(field.option(answer))
    if field.kind == "segments":
        steps = (_step(field, segment) for segment in answer if isinstance(segment, Segment))
        return ", then ".join(step for step in steps if step)
    return ", ".join(_say(field.option(value)) for value in answer)


def _step(field: Field, segment: Segment) -> str:
    """'tilts down while dollying in'."""
    options = [option for value in segment.movements if (option := field.option(value))]
    return " while ".join(filter(None, [_say(o) if at == 0 else o.saying or _say(o) for at, o in enumerate(options)]))


def _say(option: Option | None) -> str:
    return (option.say or option.title).rstrip(".") if option else ""


def _told(spec: Spec, aspect: Aspect, meant: Answers) -> Iterator[tuple[str, str]]:
    table = settled(spec.parsed, [meant])

    def sentence(branch: Branch) -> str:
        yes, no = sides_of(spec.parsed, branch.when, table)
        return branch.say if yes else "" if no else branch.otherwise

    return ((branch.id, words) for branch in aspect.branches if (words := sentence(branch)))


# -------------------------------------------------------------------------------------------------------- the text


def _head(spec: Spec, aspect: Aspect) -> Iterator[str]:
    yield aspect.title
    yield aspect.purpose
    if aspect.parents:
        first = _and([spec.aspect(parent).title.lower() for parent in aspect.parents])
        captions = "captions, where they are given" if len(aspect.parents) > 1 else "caption, where it is given"
        yield f"Name persons, things and places as in the {first} {captions}."


def _topics(aspect: Aspect) -> Iterator[str]:
    yield "\nWrite about these, in this order, as far as they are there:"
    for number, topic in enumerate(aspect.topics, 1):
        less = f" Leave out: {_lower(topic.leave_out)}" if topic.leave_out else ""
        yield f"{number}. {topic.title}. {topic.say}{less}".rstrip()


def _tail(aspect: Aspect) -> Iterator[str]:
    yield from _block("What does not belong here", aspect.leave_out)
    yield from _block("Form", (*aspect.form, *_limits(aspect.limits)))


def _limits(limits: Limits) -> Iterator[str]:
    if limits.words_min is not None:
        yield f"Write at least {limits.words_min} words, unless fewer sentences are asked for above."
    if limits.words_max is not None:
        yield f"Write at most {limits.words_max} words."
    if limits.sentences_max is not None:
        yield f"Write at most {limits.sentences_max} sentences."


def _block(heading: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield f"\n{heading}:"
        yield from (f"- {line}" for line in lines)


def _text(lines: list[str]) -> str:
    return "\n".join(lines)


def _lower(sentence: str) -> str:
    """With a small first letter, unless the first word is a word of capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
