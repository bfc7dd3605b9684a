"""The pictures of a glossary: beside each film its first and last frame, and an index of all that is there.

``make_pictures`` writes ``NAME.start.jpg`` and ``NAME.end.jpg`` for each ``NAME.mp4`` that has its truth, and last the
index ``pictures.json``: a file is there whole or not at all, and what was made is kept. Films are decoded in the child.

``Glossary`` reads the index and gives out what it lists, by the hash of the bytes, and nothing else; no name of a file
comes from the index. ``Glossary.under`` says what a picture shows under one version of the language: by that version's
rules and the truth of the clip, so that a picture never contradicts the text beside it. None of this needs numba.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.files import write_whole
from videolect.language.rules import fields_of
from videolect.language.spec import Spec
from videolect.language.values import Field, Primitive
from videolect.video.backends import pillow
from videolect.video.frames import frames
from videolect.video.probe import probe

INDEX = "pictures.json"
FORMAT = 1
HEIGHT = 180
"""Lines of a still."""
MOST_BYTES = 8 << 20
"""Of a film or a still: a loop for a page is some 50 kB."""

_MOST_TRUTH = 64 << 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\.(?:yes|no)")
_HASH = re.compile(r"[0-9a-f]{64}")
_ENDINGS = {"film": ".mp4", "start": ".start.jpg", "end": ".end.jpg"}
KINDS = {".mp4": "video/mp4", ".jpg": "image/jpeg"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """One clip of a glossary with its two stills."""

    name: str
    """``PRIMITIVE.yes`` or ``PRIMITIVE.no``; its files are called after it."""
    also: str | None
    """The look-alike that is so in a clip of ``no``."""
    answers: Mapping[str, Any]
    """Its label record, by its truth."""
    width: int
    height: int
    film: str
    """SHA-256 of the bytes; so are the next two."""
    start: str
    end: str

    @property
    def primitive(self) -> str:
        """Of which it is a clip."""
        return self.name.rpartition(".")[0]

    @property
    def shows(self) -> bool:
        """Whether it was made to show it, and not a look-alike."""
        return self.name.endswith(".yes")

    @property
    def files(self) -> dict[str, str]:
        """Film, first and last frame: what they are called in the folder, with their hashes."""
        return {self.name + ending: getattr(self, part) for part, ending in _ENDINGS.items()}

    def as_json(self) -> dict[str, Any]:
        """As it stands in the index."""
        return {
            "name": self.name, "also": self.also, "width": self.width, "height": self.height, "film": self.film,
            "start": self.start, "end": self.end, "answers": dict(self.answers),
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What became of one clip."""

    name: str
    kept: bool = False
    """Whether its stills were there."""
    why: str | None = None
    """Why it has none."""


# ------------------------------------------------------------------------------------------------------------- making


def make_pictures(folder: Path, *, jobs: int = 1, told: Callable[[Made], None] = lambda _: None) -> list[Made]:
    """Make what is missing and write the index of all clips that are whole. NotFound where there is no glossary."""
    films = _films(folder)
    if not films:
        raise NotFound(
            f"{folder} holds no clips of a glossary.",
            mend=f"Make one: videolect stage render --set glossary --out {folder}.",
        )
    for stale in (*folder.glob(".*.jpg.*"), *folder.glob(f".{INDEX}.*")):
        stale.unlink(missing_ok=True)  # of a run that was killed
    try:
        known = {loop.name: loop for loop in Glossary.read(folder).loops}
    except VideolectError:
        known = {}
    made, loops = [], []
    with ThreadPoolExecutor(jobs) as pool:
        for done, loop in pool.map(lambda name: _one(folder, name, known.get(name)), films):
            made.append(done)
            told(done)
            if loop is not None:
                loops.append(loop)
    entries = ",\n".join(json.dumps(loop.as_json(), ensure_ascii=False) for loop in loops)
    text = f'{{"format": {FORMAT}, "loops": [\n{entries}\n]}}\n'.encode()
    if not (folder / INDEX).is_file() or (folder / INDEX).read_bytes() != text:
        write_whole(folder / INDEX, text)
    return made


