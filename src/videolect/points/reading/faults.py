"""Sentences that say that something is wrong, or missing, and of what: "The description of the sky is inaccurate."."""

from __future__ import annotations

import re

from videolect.points.reading.align import Draft, Found
from videolect.points.reading.mends import bare
from videolect.points.reading.statements import added
from videolect.points.words import tokens

_WRONGLY = re.compile(
    r"""\b(?:incorrectly|inaccurately|wrongly|mistakenly|erroneously|falsely)\s+
        (?:states?|says?|describes?|identif(?:y|ies)|mentions?|claims?|indicates?|places?|implies|suggests?|labels?|refers?\s+to|attributes?|quantif(?:y|ies))[,:]?\s+
        (?:that\s+)?(?P<old>[^.;]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_WRONG = re.compile(
    r"""^(?:the\s+)?(?:description|mention|statement|phrase|depiction|reference|claim|identification|use|term|word|detail|details|part)s?
        \s+(?:of|about|regarding|to|that|stating(?:\s+that)?|describing|on|for)\s+(?P<old>.+?)\s+
        (?:is|are|was|were|may|might|could|does|do)\b(?P<rest>.*)$""",
    re.IGNORECASE | re.VERBOSE,
)
_MISSING = re.compile(
    r"""\b(?:omits?|overlooks?|neglects?\s+to\s+\w+|fails?\s+to\s+(?:mention|note|describe|include|capture|specify|address|state|convey|indicate)
        |(?:does|do|did)\s+not\s+(?:mention|include|note|specify|describe|capture|address)|(?:is|are)\s+missing(?:\s+from)?|misses(?:\s+out\s+on)?
        |lacks?|missing)\s+(?:also\s+|out\s+)?(?P<new>.+)$""",
    re.IGNORECASE | re.VERBOSE,
)
_GENERAL = re.compile(
    r"""^(?:(?:an?|the|any|some|several|key|important|crucial|more|other|many|its|specific|information|about|regarding)\s+)*
        (?:descriptions?|details?|information|mentions?|references?|specifications?|context|clarity|specificity|elements?|nuances?|actions?|opportunity|opportunities|aspects?|requirements?|visual|position|positions)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""^(?:(?:the|its|their|his|her|any|other|more|a|an)\s+)*(?:[\w'’-]+\s+){0,3}?
        (?:movements?|motions?|angles?|heights?|focus|perspectives?|positions?|actions?|tones?|changes?|texts?|poses?|orientation|locations?
        |colou?rs?|levels?|point\s+of\s+view|appearance|transitions?)\b(?!\s*(?:,\s*(?:which|with)|:|of\s+an?\b|["“]))""",
    re.IGNORECASE | re.VERBOSE,
)
"""What is missing is named by its kind only: "the camera's height"."""
_ABOUT_IT = re.compile(r"\b(?:caption|description|text|it|feedback|also|statement)\b", re.IGNORECASE)


def faults(draft: Draft, text: str, near: int | None) -> list[Found]:
    """``fault`` for words that are wrong; an addition for what is missing and named; a remark for what is not named."""
    if match := _WRONGLY.search(text):
        place = draft.locate(bare(match["old"]), draft.best_sentence(tokens(match["old"]), near)[0])
        return [Found("fault", place)] if place else []
    if (match := _WRONG.match(text)) and _faulty(match["rest"]):
        old = re.split(r"\s+as\s+", match["old"])
        place = draft.locate(bare(old[-1]), near) or draft.locate(bare(old[0]), near)
        return [Found("fault", place)] if place else []
    if (match := _MISSING.search(text)) and _ABOUT_IT.search(text[: match.start()] or "it"):
        wanted = re.split(r",\s*(?:this|making|causing|leaving|as|gradually|a\s+detail)\b", match["new"])[0]
        number = draft.best_sentence(tokens(wanted), near)[0]
        if _GENERAL.match(wanted) or _ATTRIBUTE.match(wanted) or len([t for t in tokens(wanted) if not t.empty]) < 2:
            return [Found("remark", draft.sentences[number] if number is not None else None, text)]
        return [added(draft, wanted, number)]
    return []


def _faulty(text: str) -> bool:
    return re.search(
        r"\b(?:in(?:accurate|correct|complete|consistent|sufficient)\w*|not|wrong|vague|generic|unclear|misleading|missing|mis\w+|ambiguous|unnecessary|imprecise|false)\b",
        text,
        re.IGNORECASE,
    ) is not None  # fmt: skip
