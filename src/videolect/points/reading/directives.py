"""Sentences that say what to do with words of the draft: change, remove, add, move; with quotation marks or without."""

from __future__ import annotations

import re

from videolect.points.reading.align import Draft, Found, Span
from videolect.points.reading.clauses import finds_fault, quotes, without_quotes
from videolect.points.reading.mends import bare, complement

MOST_QUOTES = 40
"""Quotations of one sentence up to which they are told apart."""
_CHANGE = r"(?:chang|replac|revis|modif|correct|adjust|rephras|updat|swap|edit|rewrit|alter|substitut|expand|reword)\w*"
_REMOVE = r"(?:remov|delet|omit|drop|exclud|eliminat|cut|tak)(?:e|es|ed|ing|ting|ted|ping)?(?:\s+(?:out|away))?"
_OLD_BEFORE = re.compile(
    rf"(?:\b{_CHANGE}\b[^■]*|\b(?:instead\s+of|rather\s+than|in\s+place\s+of|not|from)[,:]?\s+(?:\w+\s+){{0,4}})$", re.I
)
_NEW_BEFORE = re.compile(
    r"\b(?:to|with|by|as|into|read|reads|state|states|say|says|be|use|using|write|mention|is|for|describe|specify|simply|actually|rather|just|include|add|insert|:)"
    r"[,:]?\s*(?:(?:be|as|it|that|the|a|an|simply|more|accurately|following|phrase|word|words|term|something|like|sentence|read|state)\s*[:,]?\s*){0,5}$",
    re.I,
)  # fmt: skip
_DELETE_BEFORE = re.compile(rf"\b(?:{_REMOVE}|avoid\w*|do\s+not\s+(?:use|mention|include))\b[^■]*$", re.I)
_ADD_BEFORE = re.compile(r"\b(?:add|adding|include|including|insert|inserting|append)\b[^■]*$", re.I)
_PLACE_BEFORE = re.compile(r"\b(after|before|following|behind)\s+(?:\w+\s+){0,4}$", re.I)
_DELETE_AFTER = re.compile(
    rf"^[^■]*?\b(?:(?:should|could|can|must|may|needs?\s+to|to)\s+(?:also\s+)?be\s+(?:{_REMOVE}|avoided)"
    r"|(?:is|are|seems?)\s+(?:\w+\s+){0,3}?(?:unnecessary|redundant|irrelevant|not\s+needed|superfluous))\b",
    re.I,
)
_CHANGE_AFTER = re.compile(
    r"^[^■]*?\b(?:should|could|can|must|may|needs?\s+to|would\s+be\s+better)\b\s*(?:instead\s+|rather\s+|also\s+|more\s+accurately\s+)*"
    rf"(?:be\s+)?(?:{_CHANGE}|described|referred|stated|replaced|specified|be|read|say|identified|considered|moved)?\s*(?:to|as|with|by|into)?\s*(?:be\s+)?[:,]?\s*(?P<new>[^■.;]+)$",
    re.I,
)
_TO_AFTER = re.compile(r"^[^■.;]{0,30}?\b(?:to|with|by|as|into)\b\s+(?:be\s+|read\s+|state\s+)?(?P<new>[^■.;]+)$", re.I)
_IS_AFTER = re.compile(
    r"^[^■.;]{0,40}?\b(?:is|are|was)\s+(?:actually|in\s+fact|more\s+accurately|better\s+described\s+as|rather)\s+(?P<new>[^■.;]+)$",
    re.I,
)
_BUT_AFTER = re.compile(r"^,?\s*but\s+(?:in\s+the\s+video,?\s+|in\s+reality,?\s+|actually\s+)?(?P<new>[^■;]+)$", re.I)
_AGAINST = re.compile(
    r"(?:,\s*(?:and\s+)?not|rather\s+than|instead\s+of)\s+(?:just\s+|simply\s+)?(?:(?:the|a|an|on|in|from|at)\s+)*$",
    re.I,
)
"""What the words in quotation marks are set against stands before them, without any."""
_NO_MEND = re.compile(
    r"^(?:to|as|not\b.*|(?:be\s+)?(?:more\s+)?(?:improv|clarif|correct|revis|reconsider|rephras|remov|specif|precis|accurat|verif|adjust|chang|updat|simplif|expand|elaborat|condens|avoid|prohibit|forbid|mention)\w*\b.*)?$",
    re.I,
)
_FROM_TO = re.compile(rf"\b{_CHANGE}\b.*?\bfrom\s+(?P<old>[^■,.;]+?)\s+to\s+(?P<new>[^■.;]+)$", re.I)
_PLAIN_CHANGE = re.compile(
    rf"^(?:please\s+|you\s+should\s+|consider\s+)?{_CHANGE}\s+(?P<old>[^■]{{2,160}}?)\s+(?:to|with|by|into)\s+(?P<new>[^■]{{2,200}})$",
    re.I,
)
_PLAIN_REMOVE = re.compile(
    rf"^(?:please\s+|you\s+should\s+|consider\s+|and\s+)*{_REMOVE}\s+(?P<old>[^■]{{2,160}})$", re.I
)
_PLAIN_DROPPED = re.compile(
    rf"^(?P<old>[^■]{{2,160}}?)\s+(?:should|can|could|must|needs?\s+to)\s+be\s+{_REMOVE}\b", re.I
)
_LABEL = re.compile(
    r"^(?:(?:the|any|all|this|both|word|words|term|terms|phrase|phrases|sentence|mention|mentions|reference|references|detail|details|description|statement|part|of|about|to|that|adjective|information|last|first|describing|mentioning)\s+)+",
    re.I,
)
_MOVE = re.compile(r"\b(?:mov(?:e|ed)|reorder\w*|plac(?:e|ed)|put)\b", re.I)
_AT_END = re.compile(r"\b(?:at|to)\s+the\s+(?P<edge>end|start|beginning)\b", re.I)


