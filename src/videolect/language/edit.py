"""Editing a specification entry by entry: plain data in, the files' texts out, and all else byte for byte as it was.

An entry is what stands under one id: mappings, lists and words, as ``data_of`` reads them. A changed entry keeps the
lines of those of its keys that say the same. Words that YAML would take for something else may stay plain, because
``source`` reads every scalar as text.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from videolect.errors import BadInput, NotFound
from videolect.language.source import Item, Source, read_texts
from videolect.language.values import ENTRY_KINDS, EntryKind

Texts = Mapping[str, str]
"""What stands in the files of a specification, by path."""

Data = str | list["Data"] | dict[str, "Data"]

FOLDER: Mapping[EntryKind, str] = {
    "primitive": "primitives/", "field": "fields/", "condition": "conditions/", "consistency": "consistency/",
    "aspect": "aspects/", "profile": "profiles/",
}  # fmt: skip
ORDER: Mapping[EntryKind, tuple[str, ...]] = {
    "primitive": (
        "id", "title", "group", "aspects", "definition", "question", "model_question", "decision", "look_alikes",
        "use_words", "avoid_words", "also_known_as", "applies_when", "yes_when", "no_when", "examples",
    ),
    "field": (
        "id", "title", "question", "help", "kind", "group", "pair", "applies_when", "neutral", "default",
        "mentioned_in", "options",
    ),
    "condition": (),
    "consistency": ("id", "never", "rule", "mend"),
    "aspect": (
        "id", "title", "parents", "needs_labels", "by_default", "accepts_transition", "purpose", "topics", "branches",
        "leave_out", "form", "limits",
    ),
    "profile": ("id", "why", "applies_when", "yes_when", "no_when"),
}  # fmt: skip
"""The keys of a new entry, in the order in which they are written."""

WIDTH = 120
WRAP = 108
MAX_WORDS = 20_000
"""Characters of one text."""
MAX_PARTS = 5_000
MAX_DEPTH = 40

_ID = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_PATH = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*\.yaml")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_RECORDS = ("examples", "example")
_PROSE = ("look_alikes", "branches")
"""Lists whose members are always written key by key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry where it stands: ``lines`` count from 0 and are half open, ``column`` is that of its dash or key."""

    kind: EntryKind
    id: str
    file: str
    node: yaml.Node
    start: int
    end: int
    column: int
    alone: bool
    """Nothing else stands in the list or mapping that holds it."""
    flow: bool
    """That list or mapping is written inside brackets."""

    @property
    def data(self) -> Data:
        """What it says."""
        return data_of(self.node)


# ----------------------------------------------------------------------------------------------------------- reading


def data_of(node: yaml.Node) -> Data:
    """What a node of YAML says: words with single spaces, lists, mappings."""
    if isinstance(node, yaml.MappingNode):
        return {_words(key): data_of(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [data_of(member) for member in node.value]
    return _words(node)


def _words(node: yaml.Node) -> str:
    return " ".join(str(node.value).split())


def entries(source: Source) -> dict[tuple[EntryKind, str], Entry]:
    """Every entry that can be edited, in the order of the files. Of an id that stands twice the first counts."""
    found: dict[tuple[EntryKind, str], Entry] = {}
    for name, item in source.files.items():
        for kind, folder in FOLDER.items():
            if name.startswith(folder):
                for entry in _in_file(kind, item, source.texts[name].split("\n")):
                    found.setdefault((kind, entry.id), entry)
    return found


def _in_file(kind: EntryKind, item: Item, lines: Sequence[str]) -> Iterator[Entry]:
    node, prefix = item.node, ""
    if kind == "aspect":
        id_ = _id_of(node)
        if id_ is not None:
            end = _end(lines, node, -1)
            yield Entry(kind, id_, item.file, node, node.start_mark.line, end, 0, True, _is_flow(node))
        return
    if kind == "profile":
        parts = item.file.split("/")
        node = next((value for key, value in _pairs(node) if _words(key) == "rules"), node)
        prefix = f"{parts[1]}/" if len(parts) == 3 else ""
    if kind == "condition":
        members = [(_words(key), value, key) for key, value in _pairs(node)]
    else:
        values = node.value if isinstance(node, yaml.SequenceNode) else []
        members = [(id_, value, value) for value in values if (id_ := _id_of(value)) is not None]
    for id_, value, begins in members:
        column = begins.start_mark.column if kind == "condition" else node.start_mark.column
        yield Entry(
            kind, prefix + id_, item.file, value, begins.start_mark.line, _end(lines, value, column), column,
            len(members) == 1, _is_flow(node),
        )  # fmt: skip


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _id_of(node: yaml.Node) -> str | None:
    return next((_words(value) for key, value in _pairs(node) if _words(key) == "id"), None)


def _end(lines: Sequence[str], node: yaml.Node, column: int) -> int:
    """The line after the last one of a node; comments and empty lines before what comes next are not the node's."""
    mark = node.end_mark
    end = mark.line if mark.line >= len(lines) or not lines[mark.line][: mark.column].strip() else mark.line + 1
    while end > node.start_mark.line + 1:
        last = lines[end - 1]
        indent = len(last) - len(last.lstrip())
        if last.strip() and not (last.lstrip().startswith("#") and indent <= max(column, 0)):
            break
        end -= 1
    return end


