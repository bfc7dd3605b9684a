"""The printed guide: a static site of one page for each primitive, made from the same texts as the desk's.

Pure: it gives paths and contents, and ``cli.spec.guide`` writes them. Every page works from a folder, without a server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from videolect.language.policy import policy_label_free
from videolect.language.spec import Spec
from videolect.language.values import EXPECTED, LookAlike, Primitive, Segment
from videolect.language.wording import rule_in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What shows a primitive: a still or a clip, by its path inside the site."""

    path: str
    moving: bool
    start: str | None = None
    """Of a clip that plays by itself: the path of its first frame; and of its last."""
    end: str | None = None


def guide(
    spec: Spec, pictures: Mapping[str, Picture] | None = None,
    beside: Mapping[tuple[str, str], Picture] | None = None,
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """(path, content) of every file of the site. ``pictures``: by the id of the primitive that they show.

    ``beside``: by primitive and look-alike, what shows the look-alike where the primitive is not so.
    """
    site = _Site(spec, pictures or {}, beside or {})
    chapters = site.chapters()
    policies = [
        {"id": a.id, "title": a.title, "lines": policy_label_free(spec, a.id).text.splitlines()} for a in spec.aspects
    ]
    entries = [entry for chapter in chapters for group in chapter["groups"] for entry in group["primitives"]]
    yield "index.html", site.page("index.html", "", chapters=chapters, total=len(entries))
    for chapter in chapters:
        for group in chapter["groups"]:
            yield f"groups/{group['id']}.html", site.page("group.html", "../", group=group)
    for at, entry in enumerate(entries):
        before, after = entries[at - 1] if at else None, entries[at + 1] if at + 1 < len(entries) else None
        page = site.page("primitive.html", "../", p=entry, before=before, after=after)
        yield f"primitives/{entry['id']}.html", page
    yield "form.html", site.page("form.html", "", form=site.form(), conditions=site.conditions())
    yield "policies.html", site.page("policies.html", "", policies=policies)
    yield "print.html", site.page("print.html", "", chapters=chapters, policies=policies)
    yield "search-index.js", _index(entries)
    for name in ("guide.css", "guide.js"):
        yield name, files("videolect.language").joinpath("templates", name).read_text(encoding="utf-8")


def _index(entries: list[dict[str, Any]]) -> str:
    known = [
        {
            "id": entry["id"],
            "title": entry["title"],
            "group": entry["group_title"],
            "words": " ".join(entry["use_words"]),
            "definition": entry["definition"],
        }
        for entry in entries
    ]
    return f"window.videolectGuide = {json.dumps(known, ensure_ascii=True)};\n"


@cache
def _environment() -> Environment:
    loader = PackageLoader("videolect.language", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


class _Site:
    def __init__(self, spec: Spec, pictures: Mapping[str, Picture], beside: Mapping[tuple[str, str], Picture]) -> None:
        self.spec = spec
        self.pictures = pictures
        self.beside = beside
        told = [(p.id, other) for p in spec.primitives.values() for other in p.look_alikes if other.example is not None]
        states = spec.derive_many([other.example or {} for _, other in told])
        self.apart = {(id_, other.id): int(states.column(id_)[row]) == 1 for row, (id_, other) in enumerate(told)}

    def page(self, template: str, root: str, **values: object) -> str:
        return _environment().get_template(template).render(spec=self.spec, root=root, **values)

    def chapters(self) -> list[dict[str, Any]]:
        """Chapters with their groups, and these with their primitives; groups without any are left out."""
        chapters: dict[str, dict[str, Any]] = {}
        for group in self.spec.groups:
            members = [self.primitive(p) for p in self.spec.primitives.values() if p.group == group.id]
            if members:
                chapter = chapters.setdefault(group.chapter, {"title": group.chapter, "groups": [], "count": 0})
                entry = {"id": group.id, "title": group.title, "chapter": group.chapter, "primitives": members}
                chapter["groups"].append(entry)
                chapter["count"] += len(members)
        return list(chapters.values())

    def primitive(self, primitive: Primitive) -> dict[str, Any]:
        group = next(group for group in self.spec.groups if group.id == primitive.group)
        return {
            "id": primitive.id,
            "title": primitive.title,
            "group": group.id,
            "group_title": group.title,
            "chapter": group.chapter,
            "aspects": [self.spec.aspect(aspect).title for aspect in primitive.aspects],
            "definition": primitive.definition,
            "question": primitive.question,
            "model_question": primitive.model_question,
            "decision": primitive.decision,
            "applies": rule_in_words(self.spec, primitive.applies_when) if primitive.applies_when else "",
            "yes": rule_in_words(self.spec, primitive.yes_when),
            "no": rule_in_words(self.spec, primitive.no_when),
            "look_alikes": [self._look_alike(primitive, other) for other in primitive.look_alikes],
            "use_words": primitive.use_words,
            "avoid_words": primitive.avoid_words,
            "examples": {
                expected: [self._record(e.answers) for e in primitive.examples if e.expected == expected]
                for expected in EXPECTED
            },
            "media": self.pictures.get(primitive.id),
        }

    def _look_alike(self, primitive: Primitive, other: LookAlike) -> dict[str, Any]:
        known = self.spec.primitives[other.id]
        told = None if other.example is None else self._record(other.example)
        here = self.apart.get((primitive.id, other.id), False)
        return {
            "id": other.id,
            "title": known.title,
            "definition": known.definition,
            "how": other.how,
            "example": told,
            "which": primitive.title if here else known.title,
            "media": self.beside.get((primitive.id, other.id)),
        }

    def _record(self, answers: Mapping[str, object]) -> list[dict[str, str]]:
        return [
            {"title": self.spec.field(field).title, "answer": self._answer(field, answer)}
            for field, answer in answers.items()
        ]

    def _answer(self, field: str, answer: object) -> str:
        asked = self.spec.field(field)
        if isinstance(answer, bool):
            return "Yes" if answer else "No"
        if isinstance(answer, Segment):
            words = " and ".join(self._answer(field, movement) for movement in answer.movements)
            timed = answer.start_frame is not None
            return f"{words} (frames {answer.start_frame} to {answer.end_frame})" if timed else words
        if isinstance(answer, tuple):
            joined = ", then " if asked.kind == "segments" else ", "
            return joined.join(self._answer(field, each) for each in answer) or "None"
        option = asked.option(answer)
        return option.title if option else str(answer)

    def conditions(self) -> list[dict[str, str]]:
        """The rules with a name, which the other rules speak of by that name."""
        return [
            {"name": name.replace("_", " "), "rule": rule_in_words(self.spec, rule)}
            for name, rule in self.spec.parsed.conditions.items()
        ]

    def form(self) -> list[dict[str, Any]]:
        """The questions under their headings."""
        found = []
        for group in self.spec.form_groups:
            fields = [
                {
                    "id": field.id,
                    "title": field.title,
                    "question": field.question,
                    "help": field.help,
                    "asked": rule_in_words(self.spec, field.applies_when) if field.applies_when else "",
                    "options": [{"title": option.title, "value": option.value} for option in field.options],
                }
                for field in self.spec.fields
                if field.group == group.id
            ]
            if fields:
                found.append({"title": group.title, "fields": fields})
        return found
