"""Free text of a critique to sentences, each without the frame that only says how to say it.

"1. Please include that the man turns." is the sentence "the man turns" with the frame ``add``. Sentences do not end
inside quotation marks. Nothing raises, whatever the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Frame = Literal["", "add", "say", "fault"]
"""add: it is to be added. say: this is how it should read. fault: something is wrong."""

OPEN = "\"“'‘"
_QUOTE = re.compile(
    r"""(?<![\w])(?:"(?P<a>[^"\n]{1,1200})" | “(?P<b>[^”\n]{1,1200})”
        | (?P<mark>['‘])(?P<c>[^\s'’](?:[^'’\n]|['’](?=\w)){0,600}?)['’](?!\w))""",
    re.VERBOSE,
)
_ITEM = re.compile(r"(?m)^[ \t]*(?:\(?\d{1,2}[.):]|[-*•–—]|\(?[a-zA-Z][.)](?=\s+[A-Z]))[ \t]+")
_INLINE = re.compile(r"(?<=[.!?”\"'])\s+\(?\d{1,2}[.)]\s+(?=[A-Z\"“'‘])")
_END = re.compile(r"""[.!?…]+["”'’)\]]*(?=\s+["“'‘(]?[A-Z0-9]|\s*$)|[;:](?=\s)|\n+""")
_JOINT = re.compile(r",\s+(?:and|but)\s+(?=(?:the|it|its|their|his|her|there|they|he|she|also)\b)", re.IGNORECASE)
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|St|No|approx)|\b[A-Z])\.$")

