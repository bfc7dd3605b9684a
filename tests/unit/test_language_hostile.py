"""Specifications that are hostile or merely strange: told with file and line, or proved, and never a crash or a hang.

The shipped one is none of these; a lead's own may be, and the desk reads it in the process that serves everybody.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from videolect.errors import BadInput
from videolect.language import Spec, check_spec, solver

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINI, tmp_path / "mini"))


@pytest.fixture
def cli() -> Cli:
    """A process of its own: what kills it, or never ends, ends here."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "videolect.cli.main", *args]
        return subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=300, check=False)

    return run


def add(folder: Path, file: str, text: str) -> None:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def swap(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def prim(id: str, yes: str, no: str, ey: str, en: str, group: str = "movement") -> str:
    return (
        f"- id: {id}\n  title: T {id}\n  group: {group}\n  aspects: [camera]\n  definition: D.\n  question: Q?\n"
        f"  model_question: M?\n  decision: Y.\n  yes_when: {yes}\n  no_when: {no}\n"
        f"  examples:\n    yes: [{ey}]\n    no: [{en}]\n"
    )


def field(id: str, kind: str, *more: str) -> str:
    return f"- id: {id}\n  title: F {id}\n  question: Q?\n  help: H.\n  kind: {kind}\n  group: camera\n" + "".join(
        f"  {m}\n" for m in more
    )


def told(cli, folder):
    done = cli("spec", "check", "--spec", str(folder), "--json")
    assert done.returncode == 1, (done.returncode, done.stderr[-300:])
    assert "Traceback" not in done.stderr
    problems = json.loads(done.stdout)["problems"]
    assert all(p["file"] and p["line"] >= 1 for p in problems), problems
    return problems


def test_deep_brackets_do_not_kill_the_process(folder, cli):
    add(folder, "conditions/b.yaml", "a: " + "[" * 900_000)
    told(cli, folder)


def test_deep_block_lists_do_not_kill_the_process(folder, cli):
    add(folder, "conditions/b.yaml", "- " * 900_000)
    told(cli, folder)


def test_deep_rules_do_not_kill_the_process(folder, cli):
    add(folder, "conditions/b.yaml", "deep: " + "{not: " * 100_000 + "{moves: {is: yes}}" + "}" * 100_000 + "\n")
    told(cli, folder)


def test_a_rule_that_is_nested_too_deeply_is_told_with_its_file_and_line(folder, cli):
    add(
        folder,
        "conditions/b.yaml",
        "fine: {moves: {is: yes}}\ndeep: " + "{not: " * 3000 + "{moves: {is: yes}}" + "}" * 3000 + "\n",
    )
    assert [(p["file"], p["line"]) for p in told(cli, folder)] == [("conditions/b.yaml", 2)]


def test_deep_alternatives_are_a_problem_and_no_traceback(folder, cli):
    swap(
        folder,
        "primitives/pans.yaml",
        "yes_when: {pan: {in: [left, both]}}",
        "yes_when: " + "{all: [" * 490 + "{pan: {in: [left, both]}}" + "]}" * 490,
    )
    told(cli, folder)


@pytest.mark.parametrize("kind", ["conditions", "primitives"])
def test_a_long_chain_of_names_is_a_problem_or_works_but_is_no_traceback(folder, cli, kind):
    n = 900
    if kind == "conditions":
        add(
            folder,
            "conditions/b.yaml",
            "".join(f"c{i}: {{condition: c{i + 1}}}\n" for i in range(n)) + f"c{n}: {{moves: {{is: yes}}}}\n",
        )
    else:
        add(
            folder,
            "primitives/z.yaml",
            "".join(
                prim(
                    f"p{i}",
                    f"{{primitive: p{i + 1}}}" if i < n else "{moves: {is: yes}}",
                    "{moves: {is: no}}",
                    "{moves: yes, pan: left}",
                    "{moves: no}",
                )
                for i in range(n + 1)
            ),
        )
    done = cli("spec", "check", "--spec", str(folder), "--json")
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_conditions_that_double_do_not_double_the_work(folder, cli):
    add(
        folder,
        "conditions/b.yaml",
        "c0: {moves: {is: yes}}\n"
        + "".join(f"c{i}: {{all: [{{condition: c{i - 1}}}, {{condition: c{i - 1}}}]}}\n" for i in range(1, 31)),
    )
    assert cli("spec", "check", "--spec", str(folder), "--json").returncode in (0, 1)


def test_a_huge_record_schema_is_refused_at_once(folder, cli):
    swap(folder, "spec.yaml", "record_schema: 2", "record_schema: 999999999")
    assert len(told(cli, folder)) < 20


def test_record_schema_zero_is_refused(folder):
    swap(folder, "spec.yaml", "record_schema: 2", "record_schema: 0")
    assert check_spec(folder)


def test_many_keys_are_read_in_linear_time(folder, cli):
    add(folder, "conditions/b.yaml", "".join(f"c{i}: 1\n" for i in range(150_000)))
    assert cli("spec", "check", "--spec", str(folder), "--json").returncode == 1


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!binary", "!foo"])
def test_tags_are_refused_as_the_docs_say(folder, tag):
    swap(folder, "fields/camera.yaml", "title: Moves", f"title: {tag} TW92ZXM=")
    assert check_spec(folder)


def test_anchors_are_refused_as_the_docstring_says(folder):
    swap(folder, "fields/camera.yaml", "title: Moves", "title: &x Moves")
    assert check_spec(folder)


@pytest.mark.parametrize("make", ["loop", "gone", "folder", "fifo"])
def test_a_yaml_name_that_is_no_file_is_told(folder, make):
    path = folder / "conditions" / "x.yaml"
    {
        "loop": lambda: os.symlink(path, path),
        "gone": lambda: os.symlink("/nonexistent", path),
        "folder": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
    }[make]()
    assert [p.file for p in check_spec(folder)] == ["conditions/x.yaml"]


def test_a_file_name_that_is_not_utf8_is_a_problem(folder, cli):
    with open(os.fsencode(folder) + b"/conditions/\xff.yaml", "w") as file:
        file.write("a: {moves: {is: yes}}\n")
    done = cli("spec", "check", "--spec", str(folder), "--json")
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_a_control_character_is_told_on_its_line(folder):
    (folder / "conditions" / "b.yaml").write_bytes(b"a: {moves: {is: yes}}\nb: {moves: {is: yes}}\nc: \x00\n")
    assert [p.line for p in check_spec(folder)] == [3]


@pytest.mark.parametrize("key", ["''", "'<script>'", "'../../x'", "'a b'"])
def test_condition_names_are_ids(folder, key):
    add(folder, "conditions/b.yaml", f"{key}: {{moves: {{is: yes}}}}\n")
    assert check_spec(folder)


def test_a_group_id_cannot_lead_the_guide_out_of_its_folder(folder, cli, tmp_path):
    swap(folder, "spec.yaml", "  movement: {", '  "../../evil": {')
    text = (folder / "primitives" / "pans.yaml").read_text().replace("group: movement", 'group: "../../evil"')
    (folder / "primitives" / "pans.yaml").write_text(text)
    out = tmp_path / "a" / "b" / "site"
    out.parent.mkdir(parents=True)
    cli("spec", "guide", "--spec", str(folder), "--out", str(out), "--json")
    assert not (tmp_path / "a" / "b" / "evil.html").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("to: pan}", "to: nowhere}"),
        ("{links: left}", "{links: lift}"),
        ("{segments: steps,", "{segments: pan,"),
        ("- from: 1", "- from: 9\n  why: W.\n  steps: []\n- from: 1"),
    ],
)
def test_a_migration_leads_to_fields_and_values_that_exist(folder, old, new):
    swap(folder, "migrations.yaml", old, new)
    assert check_spec(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("fields/camera.yaml", "pair: size_end", "pair: lamps"),
        ("aspects/camera.yaml", "{words_max: 50}", "{words_min: 90, words_max: 50}"),
        ("primitives/pans.yaml", "aspects: [camera]", "aspects: []"),
        (
            "profiles/published/pans.yaml",
            "applies_when: always",
            "applies_when: always\n    yes_when: {all: [{moves: {is: yes}}, {moves: {is: no}}]}",
        ),
    ],
)
def test_more_that_cannot_be_meant_is_told(folder, file, old, new):
    swap(folder, file, old, new)
    assert check_spec(folder)


