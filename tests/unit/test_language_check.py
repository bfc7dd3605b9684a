"""A broken specification is told by file, line, rule and mend, never by a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from videolect.errors import BadInput, NotFound
from videolect.language import Spec, check_spec, load_spec
from videolect.language.spec import report_on

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINI, tmp_path / "mini"))


def broken(folder: Path, file: str, old: str, new: str) -> list[tuple[str, int, str]]:
    path = folder / file
    text = path.read_text()
    assert old in text, "the test breaks nothing"
    path.write_text(text.replace(old, new, 1))
    problems = check_spec(folder)
    assert all(problem.mend.strip().endswith((".", "!")) for problem in problems)
    return [(problem.file, problem.line, problem.rule) for problem in problems]


def test_what_ships_and_the_small_one_are_whole():
    assert check_spec("core") == []
    assert check_spec(MINI) == []
    assert Spec.load(MINI).derive({"moves": True, "pan": "left"}) == {
        "pans_left": True,
        "pans_right": False,
        "pans": True,
    }


PANS = "primitives/pans.yaml"
YES = "yes: [{moves: yes, pan: left}]"
RULE = "yes_when: {pan: {is: left}}"
ASKED = "{moves: {is: yes}}"
STILL = "moves: {is: no}"


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "line", "says"),
    [
        ("fields.yaml", "title: Moves", "titel: Moves", "fields.yaml", 2, "unknown key 'titel'"),
        ("fields.yaml", "  help: Shake does not count.\n", "", "fields.yaml", 1, "no 'help'"),
        ("fields.yaml", "kind: flag", "kind: bool", "fields.yaml", 5, "kind is unknown"),
        ("fields.yaml", "id: pan", "id: moves", "fields.yaml", 7, "'moves', which fields.yaml:1 has too"),
        ("fields.yaml", "id: pan", "id: all", "fields.yaml", 7, "'all' is not an id"),
        ("fields.yaml", "group: camera", "group: lens", "fields.yaml", 1, "group 'lens'"),
        ("fields.yaml", ASKED, "{moves: {is: maybe}}", "fields.yaml", 14, "'maybe' is no answer to moves"),
        ("fields.yaml", ASKED, "{primitive: pans}", "fields.yaml", 14, "speaks of the primitive"),
        ("fields.yaml", "neutral: no", "neutral: up", "fields.yaml", 13, "'up' is no option"),
        ("fields.yaml", "- id: moves", "- id: moves\n  id: shifts", "fields.yaml", 2, "'id' twice"),
        ("fields.yaml", "{value: left,", "{value: left", "fields.yaml", 17, "not YAML"),
        ("fields.yaml", "{value: left,", "{value: no,", "fields.yaml", 7, "do not fit"),
        ("spec.yaml", "name: mini", "- mini", "spec.yaml", 2, "not YAML"),
        ("spec.yaml", "1.0.0", "newest", "spec.yaml", 2, "'newest' is not of the form"),
        ("aspects.yaml", "parents: []", "parents: [scene]", "aspects.yaml", 1, "parent 'scene'"),
        ("aspects.yaml", "known_from: [moves, pan]", "known_from: [zoom]", "aspects.yaml", 1, "field 'zoom'"),
        ("conditions.yaml", STILL, "not: {condition: still}", "conditions.yaml", 2, "circle: still -> still"),
        ("conditions.yaml", STILL, "moves: {is: no, in: [no]}", "conditions.yaml", 2, "has 2 keys"),
        ("conditions.yaml", STILL, "moves: {has: no}", "conditions.yaml", 2, "'has' does not fit"),
        ("conditions.yaml", STILL, "&a [*a]", "conditions.yaml", 2, "alias"),
        ("consistency.yaml", "pan: {is: no}", "tilt: {is: no}", "consistency.yaml", 5, "unknown field 'tilt'"),
        (PANS, "condition: still", "condition: stil", PANS, 14, "condition 'stil'"),
        (PANS, "id: pans_right, how", "id: pans_up, how", PANS, 1, "look-alike 'pans_up'"),
        (PANS, YES, "yes: []", PANS, 17, "no example of 'yes'"),
        (PANS, YES, "yes: [{moves: yes, pan: up}]", PANS, 17,
         "'up' is no answer to pan"),
        (PANS, YES, "yes: [{moves: yes, pan: right}]", PANS,
         17, "should be yes and is no"),
        (PANS, YES, "yes: [{moves: yes, pan: no}]", PANS,
         17, "no consistent record"),
        (PANS, "in: [no, right]", "in: [no, left]", PANS, 17, "both rules of pans_left"),
        (PANS, RULE, "yes_when: {primitive: pans}", PANS, 36,
         "circle: pans_left -> pans -> pans_left"),
        (PANS, RULE, "yes_when: {}", PANS, 11, "0 keys"),
        (PANS, RULE, "yes_when: {all: []}", PANS, 11, "empty"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_where_it_stands(folder, file, old, new, at, line, says):
    found = broken(folder, file, old, new)
    assert any(f == at and n == line and says in rule for f, n, rule in found), found
    with pytest.raises(BadInput, match=at):
        Spec.load(folder)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\xff\xfe\x00", "UTF-8"), (b"just words", "not a list"), (b"a: 1\n---\nb: 2\n", "not YAML"),
     (b"[" * 3000, "YAML"), (b"- \x07", "not YAML"), (b"!!python/object:os.system {}", "not a list")],
)  # fmt: skip
def test_a_file_of_anything_is_a_problem_and_no_traceback(folder, content, says):
    (folder / "primitives" / "pans.yaml").write_bytes(content)
    problems = check_spec(folder)
    assert problems
    assert problems[0].file == "primitives/pans.yaml"
    assert says in problems[0].rule or "nested too deeply" in problems[0].rule


def test_a_missing_and_a_foreign_file(folder):
    (folder / "consistency.yaml").rename(folder / "rules.yml")
    (folder / "notes.yaml").write_text("a: 1")
    told = {problem.file: problem.rule for problem in check_spec(folder)}
    assert set(told) == {"consistency.yaml", "rules.yml", "notes.yaml"}
    with pytest.raises(BadInput, match="and 2 more"):
        Spec.load(folder)


def test_a_broken_specification_has_a_report_with_all_keys(folder):
    (folder / "spec.yaml").write_text("name: 7")
    report = report_on(folder)
    assert set(report) == set(load_spec().report())
    assert report["whole"] is False
    assert report["problems"]


def test_the_hash_knows_content_and_nothing_else(folder, tmp_path):
    first = Spec.load(folder).hash
    for path in folder.rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert Spec.load(folder).hash == first
    assert Spec.load(shutil.copytree(folder, tmp_path / "elsewhere")).hash == first
    broken(folder, "fields.yaml", "Shake does not count.", "Shake counts.")
    assert Spec.load(folder).hash != first


@pytest.mark.parametrize("name", ["nothing", "../core", "", "core/primitives/none"])
def test_no_such_specification(name):
    with pytest.raises(NotFound if name else BadInput):
        load_spec(name)