# ----------------------------------------------------------------------------------------------------------- writing


def cleaned(data: object) -> Data:
    """Data that came from outside as an entry's: words with single spaces. BadInput where it is anything else."""
    count = 0

    def clean(value: object, depth: int) -> Data:
        nonlocal count
        count += 1
        if count > MAX_PARTS or depth > MAX_DEPTH:
            raise BadInput("The entry is too large.", mend=f"Give at most {MAX_PARTS:,} parts, {MAX_DEPTH} deep.")
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int) and abs(value) < 10**9:
            return str(value)
        if isinstance(value, str):
            if len(value) > MAX_WORDS or (odd := _UNPRINTABLE.search(value)) is not None:
                why = f"{len(value):,} characters" if len(value) > MAX_WORDS else f"the character {odd.group()!r}"  # type: ignore[union-attr]  # one of both
                raise BadInput(f"A text of the entry has {why}.", mend=f"Write at most {MAX_WORDS:,}, in plain words.")
            return " ".join(value.split())
        if isinstance(value, list | tuple):
            return [clean(member, depth + 1) for member in value]
        if isinstance(value, Mapping):
            return {str(clean(str(key), depth + 1)): clean(member, depth + 1) for key, member in value.items()}
        raise BadInput(f"{type(value).__name__} has no place in an entry.", mend="Send words, lists and mappings.")

    return clean(data, 0)


def with_entry(
    texts: Texts, kind: EntryKind, id: str, data: object, *, file: str | None = None, known: Source | None = None
) -> dict[str, str]:
    """The files in which one entry is replaced, added (to ``file``, or where its group stands), or (None) removed.

    NotFound where an entry that is not there should be removed; BadInput for data that are no entry.
    ``known`` may hold files that are as they were, to save reading them again.
    """
    entry = None if data is None else cleaned(data)
    _check(kind, id, entry)
    folder = FOLDER[kind]
    source = read_texts({name: text for name, text in texts.items() if name.startswith(folder)}, known)
    found = entries(source).get((kind, id))
    if found is None and entry is None:
        raise NotFound(f"There is no {kind} {id!r}.", mend="Nothing has to be removed.")
    if entry is None and found is not None:
        return _without(texts, found)
    assert entry is not None  # the two cases without data are done
    if found is not None:
        return _replaced(texts, found, entry)
    return _added(texts, source, kind, id, entry, file)


