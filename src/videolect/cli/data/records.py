"""``videolect data import --format authors-records``: other people's label records into ours."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from videolect.cli.progress import Progress
from videolect.dataset.label_tables import read_foreign, write_records
from videolect.errors import BadInput, VideolectError
from videolect.language import Spec
from videolect.language.answers import shown
from videolect.oversight.ports import QueueQuery
from videolect.oversight.roles import Worker
from videolect.oversight.streams import Work
from videolect.record.campaign import LABELS, TaskKey
from videolect.record.people import Person
from videolect.wiring import Workspace

IMPORTER = Worker(actor=Person(id="imported-records"), roles=("annotator",))
"""Under this name imported labels stand in the ledger: who labelled is not in the records that are published."""

_SUFFIXES = (".parquet", ".json", ".jsonl")


class Taken:
    """Records by clip: those of several files and forms for one clip are put together."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.records: dict[str, dict[str, object]] = {}
        self.read = 0
        self.schemas: Counter[str] = Counter()
        self.defects: Counter[str] = Counter()
        self.misfits: list[dict[str, object]] = []
        self.refused: list[dict[str, str]] = []

    def take(self, paths: Iterable[Path]) -> None:
        """Read and convert every record of these files."""
        for path in _files(paths):
            for foreign in read_foreign(path):
                self.read += 1
                if foreign.fault:
                    self.refused.append({"path": foreign.place, "why": foreign.fault})
                    continue
                try:
                    converted = self.spec.convert(foreign.record)
                except BadInput as error:
                    self.refused.append({"path": foreign.video, "why": f"{foreign.place}: {error}"})
                    continue
                self.schemas[converted.schema] += 1
                for misfit in converted.misfits:
                    self._misfit(foreign.video, misfit.kind, misfit.name, misfit.value, misfit.why)
                for violation in converted.violations:
                    name = ", ".join(violation.fields)
                    self._misfit(foreign.video, "broken_rule", name, None, f"{violation.rule} {violation.mend}")
                known = self.records.setdefault(foreign.video, {})
                for name, answer in converted.answers.items():
                    if known.setdefault(name, answer) != answer:
                        why = f"Another record of the clip says {known[name]!r}, which is kept."
                        self._misfit(foreign.video, "contradiction", name, answer, why)

    def _misfit(self, video: str, kind: str, name: str, value: object, why: str) -> None:
        self.defects[kind] += 1
        whole = isinstance(value, str | int | None) or (isinstance(value, float) and math.isfinite(value))
        told = value if whole else shown(value)  # NaN, which parquet has, is no JSON
        self.misfits.append({"video_id": video, "kind": kind, "name": name, "value": told, "why": why})


def import_records(
    spec: Spec, workspace: Workspace | None, paths: list[Path], *, campaign: str | None, out: Path | None
) -> tuple[int, dict[str, Any]]:
    """Convert; label the campaign's clips of the same names; write the records. Exit code 1 where any was refused."""
    taken = Taken(spec)
    taken.take(paths)
    labelled = 0
    if workspace is not None and campaign is not None:
        labelled = _label(workspace, campaign, taken)
    answer: dict[str, Any] = {
        "records": taken.read,
        "schemas": dict(taken.schemas),
        "videos": len(taken.records),
        "tasks": labelled,
        "acts": 2 * labelled,  # each was claimed and labelled
        "defects": dict(sorted(taken.defects.items())),
        "misfits": taken.misfits,
        "refused": taken.refused,
    }
    if out is not None:
        answer["written"] = write_records(out, spec, taken.records)
        answer["path"] = str(out)
    return (1 if taken.refused else 0), answer


def _label(workspace: Workspace, campaign: str, taken: Taken) -> int:
    """Label every clip that has a record of its name; what cannot be labelled is refused with the reason."""
    desk = workspace.desk
    desk.catalogue.campaign(campaign)
    waiting = {_stem(row.clip): row.clip for row in _rows(workspace, campaign)}
    done = 0
    progress = Progress("records")
    for number, (video, answers) in enumerate(taken.records.items(), 1):
        clip = waiting.get(_stem(video))
        if clip is None:
            why = f"The campaign {campaign} has no clip of this name that waits for labels."
            taken.refused.append({"path": video, "why": why})
            continue
        key = TaskKey(campaign=campaign, clip=clip, aspect=LABELS)
        shown = {name: answer for name, answer in answers.items() if name in desk.catalogue.form(campaign).questions}
        try:
            lease = desk.claim(IMPORTER, key)
            desk.label(IMPORTER, key, Work(token=lease.token), shown)
            done += 1
        except VideolectError as error:
            taken.refused.append({"path": video, "why": str(error)})
        progress(number, len(taken.records))
    return done


def _rows(workspace: Workspace, campaign: str) -> Iterable[Any]:
    after: tuple[int, int] | None = None
    while rows := workspace.desk.queue(
        QueueQuery(campaign=campaign, stages=("label",), aspect=LABELS, limit=500, after=after)
    ):
        yield from rows
        after = (-rows[-1].priority, rows[-1].opened_seq)


def _stem(name: str) -> str:
    return name[: -len(".mp4")] if name.endswith(".mp4") else name


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix in _SUFFIXES and each.is_file())
            if not inside:
                raise BadInput(f"{path} holds no records.", mend=f"They end in {', '.join(_SUFFIXES)}.")
            found += inside
        else:
            found.append(path)
    return found


def render(answer: Mapping[str, Any]) -> str:
    """What came in, and what did not fit."""
    read = f"{answer['records']} records of {answer['videos']} clips were read"
    lines = [f"{read}; {answer['tasks']} clips were labelled."]
    lines += [f"  {schema}: {count}" for schema, count in answer["schemas"].items()]
    lines += [f"  {kind}: {count}" for kind, count in answer["defects"].items()]
    lines += [f"    {m['video_id']}: {m['name']} = {m['value']!r}. {m['why']}" for m in answer["misfits"][:20]]
    if len(answer["misfits"]) > 20:
        lines.append(f"    and {len(answer['misfits']) - 20} more: --json lists them all")
    lines += [f"  refused {each['path']}: {each['why']}" for each in answer["refused"][:20]]
    if len(answer["refused"]) > 20:
        lines.append(f"  and {len(answer['refused']) - 20} more refused")
    if "path" in answer:
        lines.append(f"{answer['written']} records are in {answer['path']}.")
    return "\n".join(lines)