def test_a_circle_in_a_profile_is_told_in_the_profile(folder):
    add(folder, "profiles/published/z.yaml", "# c\n# c\nconditions:\n  still:\n    not: {condition: still}\n")
    assert {p.file for p in check_spec(folder)} == {"profiles/published/z.yaml"}


def test_questions_that_hang_on_one_another_in_a_circle_are_told(folder):
    add(
        folder,
        "fields/z.yaml",
        field("aa", "flag", "applies_when: {bb: {is: yes}}") + field("bb", "flag", "applies_when: {aa: {is: yes}}"),
    )
    assert any("circle" in p.rule for p in check_spec(folder))


def test_a_law_that_asks_for_an_answer_is_not_met_by_an_open_flag(folder):
    """solver._holds takes {True, False} as met where a flag was left open (its least value is None)."""
    law = (
        "- id: {0}\n  never: {{all: [{{lamps: {{has: sun}}}}, {{seen: {{answered: {1}}}}}]}}\n  rule: R.\n  mend: M.\n"
    )
    add(folder, "fields/l.yaml", field("seen", "flag"))
    add(folder, "consistency/l.yaml", law.format("must", "no") + law.format("must_not", "yes"))
    add(folder, "conditions/l.yaml", "sunny: {lamps: {has: sun}}\n")
    assert any("sunny can never hold" in p.rule for p in check_spec(folder))