def _films(folder: Path) -> list[str]:
    """The clips that have their truth: it is written last."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", mend="Give the folder of a glossary.")
    names = sorted(path.name.removesuffix(".truth.json") for path in folder.glob("*.truth.json"))
    return [name for name in names if _NAME.fullmatch(name) and (folder / f"{name}.mp4").is_file()]


def _one(folder: Path, name: str, known: Loop | None) -> tuple[Made, Loop | None]:
    try:
        also, answers = _truth(folder / f"{name}.truth.json", name)
        film = _small(folder / f"{name}.mp4")
        fresh = known is not None and all(_is(folder / file, hash_) for file, hash_ in known.files.items())
        if known is not None and fresh:
            size, start, end = (known.width, known.height), known.start, known.end
        else:
            size, start, end = _stills(folder, name)
    except VideolectError as error:
        return Made(name=name, why=error.message), None
    loop = Loop(
        name=name, also=also, answers=answers, width=size[0], height=size[1], film=_hash(film), start=start, end=end
    )
    return Made(name=name, kept=fresh), loop


def _stills(folder: Path, name: str) -> tuple[tuple[int, int], str, str]:
    path = folder / f"{name}.mp4"
    probed = probe(path)
    video, count = probed.video, probed.timeline.frame_count
    size = (max(2, 2 * round(HEIGHT * video.width * video.sample_aspect_ratio / video.height / 2)), HEIGHT)
    wanted = sorted({0, count - 1})
    pictures = [pillow.jpeg(each) for each in frames(path, wanted, timeline=probed.timeline, size=size)]
    for part, picture in zip(("start", "end"), (pictures[0], pictures[-1]), strict=True):
        write_whole(folder / (name + _ENDINGS[part]), picture)
    return (video.width, video.height), _hash(pictures[0]), _hash(pictures[-1])


def _truth(path: Path, name: str) -> tuple[str | None, Mapping[str, Any]]:
    """The look-alike that was asked for, and the clip's record."""
    try:
        truth = json.loads(_small(path, _MOST_TRUTH))
        asked, answers = truth["asked"], truth["records"][0]
        if asked["primitive"] != name.rpartition(".")[0] or asked["state"] is not name.endswith(".yes"):
            raise ValueError("it is about another clip")
        also = asked["also"]
        if not isinstance(answers, dict) or not (also is None or isinstance(also, str)):
            raise ValueError("its record is none")
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise CannotRead(f"{path} is no truth of a clip: {error}.", mend="Render the clip anew.") from None
    return also, answers


