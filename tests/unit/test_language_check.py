"""A broken specification is told by file, line, rule and mend, never by a traceback."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from videolect.errors import BadInput, NotFound
from videolect.language import Spec, check_spec, load_spec
from videolect.language.source import SPECS
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


FIELDS, ASPECT, CONDITIONS = "fields/camera.yaml", "aspects/camera.yaml", "conditions/camera.yaml"
CONSISTENCY, PROFILE = "consistency/camera.yaml", "profiles/published/pans.yaml"
PANS, SIZES = "primitives/pans.yaml", "primitives/sizes.yaml"
YES = "yes: [{moves: yes, pan: left},"
RULE = "yes_when: {pan: {in: [left, both]}}"
ASKED = "{moves: {is: yes}}"
STILL = "moves: {is: no}"


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "line", "says"),
    [
        (FIELDS, "title: Moves", "titel: Moves", FIELDS, 2, "unknown key 'titel'"),
        (FIELDS, "  help: Shake does not count.\n", "", FIELDS, 1, "no 'help'"),
        (FIELDS, "kind: flag", "kind: bool", FIELDS, 5, "kind is unknown"),
        (FIELDS, "id: pan\n", "id: moves\n", FIELDS, 7, "'moves', which fields/camera.yaml:1 has too"),
        (FIELDS, "id: pan\n", "id: all\n", FIELDS, 7, "'all' is not an id"),
        (FIELDS, "group: camera", "group: lens", FIELDS, 1, "group 'lens'"),
        (FIELDS, ASKED, "{moves: {is: maybe}}", FIELDS, 14, "'maybe' is no answer to moves"),
        (FIELDS, ASKED, "{primitive: pans}", FIELDS, 14, "speaks of the primitive"),
        (FIELDS, "neutral: no", "neutral: up", FIELDS, 13, "'up' is no option"),
        (FIELDS, "- id: moves", "- id: moves\n  id: shifts", FIELDS, 2, "'id' twice"),
        (FIELDS, "{value: left,", "{value: left", FIELDS, 17, "not YAML"),
        (FIELDS, "{value: left,", "{value: no,", FIELDS, 7, "do not fit"),
        (FIELDS, "sets: {pan: left}", "sets: {pan: up}", FIELDS, 21, "'up' is no answer to pan"),
        (FIELDS, "sets: {pan: left}", "sets: {words: up}", FIELDS, 21, "sets 'words'"),
        (FIELDS, "    - {value: both, title: Both}\n", "", FIELDS, 7, "option 'both'"),
        (FIELDS, "default: unknown", "default: huge", FIELDS, 50, "'huge' is no answer to size_end"),
        (FIELDS, ASKED, "{all: [{moves: {is: yes}}, {moves: {is: no}}]}", FIELDS, 7, "pan can never be asked"),
        ("spec.yaml", "name: mini", "- mini", "spec.yaml", 2, "not YAML"),
        ("spec.yaml", "1.0.0", "newest", "spec.yaml", 2, "'newest' is not of the form"),
        ("spec.yaml", "record_schema: 2", "record_schema: -2", "spec.yaml", 3, "'-2'"),
        ("spec.yaml", "record_schema: 2", "record_schema: 3", "migrations.yaml", 1, "records of schema 2"),
        ("spec.yaml", "aspects: [camera]", "aspects: [camera, scene]", "spec.yaml", 1, "'scene' has no file"),
        ("spec.yaml", "aspects: [camera]", "aspects: []", ASPECT, 1, "not listed"),
        ("migrations.yaml", "{drop: mood}", "{lose: mood}", "migrations.yaml", 6, "unknown key 'lose'"),
        ("migrations.yaml", "{drop: mood}", "{to: pan, rename: x}", "migrations.yaml", 6, "keys to, rename"),
        (ASPECT, "parents: []", "parents: [scene]", ASPECT, 1, "parent 'scene'"),
        (ASPECT, "known_from: [moves, pan]", "known_from: [zoom]", ASPECT, 1, "field 'zoom'"),
        (ASPECT, "condition: still", "condition: stil", ASPECT, 9, "condition 'stil'"),
        (ASPECT, "words_max: 50", "words_max: many", ASPECT, 10, "'many'"),
        (CONDITIONS, STILL, "not: {condition: still}", CONDITIONS, 2, "circle: still -> still"),
        (CONDITIONS, STILL, "moves: {is: no, in: [no]}", CONDITIONS, 2, "has 2 keys"),
        (CONDITIONS, STILL, "moves: {has: no}", CONDITIONS, 2, "'has' does not fit"),
        (CONDITIONS, STILL, "lamps: {in: [sun]}", CONDITIONS, 2, "'in' does not fit"),
        (CONDITIONS, STILL, "words: {is: wide}", CONDITIONS, 2, "'is' does not fit"),
        (CONDITIONS, STILL, "*a", CONDITIONS, 2, "alias"),
        (CONDITIONS, STILL, "&a {moves: {is: no}}", CONDITIONS, 2, "anchor"),
        (CONDITIONS, STILL, "size_start: {before: pan}", CONDITIONS, 2, "cannot be compared"),
        (CONDITIONS, STILL, "size_start: {before: tilt}", CONDITIONS, 2, "unknown field 'tilt'"),
        (CONSISTENCY, "pan: {is: no}", "tilt: {is: no}", CONSISTENCY, 5, "unknown field 'tilt'"),
        (CONSISTENCY, "moves: {is: yes}", "pan: {is: left}", CONSISTENCY, 1, "can never be answered"),
        (PANS, "condition: still", "condition: stil", PANS, 14, "condition 'stil'"),
        (PANS, "id: pans_right, how", "id: pans_up, how", PANS, 10, "look-alike 'pans_up'"),
        (PANS, "id: pans_right, how", "id: pans_left, how", PANS, 10, "its own look-alike"),
        (PANS, "example: {moves: yes, pan: right}", "example: {moves: yes, pan: unknown}", PANS, 10,
         "should tell pans_left from pans_right, but"),
        (PANS, YES, "no_more: [{moves: yes, pan: left},", PANS, 17, "unknown key 'no_more'"),
        (PANS, YES, "yes: [{moves: yes, pan: up},", PANS, 17, "'up' is no answer to pan"),
        (PANS, YES, "yes: [{moves: yes, tilt: up},", PANS, 17, "unknown field 'tilt'"),
        (PANS, YES, "yes: [{moves: yes, pan: right},", PANS, 17, "should be yes and is no"),
        (PANS, YES, "yes: [{moves: yes, pan: no},", PANS, 17, "no consistent record"),
        (PANS, "start_frame: 0", "start_frame: 9", PANS, 17, "from frame 9 to 9"),
        (PANS, "movements: [pan_left]", "movements: [tilt]", PANS, 17, "'tilt' is no movement"),
        (PANS, "- pan: {is: right}", "- pan: {in: [right, both]}", PANS, 1,
         "Both rules of pans_left hold for {pan: both"),
        (PANS, "- condition: still", "- all: [{pan: {is: left}}, {pan: {is: right}}]", PANS, 1,
         "Alternative 1 of no_when of pans_left can never hold"),
        (PANS, "- condition: still", "- all: [{pan: {is: left}}, {moves: {is: no}}]", PANS, 1,
         "Alternative 1 of no_when of pans_left can never hold"),
        (PANS, RULE, "yes_when: {primitive: pans}", PANS, 37, "circle: pans_left -> pans -> pans_left"),
        (PANS, RULE, "yes_when: {}", PANS, 11, "0 keys"),
        (PANS, RULE, "yes_when: {all: []}", PANS, 11, "empty"),
        (SIZES, "    does_not_apply: [{size_start: unknown, size_end: close}]\n", "", SIZES, 17, "no 'does_not_apply'"),
        (SIZES, "undetermined: [{size_start: wide}", "undetermined: [{size_start: unknown}", SIZES, 20,
         "should be undetermined and is does_not_apply"),
        (PROFILE, "id: pans_right", "id: pans_up", PROFILE, 3, "primitive 'pans_up'"),
        (PROFILE, "in: [no, left]", "in: [no, right]", PROFILE, 3, "Both rules of pans_right hold under published"),
        (PROFILE, "moves: no", "moves: perhaps", PROFILE, 1, "'perhaps' is no answer"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_where_it_stands(folder, file, old, new, at, line, says):
    found = broken(folder, file, old, new)
    assert any(f == at and n == line and says in rule for f, n, rule in found), found
    with pytest.raises(BadInput):
        Spec.load(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("fields/motion.yaml", "kind: ", "kidn: "),
        ("conditions/content.yaml", "  all:", "  al:"),
        ("primitives/rotation.yaml", "yes_when:", "yes_whem:"),
        ("primitives/steadiness.yaml", "definition:", "definitoin:"),
        ("aspects/subject.yaml", "topics:", "topcis:"),
    ],
)
def test_one_mistake_is_one_problem_however_much_rests_on_it(file, old, new, tmp_path):
    core = Path(shutil.copytree(SPECS / "core", tmp_path / "core"))
    told = broken(core, file, old, new)
    # An import says of itself that a column becomes a field that is not there.
    assert [at for at, _, _ in told if not at.startswith("imports/")] == [file], told


@pytest.mark.parametrize("file", ["fields/motion.yaml", "conditions/content.yaml", "primitives/rotation.yaml"])
def test_a_file_that_is_no_yaml_is_one_problem_too(file, tmp_path):
    core = Path(shutil.copytree(SPECS / "core", tmp_path / "core"))
    with (core / file).open("a") as broken_off:
        broken_off.write("- id: [x\n")
    told = [problem.file for problem in check_spec(core)]
    assert [at for at in told if not at.startswith("imports/")] == [file], told


def test_all_mistakes_are_told_at_once(folder):
    """Names that lead nowhere hide neither wrong examples nor rules that overlap elsewhere."""
    broken(folder, FIELDS, "group: camera", "group: lens")
    broken(folder, CONDITIONS, STILL, "moves: {is: perhaps}")
    broken(folder, SIZES, "{size_start: wide, size_end: close}]", "{size_start: close, size_end: wide}]")
    found = broken(folder, SIZES, "lamps: {is: [neon]}", "lamps: {has: neon}")
    said = " ".join(rule for _, _, rule in found)
    for words in ("group 'lens'", "'perhaps'", "comes_closer should be yes and is no", "Both rules of warm_light"):
        assert words in said


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\xff\xfe\x00", "UTF-8"), (b"just words", "not a list"), (b"a: 1\n---\nb: 2\n", "not YAML"),
     (b"[" * 3000, "in one another"), (b"- \x07", "control character"), (b"!!python/object:os.system {}", "tag"),
     (b"- !!python/object/apply:os.system ['true']", "tag"), (b"- {id: !secret x}", "tag"),
     (b"x: [" + b"a, " * 700_000 + b"]", "bytes")],
)  # fmt: skip
def test_a_file_of_anything_is_a_problem_and_no_traceback(folder, content, says):
    (folder / "primitives" / "pans.yaml").write_bytes(content)
    problems = [problem for problem in check_spec(folder) if problem.file == "primitives/pans.yaml"]
    assert problems
    assert says in problems[0].rule


def test_a_bomb_of_aliases_is_refused_before_it_goes_off(folder):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    (folder / "conditions" / "bomb.yaml").write_text("\n".join(lines))
    before = time.process_time()
    problems = check_spec(folder)
    assert [problem.file for problem in problems] == ["conditions/bomb.yaml"]
    assert "anchor" in problems[0].rule
    assert time.process_time() - before < 5  # written out it would be 9**40 members


def test_a_missing_and_a_foreign_file(folder):
    (folder / CONSISTENCY).rename(folder / "rules.yml")
    (folder / "notes.yaml").write_text("a: 1")
    told = {problem.file: problem.rule for problem in check_spec(folder)}
    assert set(told) == {"rules.yml", "notes.yaml"}
    (folder / "spec.yaml").unlink()
    assert "spec.yaml" in {problem.file for problem in check_spec(folder)}
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
    broken(folder, FIELDS, "Shake does not count.", "Shake counts.")
    assert Spec.load(folder).hash != first


@pytest.mark.parametrize("name", ["nothing", "../core", "", "core/primitives/none"])
def test_no_such_specification(name):
    with pytest.raises(NotFound):
        load_spec(name)
