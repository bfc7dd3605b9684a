"""What is known of clips, primitive by primitive: from a table of states, staged clips, or labels of a campaign.

A table has the columns primitive, video_id and value (docs/language.md), and perhaps source_id. Names of the reference
data are read as our primitives. Staged clips are a folder of ``CLIP.truth.json`` (docs/stage.md). Of a campaign's
label records what a person has looked at counts, and not what the form had chosen beforehand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.dataset.authors.triples import source_key
from videolect.dataset.label_tables import read_states
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.language.spec import Spec
from videolect.oversight import labelling
from videolect.oversight.ports import Ledger
from videolect.record.campaign import TaskKey

_TRUTH = ".truth.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """States of clips. What is not there is undetermined."""

    clips: Mapping[str, Mapping[str, bool]]
    """Clip -> primitive -> state."""
    sources: Mapping[str, str]
    """Clip -> what it was cut from."""
    origin: Mapping[str, Any]
    """What it was read from: name, kind, hash of the content."""
    unknown: tuple[str, ...] = ()
    """Names that no primitive answers to; their states are left out."""
    contradicted: tuple[tuple[str, str], ...] = ()
    """(primitive, clip) where two names of one primitive disagree: left undetermined."""


def read_known(path: Path, spec: Spec) -> Known:
    """States from a parquet table or a folder of staged clips. NotFound, CannotRead, BadInput."""
    if path.is_dir():
        return _staged(path, spec)
    if path.suffix != ".parquet" and path.is_file():
        raise BadInput(
            f"{path.name} holds no states.", mend="Give a parquet table of states, or a folder of stage render."
        )
    return _table(path, spec)


def _table(path: Path, spec: Spec) -> Known:
    clips, unknown, against = dict[str, dict[str, bool]](), list[str](), set[tuple[str, str]]()
    for name, states in sorted(read_states(path).items()):
        primitive = spec.names.get(name)
        if primitive is None:
            unknown.append(name)
            continue
        for clip, state in states.items():
            if clips.setdefault(clip, {}).setdefault(primitive, state) != state:
                against.add((primitive, clip))
    for primitive, clip in against:
        del clips[clip][primitive]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Known(
        clips=dict(sorted(clips.items())), sources=_sources(path, clips), unknown=tuple(unknown),
        contradicted=tuple(sorted(against)), origin={"name": path.name, "kind": "states", "sha256": digest},
    )  # fmt: skip


def _sources(path: Path, clips: Mapping[str, object]) -> dict[str, str]:
    """By the table's column source_id; without one, by the clip's name, as the reference data have it."""
    import pyarrow.parquet as pq

    named: dict[str, str] = {}
    if "source_id" in pq.read_schema(path).names:
        table = pq.read_table(path, columns=["video_id", "source_id"])
        for clip, source in zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True):
            if source is not None and named.setdefault(str(clip), str(source)) != str(source):
                raise BadInput(f"{path.name} gives {clip} two sources.", mend="Give each clip one source_id.")
    return {clip: named.get(clip) or source_key(clip) for clip in sorted(clips)}


def _staged(folder: Path, spec: Spec) -> Known:
    paths = sorted(folder.glob(f"*{_TRUTH}"))
    if not paths:
        raise NotFound(f"{folder} holds no staged clips.", mend="Render some: stage render --set exam --out DIR.")
    clips, sources, unknown, digest = dict[str, dict[str, bool]](), dict[str, str](), set[str](), hashlib.sha256()
    for path in paths:
        clip = path.name.removesuffix(_TRUTH)
        try:
            truth = json.loads(path.read_text(encoding="utf-8"))
            states = {str(name): state for name, state in truth["states"].items() if isinstance(state, bool)}
            # Clips of one seed show one place and the same people, such as the two of a glossary's pair.
            sources[clip] = f"seed-{int(truth['seed'])}"
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CannotRead(
                f"{path.name} is no truth of a staged clip: {error!r:.80}", mend="Render it anew."
            ) from None
        clips[clip] = {name: state for name, state in states.items() if name in spec.primitives}
        unknown |= states.keys() - spec.primitives.keys()
        digest.update(json.dumps([clip, sorted(states.items())]).encode())
    origin = {"name": folder.name, "kind": "stage", "sha256": digest.hexdigest()}
    return Known(clips=clips, sources=sources, origin=origin, unknown=tuple(sorted(unknown)))


def known_of_campaign(ledger: Ledger, campaign: str, spec: Spec) -> Known:
    """The states that follow from a campaign's labels. BadInput where nothing is labelled yet."""
    keys = _label_keys(ledger, campaign)
    clips, sources = dict[str, dict[str, bool]](), dict[str, str]()
    digest = hashlib.sha256()
    for placed in (ledger.read_many([key.stream])[key.stream] for key in sorted(keys, key=lambda key: key.clip)):
        task = labelling.fold(act for _, act in placed)
        if task.labelled is None or task.withdrawn is not None:
            continue
        said = {name: a for name, a in task.labelled.answers.items() if name not in task.labelled.untouched}
        states = spec.derive(spec.migrate(said, task.labelled.record_schema))
        clips[task.key.clip] = {name: state for name, state in states.items() if state is not None}
        sources[task.key.clip] = task.opened.clip.source_id
        digest.update(json.dumps([task.key.clip, sorted(clips[task.key.clip].items())]).encode())
    if not clips:
        raise BadInput(f"Nothing is labelled in the campaign {campaign}.", mend="Label its clips at the desk.")
    return Known(
        clips=clips, sources=sources, origin={"name": campaign, "kind": "campaign", "sha256": digest.hexdigest()}
    )


def _label_keys(ledger: Ledger, campaign: str) -> list[TaskKey]:
    keys = (TaskKey.of_stream(act.stream) for _, act in ledger.every(kind="Opened"))
    return [key for key in keys if key is not None and key.campaign == campaign and key.is_labels]
