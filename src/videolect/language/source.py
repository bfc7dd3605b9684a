"""A specification's files as entries that know their file and line, and the problems found in them.

Scalars are read as the text that stands there: ``no`` is the word "no", never false. What a word means is decided by
the field that it is compared with. Aliases and anchors are refused: an entry should be readable where it stands.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from videolect.errors import NotFound

MAX_BYTES = 2_000_000
"""Of one file: the whole of a language with 430 primitives is under half of it."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one where it is built in
    """Reads scalars as the text that stands there, so what they might mean to YAML is not worked out."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:
        """One tag for each kind of node."""
        return _TAGS[kind]

    def descend_resolver(self, current_node: yaml.Node | None, current_index: object) -> None:
        """Only the resolver that is not used needs to know the path."""

    def ascend_resolver(self) -> None:
        """The same on the way back."""


_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a specification, and how to mend it."""

    file: str
    line: int
    rule: str
    mend: str
    about: str = field(default="", compare=False)
    """The id that leads nowhere, where that is the problem."""

    def as_json(self) -> dict[str, str | int]:
        """As ``spec check`` prints it."""
        return {"file": self.file, "line": self.line, "rule": self.rule, "mend": self.mend}

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule} {self.mend}"


@dataclass(frozen=True)
class Place:
    """Where an entry stands. Lines count from 1."""

    file: str
    line: int

    def problem(self, rule: str, mend: str, *, about: str = "") -> Problem:
        """A problem here."""
        return Problem(self.file, self.line, rule, mend, about)


NOWHERE = Place("", 0)


class Wrong(Exception):
    """Private: carries one problem out of a parser to the entry that collects it."""

    def __init__(self, place: Place, rule: str, mend: str) -> None:
        super().__init__(rule)
        self.problem = place.problem(rule, mend)


@dataclass(frozen=True)
class Item:
    """One node of YAML with its place."""

    file: str
    node: yaml.Node

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.node.start_mark.line + 1)

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    def text(self, what: str) -> str:
        """The words of a scalar, without white space around them."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise Wrong(self.place, f"{what} is not a plain value.", "Write one value, not a list or a mapping.")
        return " ".join(str(self.node.value).split())

    def items(self, what: str) -> list[Item]:
        """The members of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise Wrong(self.place, f"{what} is not a list.", "Write a list: [a, b], or lines that begin with '- '.")
        return [Item(self.file, node) for node in self.node.value]

    def texts(self, what: str) -> tuple[str, ...]:
        """The members of a list of plain values."""
        return tuple(item.text(what) for item in self.items(what))

    def pairs(self, what: str) -> list[tuple[str, Item]]:
        """The members of a mapping, in order; a key that stands twice is a problem."""
        if not isinstance(self.node, yaml.MappingNode):
            raise Wrong(self.place, f"{what} is not a mapping.", "Write 'key: value' pairs.")
        found: list[tuple[str, Item]] = []
        seen: set[str] = set()
        for key, value in self.node.value:
            name = Item(self.file, key).text(f"A key of {what}")
            if name in seen:
                place = Place(self.file, key.start_mark.line + 1)
                raise Wrong(place, f"{what} has the key {name!r} twice.", "Keep one of the two.")
            seen.add(name)
            found.append((name, Item(self.file, value)))
        return found


def mapping(item: Item, what: str, *, needs: tuple[str, ...] = (), may: tuple[str, ...] = ()) -> dict[str, Item]:
    """The pairs of a mapping whose keys are known: unknown and missing ones are problems."""
    pairs = dict(item.pairs(what))
    for key, value in pairs.items():
        if key not in needs and key not in may:
            raise Wrong(value.place, f"{what} has the unknown key {key!r}.", f"Use {', '.join((*needs, *may))}.")
    for key in needs:
        if key not in pairs:
            raise Wrong(item.place, f"{what} has no {key!r}.", f"Add '{key}:'.")
    return pairs


@dataclass
class Source:
    """All files of one specification, read once."""

    root: Path
    files: dict[str, Item] = field(default_factory=dict)
    """Top node by path inside the folder, in the order of the paths."""
    texts: dict[str, str] = field(default_factory=dict)
    """What stands in each file, with plain line endings."""
    hash: str = ""
    """SHA-256 over paths and contents; line endings and the order on disk do not enter it."""
    problems: list[Problem] = field(default_factory=list)

    def under(self, prefix: str) -> Iterator[Item]:
        """The top nodes of the files whose path begins with ``prefix``."""
        return (item for path, item in self.files.items() if path.startswith(prefix))


SPECS = Path(__file__).parent / "specs"
"""The specifications that ship."""


def folder_of(spec: str | Path) -> Path:
    """The folder of a specification that ships, by name, or any other by its path."""
    if isinstance(spec, str) and spec.isidentifier() and (SPECS / spec).is_dir():
        return SPECS / spec
    folder = Path(spec)
    if not str(spec) or not folder.is_dir():
        shipped = ", ".join(sorted(path.name for path in SPECS.iterdir() if (path / "spec.yaml").is_file()))
        raise NotFound(f"There is no specification {str(spec)!r}.", mend=f"Give a folder, or one of: {shipped}.")
    return folder


