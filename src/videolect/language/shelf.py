"""The versions of a specification that are to be had: those that a workspace has published, and the one that shipped.

A published version is a folder ``NAME-VERSION``, written whole or not at all and never changed afterwards: its seal, a
file with the hash of what was published, tells when somebody edits it in place. A folder without a seal was put there
by hand. Campaigns keep the hash of theirs, and the shelf finds the version by it.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from videolect.errors import BadInput, CannotRead, NotFound, StaleVersion
from videolect.files import cannot_write, lock, sweep, whole_folder
from videolect.language.source import hash_of, texts_in
from videolect.language.spec import Spec
from videolect.language.version import VERSION, order_of

_NAMED = re.compile(rf"(?P<name>[a-z][a-z0-9_]*)-(?P<version>{VERSION})")

_PARTIAL_S = 3600
_PATIENCE_S = 20.0
"""For who publishes: trying a draft and writing it takes about three seconds."""

_log = logging.getLogger(__name__)

SEAL = "PUBLISHED"
"""The file of a published folder that holds its hash."""
_LOCK = ".lock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One version on the shelf."""

    name: str
    version: str
    hash: str
    path: Path | None
    """None: it came with the package."""
    edited: bool = False
    """Whether the folder says something else than what was published: nobody works under such a version."""

    @property
    def label(self) -> str:
        """``core-1.1.0``."""
        return f"{self.name}-{self.version}"


def _edited(version: Version) -> str:
    return f"{version.path} was edited in place: it does not say what was published as {version.label}."


_UNDO_EDIT = (
    "Put it back from a backup. To keep the edits, move it away and publish them at the desk as a higher version."
)