def _check(kind: EntryKind, id: str, entry: Data | None) -> None:
    if kind not in ENTRY_KINDS:
        raise BadInput(f"{str(kind)[:60]!r} is no kind of entry.", mend=f"Use one of {', '.join(ENTRY_KINDS)}.")
    parts = id.split("/")
    if len(parts) != (2 if kind == "profile" else 1) or not all(_ID.fullmatch(part) for part in parts):
        raise BadInput(
            f"{id[:80]!r} is not an id.", mend="Use lower-case words joined by '_'; PROFILE/ID for a reading."
        )
    if entry is None:
        return
    if not isinstance(entry, dict) or not entry:
        raise BadInput(f"The {kind} {id} is no mapping.", mend="Send its keys and what they say.")
    if kind != "condition" and entry.get("id") != parts[-1]:
        raise BadInput(
            f"The entry for {id!r} has the id {entry.get('id')!r}.", mend="An id cannot be changed: add anew."
        )


def _without(texts: Texts, found: Entry) -> dict[str, str]:
    lines = texts[found.file].split("\n")
    if found.kind == "aspect" or (found.alone and found.kind != "profile"):
        return {name: text for name, text in texts.items() if name != found.file}
    if found.alone or found.flow:
        return _rewritten(texts, found, None)
    start, end = found.start, found.end
    if end < len(lines) and not lines[end].strip() and (start == 0 or not lines[start - 1].strip()):
        end += 1
    return {**texts, found.file: "\n".join(lines[:start] + lines[end:]).rstrip("\n") + "\n"}


def _rewritten(texts: Texts, found: Entry, entry: Data | None) -> dict[str, str]:
    """The file anew, without its comments: where an entry stands inside brackets, or leaves nothing behind."""
    node = read_texts({found.file: texts[found.file]}).files[found.file].node
    whole = data_of(node)
    own = found.id.split("/")[-1]
    holder = whole.get("rules") if found.kind == "profile" and isinstance(whole, dict) else whole
    if isinstance(holder, dict):
        holder.pop(own, None)
        if entry is not None:
            holder[own] = entry
    elif isinstance(holder, list):
        at = next(i for i, each in enumerate(holder) if isinstance(each, dict) and each.get("id") == own)
        holder[at : at + 1] = [] if entry is None else [entry]
    if found.kind == "profile" and isinstance(whole, dict) and not holder:
        del whole["rules"]
    others = {name: text for name, text in texts.items() if name != found.file}
    if not whole:
        return others
    blocks = (
        [_item(each, 0, found.kind) for each in whole]
        if isinstance(whole, list)
        else [_pair(key, value, 0) for key, value in whole.items()]  # type: ignore[union-attr]  # no file is one word
    )
    return {**texts, found.file: "\n\n".join("\n".join(block) for block in blocks) + "\n"}


def _replaced(texts: Texts, found: Entry, entry: Data) -> dict[str, str]:
    if found.data == entry:
        return dict(texts)
    if found.flow:
        return _rewritten(texts, found, entry)
    lines = texts[found.file].split("\n")
    if found.kind == "condition":
        fresh = _pair(found.id, entry, found.column)
    elif isinstance(found.node, yaml.MappingNode) and not _is_flow(found.node) and isinstance(entry, dict):
        fresh = _merged(lines, found, entry)
    else:
        fresh = _item(entry, found.column, found.kind)
    return {**texts, found.file: "\n".join(lines[: found.start] + fresh + lines[found.end :])}