def read(root: Path) -> Source:
    """Read every ``*.yaml`` below ``root``. What cannot be read becomes a problem, never an exception."""
    texts, problems = texts_in(root)
    source = read_texts(texts)
    return Source(root, source.files, source.texts, source.hash, [*problems, *source.problems])


def texts_in(root: Path) -> tuple[dict[str, str], list[Problem]]:
    """What stands in every ``*.yaml`` below ``root``, by path, and what could not be read."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    # A list, not a generator: a folder that cannot be listed fails here, as the missing folder that it is.
    for path in sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".yml":
            problems.append(Problem(name, 1, "The file ends in .yml and is not read.", "Rename it to .yaml."))
        if path.suffix != ".yaml":
            continue
        try:
            name.encode()
            if not stat.S_ISREG(path.stat().st_mode):
                raise Wrong(Place(name, 1), "This is no file.", "Give what is no file of a specification another name.")
            raw = path.read_bytes()
            _check_size(name, len(raw))
            texts[name] = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except Wrong as wrong:
            problems.append(wrong.problem)
        except UnicodeEncodeError:
            shown = os.fsencode(name).decode("utf-8", "backslashreplace")
            problems.append(Problem(shown, 1, "The file's name is not UTF-8.", "Rename it."))
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            problems.append(Problem(name, line, "The file is not UTF-8.", "Save it as UTF-8."))
        except OSError as error:
            problems.append(Problem(name, 1, f"The file cannot be read: {error.strerror}.", "Make it readable."))
    return texts, problems


def read_texts(texts: Mapping[str, str], known: Source | None = None) -> Source:
    """The same from what would stand in the files, by path. Files that are as in ``known`` are not read again."""
    source = Source(Path())
    for name in sorted(texts):
        text = source.texts[name] = texts[name]
        try:
            _check_size(name, len(text))
            same = known is not None and name in known.files and known.texts[name] == text
            source.files[name] = known.files[name] if known and same else Item(name, _compose(name, text))
        except Wrong as wrong:
            source.problems.append(wrong.problem)
    source.hash = hash_of(texts)
    return source


def hash_of(texts: Mapping[str, str]) -> str:
    """The hash of a specification of these files, without reading what they say."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    return digest.hexdigest()


def _check_size(name: str, size: int) -> None:
    if size > MAX_BYTES:
        raise Wrong(Place(name, 1), f"The file has {size:,} bytes.", f"Split it: {MAX_BYTES:,} at most.")


_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_DEPTH = 60
"""Of lists and mappings in one another. What is deeper is no specification, and would end the process."""


_PREFIX = re.compile(r"^[ \t?-]*", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")


def _may_hide(text: str) -> bool:
    """Whether there could be an anchor, an alias, a tag or a deep nesting: most files need not be read twice."""
    if any(sign in text for sign in "&*!"):
        return True
    deepest = depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    # A level of a block takes at least one sign at the start of a line, but for a list below a key, which takes none.
    indent = max((match.end() - match.start() for match in _PREFIX.finditer(text)), default=0)
    return deepest + 2 * (indent + 1) > MAX_DEPTH


def _check_events(name: str, text: str) -> None:
    """Wrong where there is an anchor, an alias, a tag, or too deep a nesting: told before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        place = Place(name, event.start_mark.line + 1 if event.start_mark else 1)
        if isinstance(event, yaml.AliasEvent):
            raise Wrong(place, f"The alias *{event.anchor} is not allowed.", "Write the entry out.")
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise Wrong(place, f"The anchor &{event.anchor} is not allowed.", "Remove it: there are no aliases.")
        if isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) and event.tag is not None:
            raise Wrong(place, f"The tag {event.tag[:60]} is not allowed.", "Remove it: words are read as they stand.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(place)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(place: Place) -> Wrong:
    return Wrong(place, f"More than {MAX_DEPTH} lists and mappings stand in one another.", "Flatten it.")


def _compose(name: str, text: str) -> yaml.Node:
    if odd := _ODD.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise Wrong(Place(name, line), "There is a control character.", "Remove it.")
    try:
        if _may_hide(text):
            _check_events(name, text)
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1 if mark else 1)
        if "nesting" in str(error.problem):  # newer libyaml counts by itself, and stops later than we do
            raise _too_deep(place) from None
        raise Wrong(place, f"This is not YAML: {error.problem or error.context}.", "Mend the syntax.") from None
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0].rstrip(".")
        raise Wrong(Place(name, 1), f"This is not YAML: {first}.", "Mend the syntax.") from None
    except RecursionError:
        raise _too_deep(Place(name, 1)) from None
    if node is None:
        raise Wrong(Place(name, 1), "The file is empty.", "Fill it or remove it.")
    return node