class Shelf:
    """Where specifications are found by name, version or hash. Several processes may publish to one folder."""

    def __init__(self, shipped: Spec, folder: Path | None = None) -> None:
        self.shipped = shipped
        self.folder = folder
        """Where versions are published; None: there are none beside the one that shipped."""
        self._lock = threading.Lock()
        self._loaded: dict[str, Spec] = {shipped.hash: shipped}
        self._known: dict[Path, Version] = {}
        self._missed = set[str]()

    # -- finding

    def versions(self) -> list[Version]:
        """All of them, the highest version first."""
        found = [self._of(path) for path in self._folders()]
        own = Version(name=self.shipped.name, version=self.shipped.version, hash=self.shipped.hash, path=None)
        known = {each.hash for each in found}
        every = [*found, *([] if own.hash in known else [own])]
        # Of two with one version the published one counts: the package cannot take it back.
        return sorted(every, key=lambda each: (order_of(each.version), each.path is not None), reverse=True)

    def newest(self) -> Spec:
        """The highest version under the name of the one that shipped. CannotRead where its folder was spoilt."""
        top = next(each for each in self.versions() if each.name == self.shipped.name)
        return self._load(top)

    def find(self, hash: str) -> Spec | None:
        """The version of this hash, or None where it is not to be had (any more)."""
        if hash in self._loaded:
            return self._loaded[hash]
        known = next((each for each in self.versions() if each.hash == hash), None)
        return None if known is None else self._load(known)

    def under(self, hash: str) -> Spec:
        """The version that work under this hash goes on with: that one, or the newest where it is not to be had."""
        found = self.find(hash)
        if found is not None:
            return found
        newest = self.newest()
        if hash not in self._missed:
            self._missed.add(hash)
            _log.warning(
                "Version %s of the specification is not to be had: work under it goes on under %s.", hash[:12],
                newest.version,
            )  # fmt: skip
        return newest

    def named(self, label: str) -> Spec:
        """The version called ``core-1.1.0`` (of the shipped name also ``1.1.0``). NotFound lists what there is."""
        for each in self.versions():
            if label in (each.label, each.version if each.name == self.shipped.name else each.label):
                return self._load(each)
        raise NotFound(
            f"There is no version {label[:80]!r}.", mend=f"There are {', '.join(v.label for v in self.versions())}."
        )

    def _folders(self) -> Iterable[Path]:
        if self.folder is None or not self.folder.is_dir():
            return []
        return [path for path in sorted(self.folder.iterdir()) if _NAMED.fullmatch(path.name) and path.is_dir()]

    def _of(self, path: Path) -> Version:
        parts = _NAMED.fullmatch(path.name)
        assert parts is not None  # only such folders are looked at
        if path not in self._known:  # a published folder never changes
            hash = hash_of(texts_in(path)[0])
            edited = _sealed(path) not in (None, hash)
            found = Version(name=parts["name"], version=parts["version"], hash=hash, path=path, edited=edited)
            if edited:  # campaigns of this version will look for it in vain
                _log.error("%s %s", _edited(found), _UNDO_EDIT)
            self._known[path] = found
        return self._known[path]

    def _load(self, version: Version) -> Spec:
        with self._lock:
            if version.hash not in self._loaded:
                assert version.path is not None  # what shipped is loaded from the beginning
                if version.edited:
                    raise CannotRead(_edited(version), mend=_UNDO_EDIT)
                try:
                    # It was checked before it was published.
                    spec = Spec.load(version.path, checked=True)
                except BadInput as error:
                    raise CannotRead(
                        f"The published version {version.label} was spoilt: {error.message}",
                        mend=f"Put {version.path} back from a backup; published versions are never edited in place.",
                    ) from None
                if spec.hash != version.hash:  # it was edited after this process had looked at it
                    raise CannotRead(_edited(version), mend=_UNDO_EDIT)
                self._loaded[version.hash] = spec
            return self._loaded[version.hash]

    # -- publishing

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else publishes to this folder meanwhile, in this process or another; a killed holder lets go."""
        if self.folder is None:
            yield
            return
        try:
            self._make_folder()
            locked = (self.folder / _LOCK).open("a")
        except OSError as error:
            raise BadInput(
                f"{self.folder} cannot be written: {error.strerror}.",
                mend="Versions are published there: make it yours.",
            ) from None
        with locked:
            if not lock(locked, wait_s=_PATIENCE_S):
                raise StaleVersion(
                    f"Somebody has been publishing to {self.folder} for more than {_PATIENCE_S:.0f} s.",
                    mend=f"Try again; if it stays so, look for a process that holds {self.folder / _LOCK} and end it.",
                )
            yield  # closing the file lets it go

    def _make_folder(self) -> None:
        assert self.folder is not None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def publish(self, spec: Spec) -> Version:
        """Keep a version for good. BadInput where there is another one of that name and version already.

        Written beside its place and then renamed, so that a half-written version is never found, whatever happens;
        publishing the same content again changes nothing.
        """
        if self.folder is None:
            raise BadInput("There is no place to publish to.", mend="Name a workspace with --workspace.")
        name = f"{spec.name}-{spec.version}"
        made = Version(name=spec.name, version=spec.version, hash=spec.hash, path=self.folder / name)
        if any(each.label == name and each.hash == spec.hash and each.path is not None for each in self.versions()):
            return made
        taken = f"There is a version {name} already, and it says something else."
        mend = "Choose a higher version: what was published stays as it is."
        if any(each.label == name for each in self.versions()):
            raise BadInput(taken, mend=mend)
        try:
            self._make_folder()
            sweep(self.folder, older_s=_PARTIAL_S)
            write_folder(self.folder / name, spec.texts, seal=spec.hash)
        except BadInput:  # another process was faster
            if not (self.folder / name).is_dir():
                raise
            if hash_of(texts_in(self.folder / name)[0]) != spec.hash:
                raise BadInput(taken, mend=mend) from None
        with self._lock:
            self._loaded[spec.hash] = spec
        return made


def _sealed(folder: Path) -> str | None:
    """The hash under which the folder was published; None where it was put there by hand."""
    try:
        return (folder / SEAL).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def write_folder(folder: Path, texts: Mapping[str, str], *, seal: str | None = None) -> None:
    """Write a specification's files, whole or not at all. BadInput where something stands there; CannotWrite."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    with whole_folder(folder) as partial:
        for name, text in {**texts, **({SEAL: f"{seal}\n"} if seal is not None else {})}.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        if texts_in(partial)[0] != dict(texts):
            raise CannotRead(f"{partial} does not hold what was written.", mend="Look after the disk.")
