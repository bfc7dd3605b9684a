"""Tasks on disk: ``tasks.jsonl``, ``clips.jsonl`` (what is asked of each clip, for whoever answers) and a manifest.

The folder appears whole or not at all; equal states, specification and rule give equal bytes. The manifest holds the
hash of each file, and one of all that is asked and of which answers are right: scores name it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videolect.errors import CannotRead, NotFound
from videolect.evals.primitives.tasks import CONTRASTS, Pair, Rule, Task, TaskSet
from videolect.evals.states import Known
from videolect.files import whole_folder
from videolect.language.spec import Spec
from videolect.vlm import prompts

FORMAT = "videolect-primitives-1"
MANIFEST, TASKS, CLIPS = "manifest.json", "tasks.jsonl", "clips.jsonl"


def write_tasks(folder: Path, tasks: TaskSet, known: Known, spec: Spec, rule: Rule) -> dict[str, Any]:
    """Write the folder; its manifest. BadInput where it is there already, or cannot be written."""
    with whole_folder(folder) as partial:
        _write(partial / TASKS, ({**asdict(task), "question": tasks.questions[task.primitive]} for task in tasks.tasks))
        _write(
            partial / CLIPS,
            ({"video_id": clip, "source_id": tasks.sources[clip], "primitives": names}
             for clip, names in tasks.asked().items()),
        )  # fmt: skip
        manifest = _manifest(partial, tasks, known, spec, rule)
        (partial / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return manifest


def _manifest(folder: Path, tasks: TaskSet, known: Known, spec: Spec, rule: Rule) -> dict[str, Any]:
    kinds = Counter(pair.kind for task in tasks.tasks for pair in task.pairs)
    return {
        "format": FORMAT, "items": tasks.items_hash, "rule": asdict(rule), "states": dict(known.origin),
        "spec": {"name": spec.name, "version": spec.version, "hash": spec.hash}, "prompts": prompts.VERSION,
        "counts": {
            "tasks": len(tasks.tasks), "dropped": len(tasks.dropped), "clips": len(tasks.sources),
            "sources": len(set(tasks.sources.values())),
            "answers": sum(map(len, tasks.asked().values())),
            "positives": sum(len(task.positives) for task in tasks.tasks),
            "negatives": sum(len(task.negatives) for task in tasks.tasks),
            "pairs": {kind: kinds[kind] for kind in CONTRASTS},
        },
        "dropped": dict(tasks.dropped), "unknown_names": list(known.unknown),
        "contradicted": [list(each) for each in known.contradicted],
        "questions": {name: {"text": text, "prompt_hash": tasks.prompt(name).hash}
                      for name, text in tasks.questions.items()},
        "files": {name: _hash(folder / name) for name in (TASKS, CLIPS)},
    }  # fmt: skip


def read_tasks(folder: Path) -> TaskSet:
    """The tasks of a folder. NotFound; CannotRead where the files are not the manifest's."""
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(
            f"{folder} holds no tasks: there is no {MANIFEST}.", mend="Make some: eval primitives --states S --out DIR."
        )
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"it is of the format {str(told['format'])[:40]!r}")
        for name, digest in told["files"].items():
            if name not in (TASKS, CLIPS) or _hash(folder / name) != digest:
                raise ValueError(f"{name[:40]} is not the file that the manifest tells of")
        found = TaskSet(
            tasks=tuple(map(_task, _lines(folder / TASKS))),
            sources={str(line["video_id"]): str(line["source_id"]) for line in _lines(folder / CLIPS)},
            questions={name: str(each["text"]) for name, each in told["questions"].items()},
            dropped=dict(told["dropped"]), told=told,
        )  # fmt: skip
        if found.items_hash != told["items"]:
            raise ValueError("its tasks are not those that its hash tells of; prompts may read otherwise today")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotRead(f"{folder} holds no tasks of {FORMAT}: {error!s:.160}.", mend="Make them again.") from None
    return found


def _task(line: Mapping[str, Any]) -> Task:
    yes, no = line["known"]
    return Task(
        primitive=line["primitive"], group=line["group"], known=(int(yes), int(no)),
        positives=tuple(line["positives"]), negatives=tuple(line["negatives"]),
        pairs=tuple(Pair(**pair) for pair in line["pairs"]),
    )  # fmt: skip


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", newline="\n")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
