"""The composition root: the only file that knows all adapters, and puts a workspace together from them."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property, partial
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from videolect.dataset.triple_files import as_jsonl
from videolect.dataset.triples import triples
from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.language.shelf import Shelf
from videolect.language.spec import Spec, load_spec
from videolect.ledger.accounts import SqlAccounts
from videolect.ledger.database import Database, open_database, without_password
from videolect.ledger.scratch import SqlScratch
from videolect.ledger.search import SqlSearch
from videolect.ledger.sql import SqlLedger, read_only
from videolect.oversight.cuts import CutsDesk
from videolect.oversight.desk import Desk, projector_of
from videolect.oversight.ports import Clock, SystemClock, Writer
from videolect.oversight.roles import Worker
from videolect.oversight.searching import Searching
from videolect.oversight.spec_draft import LanguageDesk
from videolect.record.acts import CutEdit, Opened
from videolect.record.campaign import TaskKey
from videolect.record.clip import Clip, Video
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision
from videolect.record.people import Person
from videolect.stage.glossary import Glossary
from videolect.storage import CACHE_BYTES, FolderStorage, Storage, open_storage, storage_name
from videolect.video.blends import Blends
from videolect.video.evidence import CutFinder
from videolect.video.imports import PROXIES, SAID, TIMELINES
from videolect.video.previews import PreviewMaker
from videolect.video.probe import Probed
from videolect.video.shots import Engine
from videolect.video.sources import Span
from videolect.video.timeline import Timeline
from videolect.vlm.base import GREEDY, Decoding
from videolect.writing.looks import Look, looks

if TYPE_CHECKING:
    from videolect.vlm.base import Backend, Film
    from videolect.web.app import App

log = logging.getLogger(__name__)

MARKER = "workspace.json"
FORMAT = 1
FILMS = "films"
"""The folder of a workspace in which films stand, unless it was made with another place for them."""
VERSIONS = "specs"
"""The folder of a workspace in which published versions of the specification stand."""
SEARCH = "search.db"
"""The file of a workspace that holds the index of captions and states, where the ledger is SQLite. Made from the
ledger; apart from it, so that filling the index never keeps anybody from working."""
PICTURES = "glossary"
"""The folder of a workspace in which pictures of the language stand, if it has any."""

OPERATOR = Worker(actor=Person(id="operator"), roles=("lead",))
"""Whoever runs commands on the machine itself."""


def _labels_writer(spec: Spec, plant: int, seed: int) -> Writer:
    from videolect.vlm.backends.labels import LabelsWriter

    return LabelsWriter(spec, plant=plant, seed=seed)


WRITERS: dict[str, Callable[[Spec, int, int], Writer]] = {"labels": _labels_writer}
"""Model backends by name. Others come in by the entry point group ``videolect.writers``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterChoice:
    """Which writer is wanted, and how it is to write."""

    name: str = "labels"
    """One of ``WRITERS``, or a backend as ``make_backend`` takes it: ``qwen:PATH``, ``chat:URL``."""
    plant: int = 0
    """Declared errors in each draft; of the labels writer."""
    seed: int = 0
    how: Decoding = GREEDY
    """Of a model: how its texts are drawn."""
    accept_cut: bool = False
    """Of a model: whether a text that was cut off is taken."""
    label_free: bool = False
    """Of a model: whether drafts are asked for without what the labels say."""


def writer_maker(choice: WriterChoice, look: Look | None = None) -> Callable[[Spec], Writer]:
    """What makes that writer for a version of the specification; a model is loaded once, here, for all of them.

    ``look`` shows a model the clips. BadInput lists the known names.
    """
    others = {point.name: point for point in entry_points(group="videolect.writers")}
    if choice.name in WRITERS or choice.name in others:
        make = WRITERS[choice.name] if choice.name in WRITERS else others[choice.name].load()
        return lambda spec: make(spec, choice.plant, choice.seed)
    if choice.name.partition(":")[0] not in backend_names():
        known = [*sorted({*WRITERS, *others}), *(f"{name}:..." for name in backend_names())]
        raise BadInput(f"There is no writer {choice.name[:60]!r}.", mend=f"Use one of {', '.join(known)}.")
    if choice.plant:
        raise BadInput("A model cannot be told to write errors.", mend="Leave --plant out, or use the labels writer.")
    if look is None:
        raise BadInput("There is nothing that the model could look at.", mend="Give the film.")
    from videolect.writing.writer import ModelWriter

    backend, seen = make_backend(choice.name), look
    return lambda spec: ModelWriter(
        spec, backend, seen, how=choice.how, accept_cut=choice.accept_cut, label_free=choice.label_free
    )


