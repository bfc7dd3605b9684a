"""One draft with its time and its cost, as ``write draft`` prints it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from videolect.record.drafting import Draft, DraftRequest
from videolect.vlm.base import Backend


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """A draft, how long it took, and how many tokens a model wrote for it."""

    draft: Draft
    seconds: float
    tokens: int = 0
    """Tokens that a model generated: 0 for a writer that is no model, such as ``labels``."""

    def as_json(self) -> dict[str, object]:
        """The keys of ``write draft``."""
        model = self.draft.model
        return {
            "text": self.draft.text,
            "model": model.id,
            "parameters": dict(model.parameters),
            "prompt_hash": model.prompt_hash,
            "seconds": round(self.seconds, 4),
            "tokens": self.tokens,
            "cannot_know": list(self.draft.cannot_know),
            "planted": [{"kind": e.kind, "wrong": e.wrong, "right": e.right} for e in self.draft.planted],
        }


def write_draft(writer: Backend, request: DraftRequest) -> Timed:
    """Draft once and time it. The errors are the writer's own."""
    began = time.perf_counter()
    draft = writer.draft(request)
    return Timed(draft=draft, seconds=time.perf_counter() - began)
