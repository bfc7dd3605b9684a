"""Label records of older schemas, as they are read today. How stands in ``migrations.yaml``."""

from __future__ import annotations

from collections.abc import Mapping

from videolect.errors import BadInput
from videolect.language.parse import Parsed
from videolect.language.values import Migration


def migrate(spec: Parsed, answers: Mapping[str, object], schema: int) -> dict[str, object]:
    """The record, step by step from ``schema`` to today's. BadInput where there is no such schema."""
    if isinstance(schema, bool) or not isinstance(schema, int) or not 1 <= schema <= spec.record_schema:
        raise BadInput(
            f"Label records of schema {str(schema)[:20]} are unknown to {spec.name} {spec.version}.",
            mend=f"It reads schemas 1 to {spec.record_schema}: use a newer specification.",
        )
    known = dict(answers)
    for step in range(schema, spec.record_schema):
        known = _step(spec.migrations[step], known)
    return known


def _step(migration: Migration, answers: Mapping[str, object]) -> dict[str, object]:
    known: dict[str, object] = {}
    for id_, answer in answers.items():
        if id_ in migration.drop or id_ in migration.segments.values():
            continue
        new = migration.rename.get(id_, id_)
        if new == id_ or new not in answers:  # an answer under today's name is the later one, and is kept
            known[new] = _value(migration.values.get(id_, {}), answer)
    for new, old in migration.segments.items():
        order = answers.get(old)
        if isinstance(order, list | tuple):
            known[new] = [{"movements": [movement]} for movement in order] if len(order) > 1 else []
    return known


def _value(changes: Mapping[str, str], answer: object) -> object:
    if isinstance(answer, list | tuple):
        return [changes.get(each, each) if isinstance(each, str) else each for each in answer]
    return changes.get(answer, answer) if isinstance(answer, str) else answer