def make_writer(choice: WriterChoice, spec: Spec, look: Look | None = None) -> Writer:
    """The writer for one version of the specification."""
    return writer_maker(choice, look)(spec)


def _transnetv2(weights: Path | None) -> Engine:
    from videolect.video.backends.transnetv2 import TransNetV2

    return TransNetV2.load(weights)


def _scenedetect(name: str) -> Callable[[Path | None], Engine]:
    def make(weights: Path | None) -> Engine:
        from videolect.video.backends import scenedetect

        detector: Engine = getattr(scenedetect, name)()
        return detector

    return make


SHOT_ENGINES: dict[str, Callable[[Path | None], Engine]] = {
    "blends": lambda weights: Blends(),
    "content": _scenedetect("Content"),
    "adaptive": _scenedetect("Adaptive"),
    "transnetv2": _transnetv2,
}
"""Detectors of shots by name, made with the path of their weights. Others: entry point group ``videolect.shots``."""


CUTS_ENGINE = "blends"
"""The detector whose transitions people edit at the desk."""


def make_shot_engine(name: str, *, weights: Path | None = None) -> Engine:
    """The detector of that name. BadInput lists the known ones, MissingExtra says what to install."""
    others = {point.name: point for point in entry_points(group="videolect.shots")}
    if name not in SHOT_ENGINES and name not in others:
        known = ", ".join(sorted({*SHOT_ENGINES, *others}))
        raise BadInput(f"There is no detector of shots {name!r}.", mend=f"Use one of {known}.")
    if weights is not None and name in ("blends", "content", "adaptive"):
        raise BadInput(
            f"The detector {name} takes no weights.", mend="Leave --weights out, or use --engine transnetv2."
        )
    made: Engine = (SHOT_ENGINES[name] if name in SHOT_ENGINES else others[name].load())(weights)
    return made


def _memory(argument: str) -> Backend:
    from videolect.vlm.memory import MemoryBackend

    if argument:
        raise BadInput(f"The backend memory takes no {argument[:60]!r}.", mend="Use memory alone.")
    return MemoryBackend()


def _replay(argument: str) -> Backend:
    from videolect.vlm.replay import Replayer, Tape

    return Replayer(Tape.read(Path(_named("replay:FILE", argument))))


def _record(argument: str) -> Backend:
    from videolect.vlm.replay import Replayer

    file, _, inner = argument.partition(",")
    _named("record:FILE,BACKEND", file and inner)
    return Replayer.record(Path(file), make_backend(inner))


def _chat(argument: str) -> Backend:
    from videolect.vlm.backends.chat import open_chat

    return open_chat(_named("chat:URL", argument), mp4=film_as_mp4)


def _gemini(argument: str) -> Backend:
    from videolect.vlm.backends.gemini import open_gemini

    return open_gemini(_named("gemini:MODEL", argument), lambda film: film_as_mp4(film, off_s=0.06))


def _qwen(argument: str) -> Backend:
    from videolect.vlm.backends.qwen import open_qwen

    return open_qwen(_named("qwen:PATH", argument))


def _named(form: str, argument: str) -> str:
    if not argument:
        raise BadInput("The backend lacks what stands behind its name.", mend=f"Write {form}.")
    return argument


BACKENDS: dict[str, Callable[[str], Backend]] = {
    "memory": _memory,
    "replay": _replay,
    "record": _record,
    "chat": _chat,
    "qwen": _qwen,
    "gemini": _gemini,
}
"""Vision-language models by name, made with what stands behind the colon. Others: entry point group
``videolect.backends``."""