def _merged(lines: Sequence[str], found: Entry, entry: Mapping[str, Data]) -> list[str]:
    """The entry's lines; keys that say what they said keep theirs, with the comments above them."""
    column = found.node.start_mark.column
    starts = [key.start_mark.line for key, _ in _pairs(found.node)]
    kept: dict[str, tuple[Data, list[str], list[str]]] = {}
    above: list[str] = []
    for at, (key, value) in enumerate(_pairs(found.node)):
        stop = starts[at + 1] if at + 1 < len(starts) else found.end
        end = min(max(_end(lines, value, column), starts[at] + 1), stop)
        body = [" " * column + lines[starts[at]][column:], *lines[starts[at] + 1 : end]]
        kept[_words(key)] = (data_of(value), above, body)
        above = list(lines[end:stop])
    fresh: list[str] = []
    for name in _in_order(found.kind, entry, list(kept)):
        old = kept.get(name)
        fresh += old[1] if old else []
        fresh += old[2] if old and old[0] == entry[name] else _pair(name, entry[name], column)
    fresh += above
    if found.kind == "aspect":
        return fresh
    while not fresh[0].strip() or fresh[0].lstrip().startswith("#"):
        fresh.pop(0)  # a comment that stood above a key which now comes first
    return [" " * found.column + "-" + fresh[0][found.column + 1 :], *fresh[1:]]


def _in_order(kind: EntryKind, entry: Mapping[str, Data], before: Sequence[str]) -> list[str]:
    if set(entry) <= set(before):
        return [key for key in before if key in entry]
    known = ORDER[kind]
    return sorted(entry, key=lambda key: known.index(key) if key in known else len(known))


def _added(texts: Texts, source: Source, kind: EntryKind, id: str, entry: Data, file: str | None) -> dict[str, str]:
    name = file or _home(source, kind, id, entry)
    if not _PATH.fullmatch(name) or not name.startswith(FOLDER[kind]):
        raise BadInput(f"{name[:80]!r} is no file for a {kind}.", mend=f"Name one such as {FOLDER[kind]}common.yaml.")
    before = texts.get(name)
    if kind == "aspect":
        if before is not None:
            raise BadInput(f"{name} holds another aspect.", mend=f"Name {FOLDER[kind]}{id}.yaml.")
        block = _keys(entry, 0, kind)
    elif kind == "condition":
        block = _pair(id, entry, 0)
    elif kind == "profile":
        return _added_reading(texts, source, name, entry)
    else:
        block = _item(entry, 0, kind)
    head = before.rstrip("\n") + "\n\n" if before else ""
    return dict(sorted({**texts, name: head + "\n".join(block) + "\n"}.items()))


def _added_reading(texts: Texts, source: Source, name: str, entry: Data) -> dict[str, str]:
    last = [each for each in entries(source).values() if each.file == name and not each.flow]
    if not last:
        head = texts[name].rstrip("\n") + "\n" if name in texts else ""
        block = ["rules:", *_item(entry, 2, "profile")]
        return dict(sorted({**texts, name: head + "\n".join(block) + "\n"}.items()))
    lines = texts[name].split("\n")
    fresh = ["", *_item(entry, last[-1].column, "profile")]
    return {**texts, name: "\n".join(lines[: last[-1].end] + fresh + lines[last[-1].end :])}


def _home(source: Source, kind: EntryKind, id: str, entry: Data) -> str:
    """The file in which a new entry is written: where others of its group stand, or the group's own."""
    folder = FOLDER[kind]
    if kind == "aspect":
        return f"{folder}{id}.yaml"
    group = entry.get("group") if isinstance(entry, dict) else None
    if kind == "profile":
        folder = f"{folder}{id.split('/')[0]}/"
    others = [each for each in entries(source).values() if each.file.startswith(folder) and not each.flow]
    if kind in ("primitive", "field"):
        mates = [each for each in others if isinstance(each.data, dict) and each.data.get("group") == group]
        named = group if isinstance(group, str) and _ID.fullmatch(group) else "more"
        return mates[-1].file if mates else f"{folder}{named}.yaml"
    common = f"{folder}common.yaml"
    return common if not others or any(each.file == common for each in others) else others[-1].file


def dump(kind: EntryKind, id: str, data: object) -> str:
    """One entry as it would be written into a file of its own."""
    entry = cleaned(data)
    if kind == "condition":
        return "\n".join(_pair(id, entry, 0)) + "\n"
    return "\n".join(_keys(entry, 0, kind) if kind == "aspect" else _item(entry, 0, kind)) + "\n"