def test_a_member_that_means_cannot_tell_keeps_a_no_from_being_proved(folder):
    """table: 'has sun' of [unclear] is undetermined; solver: it is no. So a dead alternative is not found."""
    add(
        folder,
        "fields/l.yaml",
        field(
            "lights",
            "list",
            "options:",
            "  - {value: sun, title: S}",
            "  - {value: lamp, title: L}",
            "  - {value: unclear, title: U, open: yes}",
        ),
    )
    add(
        folder,
        "primitives/l.yaml",
        prim(
            "sunny",
            "{lights: {has: sun}}",
            "{any: [{lights: {is: [lamp]}}, {all: [{not: {lights: {has: sun}}}, {lights: {has: unclear}}]}]}",
            "{lights: [sun]}",
            "{lights: [lamp]}",
        ),
    )
    assert any("Alternative 2" in p.rule for p in check_spec(folder))


def test_is_of_a_list_with_a_cannot_tell_member_is_undetermined(folder):
    """docs/language.md: a test of an open answer that it does not name is undetermined. 'is' of a list says no."""
    add(
        folder,
        "fields/l.yaml",
        field("lights", "list", "options:", "  - {value: sun, title: S}", "  - {value: unclear, title: U, open: yes}"),
    )
    add(
        folder,
        "primitives/l.yaml",
        prim("only_sun", "{lights: {is: [sun]}}", "{not: {lights: {is: [sun]}}}", "{lights: [sun]}", "{lights: []}"),
    )
    assert Spec.load(folder).derive({"lights": ["unclear"]})["only_sun"] is None


def test_answers_that_follow_from_segments_count_in_the_proofs(folder):
    add(
        folder,
        "primitives/l.yaml",
        prim(
            "odd",
            "{any: [{pan: {is: left}}, {all: [{steps: {empty: no}}, {pan: {answered: no}}]}]}",
            "{pan: {is: right}}",
            "{moves: yes, pan: left}",
            "{moves: yes, pan: right}",
        ),
    )
    assert any("Alternative 2" in p.rule for p in check_spec(folder))