_OPENERS = re.compile(
    r"""^\s*(?:(?:additionally|also|furthermore|moreover|however|finally|lastly|firstly|secondly|thirdly|first|second
        |third|similarly|likewise|therefore|thus|in\s+reality|in\s+fact|actually|specifically|in\s+addition|overall
        |on\s+the\s+other\s+hand|for\s+(?:example|instance|accuracy|clarity|greater\s+precision|more\s+accuracy)
        |contrary\s+to\s+(?:the\s+(?:description|caption)|what\s+is\s+(?:stated|described)))\s*,\s*
        |(?:and|but|so|also)\s+ )+""",
    re.IGNORECASE | re.VERBOSE,
)
_ABOUT = (
    r"(?:the|this|your)\s+(?:video\s+|provided\s+|current\s+|original\s+|final\s+)?"
    r"(?:caption|description|text|feedback|statement)(?:'s\s+\w+)?"
)
_ADD = re.compile(
    rf"""^(?:please\s+|kindly\s+|you\s+(?:need\s+to|should|could|can|may)\s+|{_ABOUT}\s+(?:should|could|needs?\s+to|must)
        \s+(?:also\s+|explicitly\s+|be\s+revised\s+to\s+|be\s+updated\s+to\s+)?
        |it\s+(?:should|would|is|must)(?:\s+also)?\s+(?:be\s+)?(?:\w+\s+){{0,4}}?(?:to\s+)?(?=mention|note|includ|add|specif|highlight|clarif|point)
        |consider\s+|there\s+should\s+be\s+a\s+(?=mention)|the\s+video\s+would\s+benefit\s+from\s+|also\s+|additionally\s+)*
        (?:mention(?:ing|ed)?|not(?:e|ing|ed)|includ(?:e|ing|ed)|add(?:ing|ed)?|specif(?:y|ying|ied)|highlight(?:ing|ed)?
        |clarif(?:y|ying|ied)|emphasi[sz](?:e|ing|ed)|point(?:ed|ing)?\s+out|acknowledged?|indicat(?:e|ed|ing))\b
        (?:\s+(?:of|also|additionally|explicitly))?\s*
        (?:(?:the\s+|this\s+|a\s+)?(?:details?|fact|following|information|description)\s*
           (?:to\s+the\s+end\s+of\s+the\s+caption|at\s+the\s+end\s+of\s+the\s+(?:video|caption))?\s*(?=that|where|of|about|:|in\s+which))?
        (?:that\s+|where\s+|of\s+|about\s+|how\s+|when\s+|:\s*|in\s+which\s+)?""",
    re.IGNORECASE | re.VERBOSE,
)
_SAY = re.compile(
    rf"""^(?:please\s+)?(?:
        (?:instead,?\s+)?(?:{_ABOUT}|it)\s+(?:should|could|must|needs?\s+to|can)\s+(?:instead\s+|rather\s+|also\s+|simply\s+|be\s+(?:revised|corrected|changed|modified|updated|rephrased)\s+to\s+)*
            (?:be|say|state|read|describe|use|indicate|reflect|clarify|specify)(?:\s+that|\s+as|\s*[:,])?\s+
        |(?:it\s+(?:would|might|could|may)\s+be|it\s+is|it's)\s+(?:more\s+|better\s+|best\s+|clearer\s+)?(?:accurate|precise|appropriate|correct|better|clear|clearer|logical|suitable|to)?
            \s*(?:to\s+)?(?:say|state|describe|write|use|refer\s+to|specify|clarify)(?:\s+that|\s+it\s+as|\s*[:,])?\s+
        |{_ABOUT}\s+would\s+be\s+more\s+(?:accurate|precise)\s+if\s+it\s+(?:stated|mentioned|specified|described|noted|said)\s+(?:that\s+)?
        |(?:in\s+)?the\s+(?:video|scene|clip|shot|footage)\s+(?:clearly\s+|actually\s+)?(?:shows|depicts|features|displays)\s+(?:that\s+)?(?=\w)
        )""",
    re.IGNORECASE | re.VERBOSE,
)
_FAULT = re.compile(
    r"""\b(?:inaccurate(?:ly)?|incorrect(?:ly)?|wrong(?:ly)?|not\s+(?:accurate|correct|right|necessary|needed|relevant|clear|quite\s+accurate)
       |inconsistent|misleading|unnecessary|redundant|irrelevant|vague|unclear|ambiguous|imprecise|too\s+(?:vague|general|generic|broad)
       |speculative|subjective|problematic|erroneous(?:ly)?|mis(?:identif|describ|represent|characteri)\w+|fails?\s+to|omits?|overlooks?
       |lacks?|missing|does\s+not\s+(?:mention|include|specify|describe|match)|mistake\w*|errors?|contradict\w*|false|confusing)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PRAISE = re.compile(
    r"""\b(?:is|are|was|remains?)\s+(?:(?:largely|mostly|generally|otherwise|already|overall|very|quite|all|fully|completely|also)\s+)*
        (?:accurate|correct|good|excellent|fine|right|great|well[- ]written|well\s+done|appropriate)\b(?!\s+(?:ly|to))
      |\bno\s+(?:edits?|changes?|revisions?|corrections?)\s+(?:is|are|needed|required|necessary)
      |\b(?:effectively|beautifully|accurately|correctly|successfully|adequately)\s+(?:captur|describ|identif|convey|depict|list|detail|not)\w*
      |\bprovides?\s+a\s+(?:good|solid|clear|strong|great|detailed)
      |\bremain\s+(?:exactly\s+)?(?:the\s+same|unchanged|as)\b|\bkeep\s+(?:the\s+)?(?:rest|other)
      |\bmaintain\s+the\s+other\b|^\s*(?:good|great|nice|excellent)\s+(?:job|work|caption|description)""",
    re.IGNORECASE | re.VERBOSE,
)


_NOTHING = re.compile(
    rf"""^(?:(?:while|although)\b.*?,\s*)?(?:{_ABOUT}|it|this|the\s+feedback)\s+(?:also\s+|generally\s+|largely\s+)*(?:
          (?:contains?|includes?|has)\s+(?:\w+\s+){{0,4}}(?:errors?|inaccurac\w+|omissions?|mistakes?|issues?|problems?)\b.*
        | (?:(?:is|are)\s+)?(?:inaccurate|incorrect|incomplete|inaccurately\s+describes\s+the\s+\w+|not\s+accurate)
        | (?:can|could|should|needs?\s+to|would)\s+(?:be|benefit|provide)\s+.*
            \b(?:improv|precis|refin|revis|specific|detail|concis|objective).*
        | (?:generally|largely|mostly)?\s*follows?\s.*
        | (?:adds?|creates?|makes?|provides?|gives?|improves?|becomes?)\s.*
        | (?:should\s+be\s+)?(?:revised|corrected|as\s+follows)\b.*
        )[.:;]?$
      |^(?:the|these|your)\s+(?:instructions?|guidelines?|prompt)\b.*$
      |^(?:in\s+summary|to\s+improve|overall|in\s+conclusion)\b.*$
      |^there\s+(?:is|are)\s+(?:an?|some|several)\s+(?:\w+\s+)?(?:errors?|inaccurac\w+|issues?)\b.*$
      |^(?:the\s+)?(?:rest|remainder)\b.*$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a critique."""

    text: str
    """Without number, bullet and opening words."""
    quotes: tuple[str, ...]
    item: int
    """Which line or numbered item it stands in."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says without its frame."""

    text: str
    frame: Frame


def sentences(critique: str) -> list[Sentence]:
    """The sentences of a critique, in order."""
    found: list[Sentence] = []
    for item, line in enumerate(_items(critique)):
        for part in (clause for sentence in _split(line) for clause in _clauses(sentence)):
            text = _OPENERS.sub("", part).strip()
            if text and any(map(str.isalnum, text)):
                found.append(Sentence(text, tuple(quotes(text)), item))
    return found


def _clauses(sentence: str) -> list[str]:
    """A sentence with several complaints in its parts: "X is wrong, and it omits Y"."""
    parts = _JOINT.split(sentence)
    return parts if len(parts) > 1 and all(map(finds_fault, parts)) else [sentence]


def quotes(text: str) -> list[str]:
    """What stands in quotation marks, without them."""
    return [words for match in _QUOTE.finditer(text) if (words := quoted(match)).strip()]


def quoted(match: re.Match[str]) -> str:
    """The words of one match of the pattern of quotations."""
    return match["a"] or match["b"] or match["c"] or ""


def without_quotes(text: str) -> str:
    """Each quotation as one word, \N{BLACK SQUARE} with its number, so that a rule can speak of it."""
    count = iter(range(10_000))
    return _QUOTE.sub(lambda match: f"■{next(count)}" if quoted(match).strip() else match[0], text)


def unframed(text: str) -> Statement:
    """The statement of a sentence."""
    if match := _ADD.match(text):
        return Statement(text[match.end() :].strip(), "add")
    if match := _SAY.match(text):
        return Statement(text[match.end() :].strip(), "say")
    return Statement(text, "fault" if finds_fault(text) else "")


def finds_fault(text: str) -> bool:
    """Whether it says that something is wrong or missing."""
    return _FAULT.search(text) is not None


def praises(text: str) -> bool:
    """Whether it only says that something is right."""
    return _PRAISE.search(text) is not None and not finds_fault(text)


def says_nothing(text: str) -> bool:
    """Whether it only says that there is something to be said: "The caption contains an error."."""
    return _NOTHING.match(text) is not None and not quotes(text)


def _items(critique: str) -> list[str]:
    text = critique.replace("\r", "\n").replace("**", "")
    text = _INLINE.sub("\n", text)
    return [line for line in _ITEM.sub("\n\n", text).split("\n") if line.strip()]


def _split(line: str) -> list[str]:
    inside = [match.span() for match in _QUOTE.finditer(line)]
    found: list[str] = []
    start = at = 0
    for match in _END.finditer(line):
        while at < len(inside) and inside[at][1] < match.end():
            at += 1
        if at < len(inside) and inside[at][0] < match.start() and match.end() < inside[at][1]:
            continue
        if match[0][0] == ":" or _SHORT.search(line[start : match.start() + 1]):
            continue
        found.append(line[start : match.end()])
        start = match.end()
    found.append(line[start:])
    return [part.strip() for part in found if part.strip()]
