"""Corruption of free words by a model, and what is checked of every text that it gives.

Nothing that a model writes is taken on trust: a text that fails is asked for again, three times in all, and the triple
is then left out under the name of the check. The checks count words; they do not know whether a false value is false.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import get_args

from videolect.dataset.corruption.values import CorruptRule, LeftOut, Tools
from videolect.errors import BadInput
from videolect.record.critique import Critique, is_sentinel
from videolect.record.people import Model
from videolect.record.triple import Triple
from videolect.vlm import prompts
from videolect.vlm.prompts import Corruption, Prompt

ATTEMPTS = 3
Check = Callable[[str], str | None]
"""What is wrong with a text; None where nothing is."""

LENGTHS = {
    "inaccurate": (0.6, 1.6), "spurious": (1.0, 3.0), "incomplete": (0.05, 1.0), "non_constructive": (0.15, 1.4),
    "blind": (0.2, 20.0), "worst_caption": (0.5, 2.0),
}  # fmt: skip
"""Words of what is written for each word of what it is made of; short texts are granted a few words more."""
_SLACK = 4
_KEPT = {"inaccurate": 0.5, "spurious": 0.9, "incomplete": 0.0, "non_constructive": 0.25}
"""Of the words that the critique shares with the draft, the share that must still be there; at least one of them."""
MOST_COMMON = 0.6
"""Of the words that carry a right caption's meaning, the share that may stand in a worst one."""
_FUNCTION_WORDS = """
    a an the and or but of in on at to from by with for as it its is are was were be been this that these those there
    then than not no also into over he she they his her their should instead caption say says said word words add remove
    replace change mention
"""
_PLAIN = frozenset(_FUNCTION_WORDS.split())


def content_words(text: str) -> set[str]:
    """The words of a text that carry its meaning: lower-case, without function words."""
    return {word for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*", text.lower()) if word not in _PLAIN}


def mend_words(critique: str, draft: str, final: str) -> set[str]:
    """What a critique says is right: its words that the final caption has and the draft has not."""
    return content_words(critique) & (content_words(final) - content_words(draft))


def rewritten(triple: Triple, rule: CorruptRule, tools: Tools) -> tuple[str, int, Model]:
    """The triple's critique with k facts made wrong, added, left out or kept back; attempts; the model."""
    how = next((each for each in get_args(Corruption) if each == rule.kind), None)
    if how is None:
        raise BadInput(f"{rule.kind} is no corruption of words.", mend=f"Use one of {', '.join(get_args(Corruption))}.")
    critique, draft = triple.critique or "", triple.pre_caption or ""
    count = None if rule.kind == "non_constructive" and rule.k is None else rule.k or 1
    prompt = prompts.corrupt_critique(tools.spec, triple.aspect, draft, critique, how=how, count=count)
    return asked(tools, prompt, lambda text: fault(rule.kind, text, critique, draft, triple.post_caption))


def imagined(triple: Triple, text: str, tools: Tools) -> tuple[str, int, Model]:
    """A critique of ``text`` by a model that sees no film."""
    human = triple.critique or ""

    def check(said: str) -> str | None:
        if is_sentinel(said):
            return "it is the sentinel"
        if said == human:
            return "it is the expert's critique"
        if not content_words(said) & content_words(text):
            return "it speaks of nothing that the caption says"
        return None if is_sentinel(human) else _length("blind", said, human)

    return asked(tools, prompts.imagined_critique(tools.spec, triple.aspect, text), check)


def worst_of(triple: Triple, tools: Tools) -> tuple[str, int, Model]:
    """A caption by a model that is wrong from end to end."""
    right = triple.post_caption

    def check(text: str) -> str | None:
        common = len(content_words(text) & content_words(right)) / max(1, len(content_words(right)))
        if common > MOST_COMMON:
            return "it says much of what the right one says"
        return _length("worst_caption", text, right)

    return asked(tools, prompts.worst_caption(tools.spec, triple.aspect, right), check)


def revised(triple: Triple, text: str, critique: str, tools: Tools) -> tuple[str, Model]:
    """The text after the critique, by the model."""
    prompt = prompts.revise(tools.spec, triple.aspect, text, Critique(raw=critique))
    made, _, model = asked(tools, prompt, lambda _: None)
    return made, model


def asked(tools: Tools, prompt: Prompt, check: Check) -> tuple[str, int, Model]:
    """A text that passes the check, on one line; LeftOut where three do not."""
    if tools.ask is None:
        raise LeftOut("its critique has no points")
    why: str | None = None
    for attempt in range(ATTEMPTS):
        text, model = tools.ask(prompt, attempt)
        text = " ".join(text.split())
        why = "it is no text" if not text else check(text)
        if why is None:
            return text, attempt + 1, model
    raise LeftOut(f"the model's text failed three times: {why}")


def fault(kind: str, text: str, critique: str, draft: str, final: str) -> str | None:
    """What is wrong with a corrupted critique."""
    if is_sentinel(text) and not is_sentinel(critique):
        return "it is the sentinel"
    if " ".join(text.split()) == " ".join(critique.split()):
        return "nothing is changed"
    if too := _length(kind, text, critique):
        return too
    before, after = content_words(critique), content_words(text)
    mends = mend_words(critique, draft, final)
    of_draft = before & content_words(draft)
    if kind == "non_constructive" and mends & after:
        return "a mend is still in it"
    if kind == "inaccurate" and len(before & after) < 0.5 * len(before):
        return "little of the critique is left"
    if kind == "spurious" and len(before & after) < 0.9 * len(before):
        return "words of the critique are gone"
    if kind == "incomplete" and len(after - before) > 0.2 * len(after):
        return "it says something new"
    if of_draft and len(of_draft & after) < max(1, _KEPT[kind] * len(of_draft)):
        return "it does not speak of the same words of the draft"
    return None


def _length(kind: str, text: str, of: str) -> str | None:
    low, high = LENGTHS[kind]
    words, base = len(text.split()), len(of.split())
    if words < low * base - _SLACK:
        return "it is too short"
    return "it is too long" if words > high * base + (0 if kind == "incomplete" else _SLACK) else None