def directives(draft: Draft, text: str, near: int | None) -> list[Found]:
    """Points of a sentence that speaks of words of the draft in quotation marks, or that changes or removes some."""
    said = quotes(text)
    masked = without_quotes(text)
    if len(said) > MOST_QUOTES:
        return []
    if said and (found := _quoted(draft, said, masked, near)):
        return found
    if not said:
        return _plain(draft, masked, near)
    return []


_LISTED = re.compile(r"\s*(?:,|and|or|,\s*and|&|/)?\s*(?:the\s+(?:word|phrase|term)s?\s+)?", re.I)


def place_of(draft: Draft, words: str, near: int | None) -> Span | None:
    """Where quoted words stand; of "a ... b" from a to b."""
    parts = [part for part in re.split(r"\s*(?:\.\.\.|…|\[\.\.\.\])\s*", words) if part.strip()]
    if len(parts) < 2:
        return draft.locate(words, near)
    first, last = draft.locate(parts[0], near), draft.locate(parts[-1], near)
    if first and last and first[0] < last[1]:
        return first[0], max(first[1], last[1])
    return first or last


def _quoted(draft: Draft, said: list[str], masked: str, near: int | None) -> list[Found]:
    pieces = re.split(r"■\d+", masked)
    places = [place_of(draft, words, near) for words in said]
    roles: list[str] = []
    for at in range(len(said)):
        lead = pieces[at]
        listed = bool(roles) and _LISTED.fullmatch(lead)
        if (listed and roles[-1] == "delete" and places[at]) or (_DELETE_BEFORE.search(lead) and places[at]):
            roles.append("delete")
        elif _PLACE_BEFORE.search(lead) and places[at] and len(said) > 1:
            roles.append("place")
        elif _OLD_BEFORE.search(lead) and places[at]:
            roles.append("old")
        elif roles and "old" in roles and _NEW_BEFORE.search(lead):
            roles.append("new")
        elif _ADD_BEFORE.search(lead) and not _exact(draft, said[at]):
            roles.append("add")
        elif _NEW_BEFORE.search(lead) and not _exact(draft, said[at]):
            roles.append("new")
        elif places[at] and _DELETE_AFTER.search(_behind(pieces, at)):
            roles.append("delete")
        elif places[at]:
            roles.append("old")
        else:
            roles.append("new" if "old" in roles else "none")
    return _paired(draft, said, places, roles, pieces)