def backend_names() -> list[str]:
    """Of all that are known here."""
    return sorted({*BACKENDS, *(point.name for point in entry_points(group="videolect.backends"))})


def make_backend(words: str) -> Backend:
    """A model by ``NAME[:ARGUMENT]``. BadInput lists the known names, MissingExtra says what to install."""
    name, _, argument = words.partition(":")
    others = {point.name: point for point in entry_points(group="videolect.backends")}
    if name not in BACKENDS and name not in others:
        known = ", ".join(backend_names())
        raise BadInput(f"There is no backend {name[:60]!r}.", mend=f"Use one of {known}, as NAME or NAME:ARGUMENT.")
    made: Backend = (BACKENDS[name] if name in BACKENDS else others[name].load())(argument)
    return made


def film_as_mp4(film: Film, *, off_s: float = 0.0) -> bytes:
    """A film as a model sees it, as H.264 in MP4. BadInput where its frames do not begin at 0, evenly in time.

    ``off_s``: by how much a frame may be shown off its time, where the model reads times less exactly than that.
    """
    from videolect.video.backends.pyav import write_mp4

    count, height, width, _ = film.pictures.shape
    step = film.times_s[-1] / (count - 1) if count > 1 else 1.0
    even = all(abs(time - number * step) <= max(off_s, 0.01 * step) for number, time in enumerate(film.times_s))
    if not even or width % 2 or height % 2:
        raise BadInput(
            f"{count} frames of {width}x{height} from {film.times_s[0]:.3f} to {film.times_s[-1]:.3f} s make no "
            "film of one rate and even sides, which begins at 0.",
            mend="Send them as frames or video_frames.",
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        write_mp4(path, film.pictures, fps=Fraction(1 / step).limit_denominator(1001), size=(width, height), crf=10)
        return path.read_bytes()


class VersionedWriter:
    """A writer of the same sort for each version of the specification: campaigns keep theirs."""

    def __init__(self, shelf: Shelf, spec: Spec, make: Callable[[Spec], Writer]) -> None:
        self.shelf = shelf
        self.spec = spec
        self._make = make
        self._made: dict[str, Writer] = {spec.hash: make(spec)}  # a name that is unknown is told at once

    def _under(self, hash: str | None) -> Writer:
        spec = (self.shelf.find(hash) if hash is not None else None) or self.spec
        if spec.hash not in self._made:
            self._made[spec.hash] = self._make(spec)
        return self._made[spec.hash]

    def spent(self) -> dict[str, int | float] | None:
        """What a model has used since it was loaded; None for a writer that is no model."""
        backend: Backend | None = getattr(self._made[self.spec.hash], "backend", None)
        return None if backend is None else asdict(backend.spent)

    def draft(self, request: DraftRequest) -> Draft:
        """As ``ports.Writer.draft``."""
        return self._under(request.spec_hash).draft(request)

    def revise(self, request: ReviseRequest) -> Revision:
        """As ``ports.Writer.revise``."""
        return self._under(request.spec_hash).revise(request)

    def polish(self, request: PolishRequest) -> PolishedText:
        """As ``ports.Writer.polish``."""
        return self._under(request.spec_hash).polish(request)


@dataclass(frozen=True, slots=True)
class StoredFilm:
    """A film's bytes where they are no file of this machine, as the web asks for them."""

    storage: Storage
    video_hash: str
    size: int

    def read(self, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end``, half open."""
        return self.storage.read_range(self.video_hash, start, end)


@dataclass(frozen=True, slots=True)
class Films:
    """Films and their tables of times out of the storage, as the web shows them."""

    storage: Storage

    def film(self, video_hash: str) -> Path | StoredFilm:
        """The file's path, or the bytes that lie elsewhere; NotFound where there are none."""
        try:
            size = self.storage.size(video_hash)
        except NotFound:
            raise NotFound(
                f"The bytes of video {video_hash[:12]} are not in this workspace.", mend="Import the file again."
            ) from None
        if isinstance(self.storage, FolderStorage):
            return self.storage.path(video_hash)
        return StoredFilm(self.storage, video_hash, size)

    def stand_in(self, video_hash: str) -> str | None:
        """The hash of the proxy that is shown in its place; None where it is shown itself."""
        try:
            return self.storage.get_bytes(PROXIES, video_hash).decode()
        except NotFound:
            return None

    def said(self, video_hash: str) -> dict[str, Any]:
        """What its import found that it says of itself (``Probed.facts``); nothing where none was kept."""
        try:
            found = json.loads(self.storage.get_bytes(SAID, video_hash))
        except (NotFound, CannotRead, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def timeline(self, video_hash: str) -> dict[str, Any]:
        """The table of what is shown, as the browser takes it: frame for frame that of the video."""
        return self.table(self.stand_in(video_hash) or video_hash).as_json()

    def table(self, video_hash: str) -> Timeline:
        """The table of presentation timestamps."""
        return Timeline.from_bytes(self.storage.get_bytes(TIMELINES, video_hash))


class Workspace:
    """A folder, a database (SQLite inside it, or PostgreSQL by URL), and films (inside it, or in S3 by URL)."""

    def __init__(
        self, root: Path, *, database_url: str | None = None, films: str | None = None,
        writer: WriterChoice = WriterChoice(), clock: Clock | None = None, glossary: Path | None = None,
    ) -> None:  # fmt: skip
        self.root = root
        self.films_at = films
        self.glossary_at = glossary
        self.clock = clock or SystemClock()
        self.shelf = Shelf(load_spec(), root / VERSIONS)
        self.spec = self.shelf.newest()
        self.writer = VersionedWriter(self.shelf, self.spec, writer_maker(writer, looks(self.shown)))
        self._database_url = database_url or f"sqlite:///{root.resolve() / 'videolect.db'}"

    @staticmethod
    def create(root: Path, *, database_url: str | None = None, films: str | None = None, **options: Any) -> Workspace:
        """Make a workspace, or open the one that is there. It remembers its database's URL, without the password.

        ``films``: another folder, or ``s3://BUCKET/PREFIX``, to keep the films in; remembered too, and final.
        """
        marker = root / MARKER
        films = films and storage_name(films)
        try:
            if not marker.exists():
                if root.exists() and any(root.iterdir()):
                    raise BadInput(
                        f"{root} is not empty and no workspace.", mend="Name another folder with --workspace."
                    )
                if films is not None:
                    open_storage(films).check()  # a bucket that is misspelt is told now
                # For its owner alone: inside lie the ledger, password hashes and other people's films.
                root.mkdir(mode=0o700, parents=True, exist_ok=True)
                partial = root / f".{MARKER}.part"
                settings = {"format": FORMAT, "database": without_password(database_url), "films": films}
                partial.write_text(json.dumps({k: v for k, v in settings.items() if k != "films" or v}) + "\n")
                partial.replace(marker)
        except OSError as error:
            raise BadInput(
                f"{root} cannot be a workspace: {error.strerror}.", mend="Name another folder with --workspace."
            ) from None
        made = Workspace.open(root, database_url=database_url, **options)
        if films is not None and made.films_at != films:
            raise BadInput(
                f"The workspace {root} keeps its films in {made.films_at or root / FILMS}.",
                mend="Leave --films out, or make another workspace.",
            )
        return made

    @staticmethod
    def open(root: Path, *, database_url: str | None = None, **options: Any) -> Workspace:
        """Open a workspace. NotFound where there is none; BadInput for one of a newer release."""
        try:
            marker = json.loads((root / MARKER).read_text())
            found = marker["format"]
        except (OSError, ValueError, KeyError, TypeError):
            raise NotFound(
                f"There is no workspace in {root}.", mend="Make one: videolect desk init, or name it with --workspace."
            ) from None
        if found != FORMAT:
            raise BadInput(
                f"The workspace {root} has format {found}; this release reads {FORMAT}.", mend="Upgrade videolect."
            )
        return Workspace(
            root, database_url=database_url or marker.get("database"), films=marker.get("films"), **options
        )

    @cached_property
    def database(self) -> Database:
        """The open database, its schema up to date."""
        return open_database(self._database_url)

    @cached_property
    def storage(self) -> Storage:
        """The films' bytes."""
        return open_storage(self.films_at or self.root / FILMS, cache=self.root / "cache", cache_bytes=_cache_bytes())

    @cached_property
    def ledger(self) -> SqlLedger:
        """The acts."""
        return SqlLedger(self.database, projector_of(self.spec, self.shelf))

    @property
    def ledger_to_read(self) -> Callable[[], SqlLedger]:
        """Opens the same acts in another process, to read them."""
        return partial(read_only, self._database_url)

    @cached_property
    def desk(self) -> Desk:
        """The desk over this workspace."""
        return Desk(self.ledger, self.spec, writer=self.writer, clock=self.clock, shelf=self.shelf)

    @cached_property
    def _index_at(self) -> Database:
        if self.database.is_sqlite:
            return Database(f"sqlite:///{self.root.resolve() / SEARCH}", pool_size=4)
        return self.database

    @cached_property
    def searching(self) -> Searching:
        """Searches over this workspace."""
        return Searching(self.desk, SqlSearch(self._index_at))

    @cached_property
    def language(self) -> LanguageDesk:
        """The specification's draft."""
        return LanguageDesk(self.ledger, self.shelf, self.clock)

    @cached_property
    def accounts(self) -> SqlAccounts:
        """Who may sign in."""
        return SqlAccounts(self.database)

    @cached_property
    def films(self) -> Films:
        """The films for the web."""
        return Films(self.storage)

    @cached_property
    def cuts(self) -> CutFinder:
        """What a detector says of the films' transitions."""
        return CutFinder(self.storage, make_shot_engine(CUTS_ENGINE), CUTS_ENGINE)

    @cached_property
    def glossary(self) -> Glossary | None:
        """The pictures of the language: of the folder that was named, or of the workspace's own, if it is whole.

        NotFound or BadInput for a folder that was named and holds none.
        """
        if self.glossary_at is not None:
            return Glossary.read(self.glossary_at)
        own = self.root / PICTURES
        try:
            return Glossary.read(own) if own.is_dir() else None
        except VideolectError as error:
            log.warning("No pictures are shown: %s %s", error.message, error.mend)
            return None

    def edits_of(self, video: Video) -> tuple[CutEdit, ...]:
        """People's edits of a film's cuts that count, oldest first."""
        return CutsDesk(self.desk, self.cuts).look(video.hash).edits

    def app(self) -> App:
        """The desk's HTTP application."""
        from videolect.web.app import create_app

        return create_app(
            self.desk, accounts=self.accounts, scratch=SqlScratch(self.database), library=self.films,
            triples=self.triple_lines, language=self.language, cuts=self.cuts, previews=PreviewMaker(self.storage),
            searching=self.searching, glossary=self.glossary,
        )  # fmt: skip

    def triple_lines(self, campaign: str | None) -> Iterator[str]:
        """Settled tasks as lines of JSON."""
        return as_jsonl(triples(self.ledger, campaign=campaign))

    def invite(self, person: str, *, name: str, roles: Sequence[str], password: str) -> None:
        """Make an account."""
        from videolect.web.auth import hash_password

        Worker(actor=Person(id=person), roles=tuple(roles))  # checks id and roles
        self.accounts.add(person, name=name, roles=roles, password_hash=hash_password(password), now=self.clock.now())

    def set_password(self, person: str, password: str) -> None:
        """Replace a password; the person's sessions end."""
        from videolect.web.auth import hash_password

        self.accounts.set_password(person, hash_password(password))

    def known_film(self, content_hash: str) -> Probed | None:
        """What an earlier import found out about these bytes; None where it did not get to its end."""
        try:
            return Probed(self.desk.video(content_hash), self.films.table(content_hash))
        except (NotFound, CannotRead):
            return None

    @contextmanager
    def shown(self, video_hash: str) -> Iterator[tuple[Path, Probed]]:
        """A film as a model's look at it needs it."""
        found = self.known_film(video_hash)
        if found is None:
            raise NotFound(f"The video {video_hash[:12]} is not in this workspace.", mend="Import the file again.")
        with self.storage.local(video_hash) as path:
            yield path, found

    def clips_of(self, campaign: str, videos: Iterable[Video]) -> list[Clip]:
        """Each video as a clip of the campaign, under the name that it has there already or a new one."""
        names = ClipNames(self.ledger, campaign)
        return [names.clip(video) for video in videos]

    def close(self) -> None:
        """Give the database and the index back."""
        if "_index_at" in self.__dict__:
            self._index_at.close()
        if "database" in self.__dict__:
            self.database.close()


def _cache_bytes() -> int:
    """Room for local copies of films that lie in S3, as ``$VIDEOLECT_CACHE_GIB`` says."""
    said = os.environ.get("VIDEOLECT_CACHE_GIB")
    if said is None:
        return CACHE_BYTES
    try:
        found = float(said)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e9:
        raise BadInput(f"$VIDEOLECT_CACHE_GIB is {said!r}.", mend="Give a number of GiB, such as 20.")
    return int(found * (1 << 30))


class ClipNames:
    """The clips of one campaign: what is one already keeps its name, what is new gets one that is free."""

    def __init__(self, ledger: SqlLedger, campaign: str) -> None:
        self._names: dict[tuple[str, int, int], str] = {}  # by video, first frame, end
        self._parts: dict[str, tuple[str, int, int]] = {}  # by name
        self._films: dict[str, str] = {}  # source by video
        for _, act in ledger.every(kind="Opened"):
            key = TaskKey.of_stream(act.stream)
            if isinstance(act, Opened) and key is not None and key.is_labels and key.campaign == campaign:
                self._keep(act.clip)

    def clip(
        self, video: Video, span: Span | None = None, *, name: str | None = None, source_id: str | None = None
    ) -> Clip:
        """The video, or a part of it, as a clip. All clips of one film have one source unless another is given.

        BadInput where the name belongs to another clip of the campaign.
        """
        span = span or Span(0, video.frames, video.start_pts, video.end_pts)
        part = (video.hash, span.start_frame, span.end_frame)
        if name is not None and self._parts.get(name, part) != part:
            raise BadInput(
                f"The campaign has another clip of the name {name}.", mend="Give the clip another name, or none."
            )
        name = name or self._names.get(part) or self._free(video, span)
        whole = span.end_frame - span.start_frame == video.frames
        known = self._films.get(video.hash) or (name if whole else f"{_safe(video)}-{video.hash[:12]}")
        clip = Clip(
            id=name, video_hash=video.hash, source_id=source_id or known, start_pts=span.start_pts,
            end_pts=span.end_pts, time_base=video.time_base, start_frame=span.start_frame, end_frame=span.end_frame,
        )  # fmt: skip
        self._keep(clip)
        return clip

    def parts(self, video: Video) -> set[tuple[int, int]]:
        """The first frame and the end of each clip that the campaign has of this film."""
        return {(start, end) for film, start, end in self._names if film == video.hash}

    def _keep(self, clip: Clip) -> None:
        part = (clip.video_hash, clip.start_frame, clip.end_frame)
        self._names.setdefault(part, clip.id)
        self._parts.setdefault(clip.id, part)
        self._films.setdefault(clip.video_hash, clip.source_id)

    def _free(self, video: Video, span: Span) -> str:
        """The file's name made safe, with the frames of a part; with some of the hash where another has that name."""
        whole = span.end_frame - span.start_frame == video.frames
        safe, frames = (_safe(video), "") if whole else (_safe(video)[:60], f"-{span.start_frame}-{span.end_frame}")
        wanted = [f"{film}{frames}" for film in (safe, f"{safe}-{video.hash[:12]}", video.hash)]
        return next(name for name in wanted if name not in self._parts)


def _safe(video: Video) -> str:
    stem = Path(video.file_name).stem
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in stem)[:80]
    return safe if safe.strip("._-") else "video"


def secret_file(path: Path, text: str) -> None:
    """Write a file that only its owner reads."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