def with_version(texts: Texts, version: str) -> dict[str, str]:
    """The files under another version."""
    head = "spec.yaml"
    source = read_texts({head: texts.get(head, "")})
    pairs = _pairs(source.files[head].node) if head in source.files else []
    value = next((value for key, value in pairs if _words(key) == "version"), None)
    if value is None:
        raise BadInput("spec.yaml has no version.", mend="Mend the specification first.")
    lines = texts[head].split("\n")
    line, begin, end = value.start_mark.line, value.start_mark.column, value.end_mark.column
    lines[line] = lines[line][:begin] + version + lines[line][end:]
    return {**texts, head: "\n".join(lines)}


# ------------------------------------------------------------------------------------------------------------- layout


def _keys(value: Data, indent: int, kind: EntryKind | None = None) -> list[str]:
    if not isinstance(value, dict):
        return [" " * indent + _flow(value)]
    keys = _in_order(kind, value, []) if kind else list(value)
    return [line for key in keys for line in _pair(key, value[key], indent)]


def _item(value: Data, indent: int, kind: EntryKind | None = None) -> list[str]:
    """A member of a list, key by key."""
    if isinstance(value, dict) and value:
        first, *rest = _keys(value, indent + 2, kind)
        return [" " * indent + "- " + first[indent + 2 :], *rest]
    return _short_item(value, indent)


def _short_item(value: Data, indent: int, *, record: bool = False) -> list[str]:
    """A member of a list, on one line where it fits."""
    head = " " * indent + "- "
    line = head + (_scalar(value) if isinstance(value, str) else _flow(value))
    if len(line) <= WIDTH or record or isinstance(value, list):
        return [line]
    return [head + ">-", *_wrapped(value, indent + 4)] if isinstance(value, str) else _item(value, indent)


def _pair(key: str, value: Data, indent: int) -> list[str]:
    head = " " * indent + _scalar(key, flow=True) + ":"
    if isinstance(value, str):
        line = f"{head} {_scalar(value)}"
        return [line] if len(line) <= WIDTH else [f"{head} >-", *_wrapped(value, indent + 2)]
    line = f"{head} {_flow(value)}"
    records = key in _RECORDS
    holds_mappings = isinstance(value, list) and any(isinstance(each, dict) for each in value)
    if not value or (key == "example") or (len(line) <= WIDTH and not holds_mappings and not records):
        return [line]
    if isinstance(value, dict):
        write = _records if records else _pair
        inner = [write(name, each, indent + 2) for name, each in value.items()]
        return [head, *(one for block in inner for one in block)]
    if key in _PROSE:
        return [head, *(one for each in value for one in _item(each, indent + 2))]
    return [head, *(one for each in value for one in _short_item(each, indent + 2))]


def _records(key: str, value: Data, indent: int) -> list[str]:
    head = " " * indent + _scalar(key, flow=True) + ":"
    if not isinstance(value, list) or not value:
        return _pair(key, value, indent)
    return [head, *(one for each in value for one in _short_item(each, indent + 2, record=True))]


def _wrapped(text: str, indent: int) -> list[str]:
    wrapped = textwrap.wrap(text, max(WRAP - indent, 40), break_long_words=False, break_on_hyphens=False)
    return [" " * indent + line for line in wrapped]


def _flow(value: Data) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key, flow=True)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return _scalar(value, flow=True)


def _scalar(text: str, *, flow: bool = False) -> str:
    """A word as YAML reads it back: plain where nothing in it means something else, else in quotes."""
    plain = bool(text) and (text[0].isalnum() or text[0] == "(")
    plain = plain and not text.endswith(":") and ": " not in text and " #" not in text
    if plain and not (flow and any(sign in text for sign in ",[]{}:?")):
        return text
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