def _paired(
    draft: Draft, said: list[str], places: list[Span | None], roles: list[str], pieces: list[str]
) -> list[Found]:  # fmt: skip
    found: list[Found] = []
    free = [at for at, role in enumerate(roles) if role == "new"]
    for at, role in enumerate(roles):
        place = places[at]
        if role == "delete" and place:
            found.append(Found("delete", place))
        elif role == "old" and place:
            after = [new for new in free if new > at] or list(free)
            if after:
                free.remove(after[0])
                found.append(Found("replace", place, said[after[0]].strip(" .,;:")))
            else:
                found.append(_mended_plainly(draft, place, pieces[at], _behind(pieces, at)))
        elif role == "add":
            found.append(_added(draft, said, places, roles, pieces, at))
    for at in free:
        if not any(one.kind == "replace" for one in found):
            found.append(Found("say", None, said[at].strip(" .,;:")))
    return found


def _behind(pieces: list[str], at: int) -> str:
    """What is said of words in quotation marks: behind the last of them that stand in one list."""
    rest = pieces[at + 1 :]
    return next((piece for piece in rest[:-1] if not _LISTED.fullmatch(piece)), rest[-1])


def _mended_plainly(draft: Draft, place: Span, lead: str, tail: str) -> Found:
    """Words in quotation marks whose mend stands behind them without any, or that are only spoken of."""
    said = tail.rstrip(" .")
    if _AGAINST.search(lead):
        return Found("quote", place)
    for pattern in (_CHANGE_AFTER, _IS_AFTER):
        if (match := pattern.match(said)) and (new := _plain_mend(match["new"])):
            return Found("replace", place, new)
    if (
        re.search(rf"\b{_CHANGE}\b", lead, re.I)
        and (match := _TO_AFTER.match(said))
        and (new := _plain_mend(match["new"]))
    ):
        return Found("replace", place, new)
    if match := _BUT_AFTER.match(said):
        run = draft.run(place)
        if new := complement(match["new"], draft.tokens[run.first : run.behind]):
            return Found("replace", place, new)
    return Found("fault" if finds_fault(f"{lead} {tail}") else "quote", place)


def _plain_mend(words: str) -> str:
    """The words of a mend without quotation marks; none where it only says that something is to be mended."""
    words = bare(
        re.split(
            r",\s+(?:and|but|which|as|rather|not)\b|\s+(?:rather\s+than|instead\s+of|as\s+(?:this|it|there))\b", words
        )[0]
    )
    return "" if _NO_MEND.match(words) else words


def _added(
    draft: Draft, said: list[str], places: list[Span | None], roles: list[str], pieces: list[str], at: int
) -> Found:  # fmt: skip
    for other, role in enumerate(roles):
        place = places[other]
        if role == "place" and place:
            start = place[0]
            before = "before" in pieces[other].lower().split()
            return Found("insert", (start, start) if before else place, said[at].strip(" .,;:"))
    if edge := _AT_END.search(" ".join(pieces)):
        return Found("edge", None, said[at].strip(" .,;:"), edge["edge"].lower())
    return Found("say", None, said[at].strip(" .,;:"))


def _plain(draft: Draft, text: str, near: int | None) -> list[Found]:
    text = text.strip().rstrip(".")
    if match := _FROM_TO.search(text) or _PLAIN_CHANGE.match(text):
        place = draft.locate(_LABEL.sub("", match["old"]), near)
        if place and (new := bare(match["new"])):
            return [Found("replace", place, new)]
    for pattern in (_PLAIN_REMOVE, _PLAIN_DROPPED):
        if match := pattern.match(text):
            old = _LABEL.sub("", re.split(r"\s+(?:from|as|because|since)\s+", match["old"])[0])
            place = draft.locate(old, near)
            return [Found("delete", place)] if place else [Found("remark", None, text)]
    return []


def _exact(draft: Draft, words: str) -> bool:
    return draft.locate(words, nearly=False) is not None
