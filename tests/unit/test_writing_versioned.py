"""A writer for each version of the language: campaigns keep theirs, and the catalogue says which one that is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.acts import catalogue, clip
from videolect.language.edit import with_version
from videolect.language.shelf import Shelf
from videolect.language.spec import Spec
from videolect.language.trial import check_texts
from videolect.oversight.catalogue import Catalogue
from videolect.record.drafting import DraftRequest
from videolect.writing.versioned import VersionedWriter

BASE = Spec.load(Path(__file__).parents[1] / "data" / "spec" / "mini")


class Named:
    """Drafts nothing but the version that it was made for."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def draft(self, request: DraftRequest) -> Any:
        return self.spec.version

    revise = polish = draft


@pytest.fixture
def of(tmp_path: Path) -> Catalogue:
    return catalogue(BASE, shelf=Shelf(BASE, tmp_path / "specs"))


def published(of: Catalogue, version: str) -> Spec:
    spec, problems = check_texts(with_version(dict(BASE.texts), version))
    assert spec is not None, problems
    of.shelf.publish(spec)
    return spec


def asked(hash: str | None) -> DraftRequest:
    return DraftRequest(clip=clip(), aspect="camera", answers={}, spec_hash=hash)


def test_each_request_goes_to_the_writer_of_its_version_which_is_made_once(of: Catalogue) -> None:
    made: list[str] = []

    def make(spec: Spec) -> Any:
        made.append(spec.version)
        return Named(spec)

    writer = VersionedWriter(of.spec, make, of.spec_under)
    newer = published(of, "1.1.0")
    assert [writer.draft(asked(hash)) for hash in (newer.hash, BASE.hash, newer.hash)] == ["1.1.0", "1.0.0", "1.1.0"]
    assert writer.draft(asked(None)) == "1.0.0"  # as the desk was begun
    assert made == ["1.0.0", "1.1.0"]


def test_work_under_a_version_that_is_gone_is_written_as_it_is_checked(of: Catalogue, tmp_path: Path) -> None:
    gone = published(of, "1.1.0")
    published(of, "1.2.0")
    shutil.rmtree(next(path for path in (tmp_path / "specs").iterdir() if path.name.endswith("1.1.0")))
    later = catalogue(BASE, shelf=Shelf(BASE, tmp_path / "specs"))
    writer = VersionedWriter(BASE, Named, later.spec_under)  # type: ignore[arg-type]  # as much of a writer as is asked
    assert writer.draft(asked(gone.hash)) == later.spec_under(gone.hash).version == "1.2.0"
