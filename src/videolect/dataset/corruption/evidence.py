"""How it is known that words are false: by what the lexicon reads in them, in the right ones and in the draft."""

from __future__ import annotations

from functools import lru_cache

from videolect.dataset.corruption.values import Evidence
from videolect.language.claims import Claim, claims_of
from videolect.language.spec import Spec
from videolect.metrics.opposites import Opposites, opposites_of

Said = frozenset[tuple[str, str]]
"""(primitive, state) of each claim of a text."""


@lru_cache(maxsize=4096)
def claims_in(text: str, spec: Spec) -> tuple[Claim, ...]:
    return claims_of(text, spec.lexicon)


def said_in(text: str, spec: Spec) -> Said:
    return frozenset((claim.primitive, claim.state) for claim in claims_in(text, spec))


@lru_cache(maxsize=4)
def _opposites(spec: Spec) -> Opposites:
    return opposites_of(spec.primitives)


def evidence_of(spec: Spec, right: Said, wrong: Said, draft: Said, *, claimed: bool = True) -> Evidence | None:
    """How it is known that ``wrong`` is false; None where it may be right, or is what the draft said.

    ``claimed``: whether the lexicon reads something in the words that were exchanged; then the same claims are the same
    meaning, said in other words.
    """
    if wrong == right:
        return "words" if right == draft or not claimed else None
    if wrong == draft:
        return None
    gone, come = right - wrong, wrong - right
    pairs = [pairs for _, pairs in _opposites(spec).kinds()]
    if any((each.get(name, ""), state) in come for each in pairs for name, state in gone):
        return "opposite"
    return "claims" if come else "words"  # what only claims less may still be true, as far as the lexicon reads
