"""From a staged clip to the words for it: who is there by which name, what happens, and the texts of its truth file."""

from __future__ import annotations

from typing import Any

from videolect.language.spec import Spec
from videolect.stage.clips import Clip
from videolect.stage.truth import Truth


def words_json(spec: Spec, clip: Clip, truth: Truth) -> dict[str, Any]:
    """``captions`` and ``drafts`` by aspect."""
    return {"captions": {}, "drafts": {}}