def _small(path: Path, most: int = MOST_BYTES) -> bytes:
    """A file's bytes. NotFound where there is none; CannotRead where it has too many."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", mend="Render the clip anew.") from None
    if len(data) > most:
        raise CannotRead(f"{path} has more than {most:,} bytes.", mend="Render the clip smaller.")
    return data


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is(path: Path, hash_: str) -> bool:
    try:
        return _hash(_small(path)) == hash_
    except VideolectError:
        return False


# ------------------------------------------------------------------------------------------------------------ reading


class Glossary:
    """A folder of pictures by its index. A clip of which a file is missing is left out."""

    def __init__(self, folder: Path, loops: tuple[Loop, ...]) -> None:
        self.folder = folder
        self.loops = loops
        self._files = {hash_: file for loop in loops for file, hash_ in loop.files.items()}
        self._under: dict[str, Shown] = {}

    @staticmethod
    def read(folder: Path) -> Glossary:
        """NotFound where there is no index, BadInput where it is none."""
        mend = f"Make it: videolect stage stills {folder}."
        if not (folder / INDEX).is_file():
            raise NotFound(f"There is no index of pictures in {folder}.", mend=mend)
        try:
            found = json.loads(_small(folder / INDEX, _MOST_TRUTH))
            if found["format"] != FORMAT:
                raise ValueError(f"its format is {found['format']!r}, and this release reads {FORMAT}")
            loops = [_loop(entry) for entry in found["loops"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInput(f"{folder / INDEX} is no index of pictures: {error}.", mend=mend) from None
        there = (loop for loop in loops if all((folder / file).is_file() for file in loop.files))
        return Glossary(folder, tuple(there))

    def file(self, hash_: str) -> tuple[bytes, str]:
        """The bytes of that hash, and their type. NotFound for what the index does not list, or has changed since."""
        name = self._files.get(hash_)
        data = _small(self.folder / name) if name is not None else b""
        if name is None or _hash(data) != hash_:
            raise NotFound(
                "There is no such picture.", mend="Load the page again; or make them anew: videolect stage stills."
            )
        return data, KINDS[Path(name).suffix]

    def under(self, spec: Spec) -> Shown:
        """What the pictures show by the rules of this specification."""
        if spec.hash not in self._under:
            self._under[spec.hash] = Shown(spec, self.loops)
        return self._under[spec.hash]


def _loop(entry: Any) -> Loop:
    """One entry of an index. ValueError, KeyError, TypeError where it is none."""
    loop = Loop(**{**entry, "answers": dict(entry["answers"])})
    texts = (loop.name, loop.film, loop.start, loop.end)
    if not all(isinstance(text, str) for text in texts) or not _NAME.fullmatch(loop.name):
        raise ValueError(f"{str(loop.name)[:60]!r} is no name of a clip")
    if not all(_HASH.fullmatch(text) for text in texts[1:]):
        raise ValueError(f"{loop.name} has a hash that is none")
    if not all(isinstance(side, int) and 0 < side <= 1 << 16 for side in (loop.width, loop.height)):
        raise ValueError(f"{loop.name} has no size")
    if not (loop.also is None or isinstance(loop.also, str)):
        raise ValueError(f"{loop.name} has no look-alike")
    return loop


# ------------------------------------------------------------------------------------------------- what they show


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionPicture:
    """What an answer to a question of the form looks like."""

    value: str | bool
    primitive: str
    """That the answer makes true."""
    loop: Loop


class Shown:
    """What the pictures show under one version of the language."""

    def __init__(self, spec: Spec, loops: tuple[Loop, ...]) -> None:
        self.spec = spec
        states = spec.derive_many([loop.answers for loop in loops])
        self._states = (
            {loop.name: row for row, loop in enumerate(loops)},
            {id_: states.column(id_) for id_ in spec.primitives},
        )
        self._by_name = {loop.name: loop for loop in loops}
        self._options: dict[str, list[OptionPicture]] | None = None

    def _state(self, loop: Loop, primitive: str) -> int:
        rows, columns = self._states
        return int(columns[primitive][rows[loop.name]]) if primitive in columns else -1

    def of(self, primitive: str) -> Loop | None:
        """The clip in which it is so."""
        loop = self._by_name.get(f"{primitive}.yes")
        return loop if loop is not None and self._state(loop, primitive) == 1 else None

    def beside(self, primitive: str, other: str) -> Loop | None:
        """The clip in which the look-alike is so and the primitive is not: its own look-alike's, or the other's."""
        beside, own = self._by_name.get(f"{primitive}.no"), self._by_name.get(f"{other}.yes")
        for loop in (beside if beside is not None and beside.also == other else None, own):
            if loop is not None and self._state(loop, other) == 1 and self._is_not(loop, primitive):
                return loop
        return None

    def _is_not(self, loop: Loop, primitive: str) -> bool:
        """Whether it is surely not so; what is undetermined would tell nothing apart."""
        state = self._state(loop, primitive)
        return state == 0 or (state == -1 and primitive in self.spec.does_not_apply(loop.answers))

    @property
    def options(self) -> Mapping[str, list[OptionPicture]]:
        """For each question what its answers look like, in the order of the form; those without a picture are left out.

        An answer has the picture of a primitive if the picture's own record gives this answer, the primitive is so in
        it, and is not so with another answer. Of several the one counts that the fewest other answers make true too,
        then the one that they leave open least, then that which hangs on the fewest questions.
        """
        if self._options is None:
            self._options = self._find_options()
        return self._options

    def _find_options(self) -> dict[str, list[OptionPicture]]:
        ranked = self._ranked()
        # A primitive shows the question that it is about, not those that it needs besides.
        own: dict[str, tuple[int, ...]] = {}
        for rank, _, picture in ranked:
            own[picture.primitive] = min(rank, own.get(picture.primitive, rank))
        best: dict[tuple[str, str | bool], OptionPicture] = {}
        for rank, field_id, picture in sorted(ranked, key=lambda each: each[0]):
            if rank == own[picture.primitive]:
                best.setdefault((field_id, picture.value), picture)
        found: dict[str, list[OptionPicture]] = {}
        for field in self.spec.fields:
            # A movement of a row looks as the direction that follows from it; a whip pan is first of all one.
            follows = {option.value: list(option.sets.items())[-1] for option in field.options if option.sets}
            keys = [(value, follows.get(str(value), (field.id, value))) for value in _values(field)]
            pictures = [replace(best[key], value=value) for value, key in keys if key in best]
            if pictures:
                found[field.id] = pictures
        return found

    def _ranked(self) -> list[tuple[tuple[int, ...], str, OptionPicture]]:
        """Every answer that a picture shows, with its question; the least rank is best."""
        asked = {field.id: field for field in self.spec.fields}
        changes: list[_Change] = []
        for primitive in self.spec.primitives.values():
            loop = self.of(primitive.id)
            about = _fields(self.spec, primitive) if loop is not None else []
            for id_ in about:
                assert loop is not None
                changes += _changes(asked[id_], primitive.id, loop, len(about))
        states = self.spec.derive_many([record for change in changes for record in change.records])
        ranked: list[tuple[tuple[int, ...], str, OptionPicture]] = []
        row = 0
        for change in changes:
            after = states.column(change.primitive)[row : row + len(change.records)].tolist()
            row += len(change.records)
            if 0 in after:  # else it is only undetermined without this answer
                rank = (after.count(1), after.count(-1), change.hangs_on)
                picture = OptionPicture(value=change.value, primitive=change.primitive, loop=change.loop)
                ranked.append((rank, change.field, picture))
        return ranked


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """The record of a clip with other answers to one question."""

    field: str
    value: str | bool
    primitive: str
    loop: Loop
    records: list[dict[str, Any]]
    hangs_on: int


def _fields(spec: Spec, primitive: Primitive) -> list[str]:
    """The questions that its rules ask of."""
    rules = (primitive.yes_when, primitive.no_when, primitive.applies_when)
    return list(dict.fromkeys(id_ for rule in rules if rule for id_ in fields_of(rule, spec.parsed.conditions)))


def _values(field: Field) -> list[str | bool]:
    if field.kind == "flag":
        return [True, False]
    return [option.value for option in field.options]


def _changes(field: Field, primitive: str, loop: Loop, hangs_on: int) -> Iterator[_Change]:
    if field.kind == "segments":
        return
    given = loop.answers.get(field.id)
    values = _values(field)
    for value in given if isinstance(given, list) else [given]:
        if value not in values or (hangs_on > 1 and _plain(field, value)):
            continue
        others: list[Any] = [other for other in values if other != value]
        if isinstance(given, list):
            rest = [member for member in given if member != value]
            others = [rest, *([*rest, other] for other in others if other not in rest)]
        records = [{**loop.answers, field.id: other} for other in others]
        yield _Change(field=field.id, value=value, primitive=primitive, loop=loop, records=records, hangs_on=hangs_on)


def _plain(field: Field, value: str | bool) -> bool:
    """Whether it says that there is nothing: many primitives hang on that and show something else."""
    return value is False or value == field.neutral
