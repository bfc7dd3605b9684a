"""A workspace, put together from its adapters: a ledger, a storage, a writer, the desks, the pages."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.dataset.triple_files import as_jsonl
from videolect.dataset.triples import triples
from videolect.errors import UPGRADE, BadInput, CannotRead, NotFound, VideolectError
from videolect.files import write_whole
from videolect.intake import Intake
from videolect.language.shelf import Shelf
from videolect.language.spec import load_spec
from videolect.ledger.accounts import SqlAccounts
from videolect.ledger.database import Database, open_database, without_password
from videolect.ledger.scratch import SqlScratch
from videolect.ledger.search import SqlSearch
from videolect.ledger.sql import SqlLedger, read_only
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.ports import Clock, SystemClock
from videolect.oversight.roles import Worker
from videolect.oversight.searching import Searching
from videolect.oversight.spec_draft import LanguageDesk
from videolect.oversight.standing import QueueProjector
from videolect.record.people import Person
from videolect.stage.glossary import Glossary
from videolect.storage import CACHE_BYTES, Storage, open_storage, storage_name
from videolect.video.evidence import CutFinder
from videolect.video.library import Library
from videolect.video.previews import PreviewMaker
from videolect.video.probe import Probed
from videolect.wiring.plugins import CUTS_DETECTOR, WriterChoice, make_detector, writer_maker
from videolect.writing.looks import looks
from videolect.writing.versioned import VersionedWriter

if TYPE_CHECKING:
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


class Workspace:
    """A folder, a database (SQLite inside it, or PostgreSQL by URL), and films (inside it, or in S3 by URL)."""

    def __init__(
        self, root: Path, *, database_url: str | None = None, films: str | None = None,
        writer: WriterChoice | None = None, clock: Clock | None = None, glossary: Path | None = None,
    ) -> None:  # fmt: skip
        self.root = root
        self.films_at = films
        self.glossary_at = glossary
        self.clock = clock or SystemClock()
        self.shelf = Shelf(load_spec(), root / VERSIONS)
        self.spec = self.shelf.newest()
        self.writer = VersionedWriter(
            self.spec, writer_maker(writer or WriterChoice(), looks(self.shown)),
            lambda hash: self.catalogue.spec_under(hash),  # which opens the ledger, and that not before it is asked
        )  # fmt: skip
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
                if database_url is not None:
                    Database(database_url, pool_size=1).close()  # a kind that we do not know is told now
                if films is not None:
                    open_storage(films).check()  # a bucket that is misspelt is told now
                # For its owner alone: inside lie the ledger, password hashes and other people's films.
                root.mkdir(mode=0o700, parents=True, exist_ok=True)
                settings = {"format": FORMAT, "database": without_password(database_url), "films": films}
                write_whole(marker, json.dumps({k: v for k, v in settings.items() if k != "films" or v}) + "\n")
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
        except FileNotFoundError:
            raise NotFound(
                f"There is no workspace in {root}.", mend="Make one: videolect desk init, or name it with --workspace."
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CannotRead(
                f"{root / MARKER} does not say what workspace this is: {type(error).__name__} {str(error)[:80]}.",
                mend=f'Bring it back from a backup; of one with SQLite and films inside it is {{"format": {FORMAT}}}.',
            ) from None
        if found != FORMAT:
            raise BadInput(f"The workspace {root} has format {found}; this release reads {FORMAT}.", mend=UPGRADE)
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
        return SqlLedger(self.database, QueueProjector(self.shelf))

    @property
    def ledger_to_read(self) -> Callable[[], SqlLedger]:
        """Opens the same acts in another process, to read them."""
        return partial(read_only, self._database_url)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Videos, campaigns and versions of the language."""
        return Catalogue(self.ledger, self.shelf, self.clock)

    @cached_property
    def desk(self) -> Desk:
        """The desk over this workspace."""
        return Desk(self.catalogue, writer=self.writer)

    @cached_property
    def _index_at(self) -> Database:
        if self.database.is_sqlite:
            return Database(f"sqlite:///{self.root.resolve() / SEARCH}", pool_size=4)
        return self.database

    @cached_property
    def searching(self) -> Searching:
        """Searches over this workspace."""
        return Searching(self.catalogue, SqlSearch(self._index_at))

    @cached_property
    def language(self) -> LanguageDesk:
        """The specification's draft."""
        return LanguageDesk(self.catalogue)

    @cached_property
    def accounts(self) -> SqlAccounts:
        """Who may sign in."""
        return SqlAccounts(self.database)

    @cached_property
    def library(self) -> Library:
        """The videos and what is known of each."""
        return Library(self.storage)

    @cached_property
    def intake(self) -> Intake:
        """The way in for films."""
        return Intake(self.catalogue, self.storage, self.cut_finder, OPERATOR, known=self.known_video)

    @cached_property
    def cut_finder(self) -> CutFinder:
        """What a detector says of the films' transitions."""
        return CutFinder(self.storage, make_detector(CUTS_DETECTOR), CUTS_DETECTOR)

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

    def app(self) -> App:
        """The desk's HTTP application."""
        from videolect.web.app import create_app

        return create_app(
            self.desk, accounts=self.accounts, scratch=SqlScratch(self.database), library=self.library,
            triples=self.triple_lines, language=self.language, cuts=self.cut_finder,
            previews=PreviewMaker(self.storage), searching=self.searching, glossary=self.glossary,
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

    def known_video(self, content_hash: str) -> Probed | None:
        """What an earlier import found out about these bytes; None where it did not get to its end."""
        try:
            return Probed(self.catalogue.video(content_hash), self.library.timeline_of(content_hash))
        except (NotFound, CannotRead):
            return None

    @contextmanager
    def shown(self, video_hash: str) -> Iterator[tuple[Path, Probed]]:
        """A film as a model's look at it needs it."""
        found = self.known_video(video_hash)
        if found is None:
            raise NotFound(f"The video {video_hash[:12]} is not in this workspace.", mend="Import the file again.")
        with self.storage.local(video_hash) as path:
            yield path, found

    def __enter__(self) -> Workspace:
        """Itself; ``close`` comes with the end of the block."""
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

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