def test_no_false_overlap_where_segments_rule_it_out(folder):
    add(
        folder,
        "primitives/l.yaml",
        prim(
            "odd",
            "{any: [{pan: {is: left}}, {all: [{steps: {empty: no}}, {pan: {is: both}}]}]}",
            "{any: [{pan: {is: right}}, {all: [{steps: {empty: no}}, {pan: {is: unknown}}]}]}",
            "{moves: yes, pan: left}",
            "{moves: yes, pan: right}",
        ),
    )
    assert not any("Both rules" in p.rule for p in check_spec(folder))
    assert any("Alternative 2 of no_when" in p.rule for p in check_spec(folder))


def test_a_condition_that_a_profile_changes_is_proved_for_every_primitive_that_names_it(folder):
    """proofs.prove looks only at the profile's overrides."""
    add(folder, "profiles/published/z.yaml", "conditions:\n  still: {pan: {in: [left, no]}}\n")
    answers = {"moves": True, "pan": "left"}
    reading_is_told = any("pans_left hold under published" in p.rule for p in check_spec(folder))
    assert reading_is_told or not Spec.load(folder).read_as("published").contradictions(answers)


def test_a_question_that_a_profile_answers_is_never_open_in_its_proofs(folder):
    rule = "{any: [{condition: still}, {pan: {is: right}}, {all: [{pan: {is: left}}, {moves: {answered: no}}]}]}"
    add(folder, "profiles/published/z.yaml", f"rules:\n  - id: pans_left\n    why: W.\n    no_when: {rule}\n")
    assert not any("Both rules" in p.rule for p in check_spec(folder))


def test_what_cannot_be_worked_out_is_told(folder):
    """proofs._never returns silently on TooTangled: nine pigeons, eight holes."""
    n = 9
    options = ["options:"] + [f"  - {{value: h{i}, title: T}}" for i in range(n - 1)]
    add(folder, "fields/b.yaml", "".join(field(f"p{k}", "choice", *options) for k in range(n)))
    rules = [f"{{p{k}: {{answered: yes}}}}" for k in range(n)] + [
        f"{{not: {{p{a}: {{same_as: p{b}}}}}}}" for a in range(n) for b in range(a)
    ]
    add(folder, "conditions/b.yaml", "hole: {all: [" + ", ".join(rules) + "]}\n")
    assert any("hole" in p.rule for p in check_spec(folder))


def test_inverse_does_not_say_impossible_where_it_gave_up(monkeypatch):
    spec = Spec.load(MINI)
    monkeypatch.setattr(solver, "STEPS", 0)
    inverse = spec.inverse(["pans_left"], {})
    try:
        found = inverse.record({"pans_left": True})
    except solver.TooTangled:
        return
    assert found is not None


def test_inverse_keeps_fields_together_that_hang_on_one_another(folder):
    """inverse.blocks joins fields by consistency rules and forgets 'this question is asked only where'."""
    add(folder, "fields/l.yaml", field("rain", "flag") + field("heavy", "flag", "applies_when: {rain: {is: yes}}"))
    add(
        folder,
        "primitives/l.yaml",
        prim("rains", "{rain: {is: yes}}", "{rain: {is: no}}", "{rain: yes}", "{rain: no}")
        + prim(
            "rains_heavily",
            "{heavy: {is: yes}}",
            "{heavy: {is: no}}",
            "{rain: yes, heavy: yes}",
            "{rain: yes, heavy: no}",
        ),
    )
    spec = Spec.load(folder)
    wanted = {"rains": False, "rains_heavily": True}
    found = spec.inverse(list(wanted), {}).record(wanted)
    assert found is None or spec.derive(found)["rains_heavily"] is True


@pytest.mark.parametrize("schema", [None, "1", 1.5])
def test_a_schema_that_is_no_number_is_bad_input(schema):
    with pytest.raises(BadInput):
        Spec.load(MINI).migrate({}, schema)


def test_a_rename_does_not_silently_lose_an_answer():
    """'swing' becomes 'pan'; a record that has both loses one of them without a word."""
    spec = Spec.load(MINI)
    one = spec.migrate({"swing": "links", "pan": "right"}, 1)
    other = spec.migrate({"pan": "right", "swing": "links"}, 1)
    assert one == other
