"""Rows on disk: a folder of JSONL by part and task, a manifest that says what they were made of, and a datasheet.

The folder appears whole or not at all. The manifest holds the hash of every file, so that whoever measures with the
rows knows that they are the ones; and what went in, so that they can be made again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from videolect.dataset.rows.contamination import Contamination, SameFilms, Text, near_texts, sources_in_several
from videolect.dataset.rows.datasheet import datasheet
from videolect.dataset.rows.filters import Step
from videolect.dataset.rows.formats import dataset_info, format_of, path_of
from videolect.dataset.rows.row import Row, RowRule, items_hash, rows_of
from videolect.dataset.rows.splits import SplitRule
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.files import whole_folder
from videolect.record.codec import from_plain
from videolect.record.triple import Triple
from videolect.vlm import prompts

FORMAT = "videolect-rows-1"
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What the triples were."""

    path: str
    hash: str
    """SHA-256 of the file."""
    triples: int
    ledger_seq: int | None
    """The latest place in the ledger that they tell of; None for words from outside."""
    campaigns: tuple[str, ...]
    spec_versions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """How another trainer runs the rows: a file that is written beside them."""

    file: str
    text: str
    recipe: str
    """Of ``training.recipes``, whose values it has."""
    run: str
    """What to type, with DIR for the folder."""
    runs: bool
    """Whether the file is a program."""


