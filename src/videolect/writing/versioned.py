"""A writer for each version of the specification: campaigns keep theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from videolect.language.spec import Spec
from videolect.oversight.ports import Writer
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision

if TYPE_CHECKING:
    from videolect.vlm.base import Backend


class VersionedWriter:
    """A writer of the same sort for each version of the specification: campaigns keep theirs.

    ``under``: the version for the hash of a request, as ``Catalogue.spec_under`` gives it; ``spec`` for one without.
    """

    def __init__(self, spec: Spec, make: Callable[[Spec], Writer], under: Callable[[str], Spec]) -> None:
        self.spec = spec
        self._make = make
        self._spec_under = under
        self._made: dict[str, Writer] = {spec.hash: make(spec)}  # a name that is unknown is told at once

    def _under(self, hash: str | None) -> Writer:
        spec = self.spec if hash is None else self._spec_under(hash)
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