def origin_of(path: Path, triples: Sequence[Triple]) -> Origin:
    """What a file of triples is."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Origin(
        path=path.name, hash=digest, triples=len(triples),
        ledger_seq=max((t.ledger_seq for t in triples if t.ledger_seq is not None), default=None),
        campaigns=tuple(sorted({triple.campaign for triple in triples})),
        spec_versions=tuple(sorted({triple.spec_version for triple in triples})),
    )  # fmt: skip


def contamination_of(triples: Iterable[Triple], split: SplitRule, films: SameFilms | None = None) -> Contamination:
    """Sources, final captions and, where somebody looked, films of these triples that stand in several parts."""
    texts = [
        Text(id=t.triple_id, part=split.part_of(t.source_id), source=t.source_id, words=t.post_caption) for t in triples
    ]
    return Contamination(
        sources=sources_in_several(texts), texts=near_texts(texts),
        films=films.in_several(split.part_of) if films else (), films_looked_at=films.looked_at if films else 0,
    )  # fmt: skip


def write_rows(
    folder: Path, triples: Sequence[Triple], rule: RowRule, *, format: str, template: str, origin: Origin,
    lineage: Sequence[Step], contamination: Contamination, code: str, more: Mapping[str, Any] | None = None,
    commands: Callable[[Mapping[str, Any]], Sequence[Command]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write the folder; its manifest, with ``more`` in it. ``commands``: from the manifest to how others run the rows.
    BadInput where it is there already, or cannot be written."""
    make = format_of(format)
    with whole_folder(folder) as partial:
        rows = list(rows_of(triples, rule))
        if not rows:
            mend = "Ask for other tasks, or for fewer filters."
            raise BadInput(
                "These triples give no row.", mend=mend if triples else "There are none yet: settle some tasks first."
            )
        files = {}
        for (part, task), group in sorted(_grouped(rows).items()):
            name = f"{part}/{task}.jsonl"
            (partial / part).mkdir(exist_ok=True)
            with (partial / name).open("w", encoding="utf-8", newline="\n") as file:
                for row in group:
                    told = make(row, path_of(template, row))
                    file.write(json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")
            files[name] = {"rows": len(group), "sha256": _hash(partial / name), "items": items_hash(group)}
        manifest = {
            "format": FORMAT, "rows_format": format, "videos": template, "code": code,
            "origin": asdict(origin), "lineage": [step.as_json() for step in lineage],
            "spec": {"version": rule.spec.version, "hash": rule.spec.hash}, "prompts": prompts.VERSION,
            "split": rule.split.as_json(),
            "rule": {"tasks": list(rule.tasks), "perfect": rule.perfect, "context": rule.context,
                     "sentinel": rule.sentinel},
            "counts": _counts(rows), "contamination": contamination.as_json(), "files": files,
            **(more or {}),
        }  # fmt: skip
        if format == "llama-factory":
            info = dataset_info({name: group[0].task for name, group in _named(rows).items()})
            (partial / "dataset_info.json").write_text(json.dumps(info, indent=2) + "\n")
        for command in commands(manifest) if commands is not None else ():
            path = partial / command.file
            path.write_text(command.text, encoding="utf-8", newline="\n")
            path.chmod(0o755 if command.runs else 0o644)
            manifest.setdefault("commands", {})[command.file] = {"recipe": command.recipe, "run": command.run}
        (partial / "DATASHEET.md").write_text(datasheet(manifest), encoding="utf-8")
        (partial / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return manifest


def _grouped(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.part, row.task].append(row)
    return groups


def _named(rows: Iterable[Row]) -> dict[str, list[Row]]:
    return {f"{part}/{task}.jsonl": group for (part, task), group in sorted(_grouped(rows).items())}


def _counts(rows: Sequence[Row]) -> dict[str, Any]:
    by_part: dict[str, Any] = {}
    for part in sorted({row.part for row in rows}):
        of_part = [row for row in rows if row.part == part]
        critiques = [row for row in of_part if row.task == "critique"]
        by_part[part] = {
            "rows": len(of_part),
            "by_task": dict(sorted(Counter(row.task for row in of_part).items())),
            "by_aspect": dict(sorted(Counter(row.aspect for row in of_part).items())),
            "sources": len({row.source_id for row in of_part}),
            "videos": len({row.video_id for row in of_part}),
            "sentinel_share": round(sum(row.sentinel for row in critiques) / len(critiques), 4) if critiques else None,
        }
    return by_part


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------------------------------------------------- reading


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of rows. NotFound, CannotRead."""
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(
            f"{folder} holds no rows: there is no {MANIFEST}.", mend="Write some: data rows TRIPLES --out DIR."
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        relied_on = (
            manifest["rows_format"], manifest["prompts"], manifest["spec"]["hash"], manifest["rule"]["sentinel"],
            *(told["sha256"] for told in manifest["files"].values()),
        )  # fmt: skip
        if manifest["format"] != FORMAT or not all(isinstance(each, str | int) for each in relied_on):
            raise KeyError(FORMAT)
        _ = manifest["origin"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotRead(f"{path} is no manifest of {FORMAT}.", mend="Write the rows again.") from None
    return dict(manifest)


def read_rows(folder: Path, part: str, task: str, manifest: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of one part and task, in their order. NotFound; CannotRead where the file is not the manifest's."""
    manifest = manifest or read_manifest(folder)
    if manifest["rows_format"] != "ours":
        raise BadInput(f"The rows in {folder} are of the format {manifest['rows_format']}.", mend="Write them as ours.")
    name = f"{part}/{task}.jsonl"
    told = manifest["files"].get(name)
    if told is None:
        raise NotFound(f"{folder} has no {name}.", mend=f"It has {', '.join(manifest['files'])}.")
    path = folder / name
    if not path.is_file() or _hash(path) != told["sha256"]:
        raise CannotRead(f"{path} is not the file that the manifest tells of.", mend="Write the rows again.")
    rows = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                rows.append(_row(json.loads(line)))
            except (ValueError, RecursionError, BadInput) as error:
                why = error.message if isinstance(error, BadInput) else f"it is not JSON: {str(error)[:120]}."
                raise CannotRead(f"{path}, line {number} is no row: {why}", mend="Write the rows again.") from None
    return rows


def _row(plain: Any) -> Row:
    if not isinstance(plain, dict):
        raise BadInput("it is no object.", mend="Give an object.")
    plain.pop("video", None)
    row: Row = from_plain(Row, plain)
    return row
