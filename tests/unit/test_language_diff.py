"""What changed between two versions: texts or meaning, how far the version rises, what label records make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from videolect.errors import BadInput
from videolect.language.diff import Diff, diff
from videolect.language.edit import entries, with_entry, with_version
from videolect.language.source import SPECS, read
from videolect.language.spec import Spec
from videolect.language.trial import Ground, attempt, check_texts
from videolect.language.version import order_of, raised
from videolect.language.wording import record_in_words, rule_in_words

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
SOURCE = read(MINI)
RECORDS: list[tuple[dict[str, object], int]] = [
    ({"moves": True, "pan": "both"}, 2),
    ({"moves": True, "pan": "left"}, 2),
    ({"moves": False}, 2),
    ({"moves": True, "swing": "links"}, 1),
]


def spec(texts: Any) -> Spec:
    found, problems = check_texts(texts)
    assert found is not None, problems
    return found


BASE = spec(SOURCE.texts)


def edited(kind: Any, id: str, texts: Any = SOURCE.texts, **changed: Any) -> dict[str, str]:
    """The mini specification with some keys of an entry otherwise; None takes a key away."""
    data: Any = {**entries(read_texts_of(texts))[kind, id].data, **changed}  # type: ignore[dict-item]
    return with_entry(texts, kind, id, {key: value for key, value in data.items() if value is not None})


def read_texts_of(texts: Any) -> Any:
    from videolect.language.source import read_texts

    return read_texts(texts)


def changed(texts: Any, records: Any = ()) -> Diff:
    return diff(BASE, spec(texts), records)


def told(found: Diff) -> set[tuple[str, str, str, bool]]:
    return {(each.kind, each.id, each.what, each.meaning) for each in found.changes}


def test_the_same_has_no_changes() -> None:
    assert changed(SOURCE.texts).changes == ()
    assert changed(SOURCE.texts).bump == "none"


def test_texts_are_a_patch() -> None:
    found = changed(edited("primitive", "pans_left", decision="Yes when it turns to the left."))
    assert told(found) == {("primitive", "pans_left", "decision", False)}
    assert (found.bump, found.next_version, found.primitives) == ("patch", "1.0.1", ())
    assert found.changes[0].before == "Yes when it turns left."


def test_a_rule_that_reads_otherwise_is_major_and_so_is_all_that_rests_on_it() -> None:
    found = changed(edited("primitive", "pans_left", yes_when={"pan": {"is": "left"}}), RECORDS)
    assert ("primitive", "pans_left", "yes_when", True) in told(found)
    assert ("primitive", "pans", "rests_on", True) in told(found)
    assert (found.bump, found.next_version) == ("major", "2.0.0")
    assert found.touched.states == {"pans_left": {"yes -> no": 1}} or found.touched.states == {
        "pans_left": {"yes -> undetermined": 1}
    }
    assert found.touched.records == 0b0001
    assert found.touched.by_aspect == {"camera": 0b0001}


def test_a_condition_changes_what_is_made_from_it() -> None:
    texts = with_entry(SOURCE.texts, "condition", "still", {"any": [{"moves": {"is": "no"}}, {"pan": {"is": "no"}}]})
    found = changed(texts)
    assert ("condition", "still", "rule", True) in told(found)
    rests = {each.id: each.after for each in found.changes if each.what == "rests_on"}
    assert set(rests) == {"pans_left", "pans_right", "pans"}
    assert rests["pans_left"] == "condition still"
    assert found.bump == "major"


def test_the_same_said_in_another_way_means_the_same() -> None:
    rule = {"not": {"not": {"any": [{"pan": {"is": "right"}}, {"all": [{"condition": "still"}]}]}}}
    found = changed(edited("primitive", "pans_left", no_when=rule))
    assert told(found) == {("primitive", "pans_left", "no_when", False)}
    assert found.bump == "patch"


def test_an_option_that_comes_is_minor_even_where_rules_take_it_in() -> None:
    options = [*entries(SOURCE)["field", "pan"].data["options"], {"value": "whip", "title": "Whip"}]  # type: ignore[index,list-item,call-overload]
    texts = edited("field", "pan", options=options)
    assert changed(texts).bump == "minor"
    texts = edited("primitive", "pans_left", texts, yes_when={"pan": {"in": ["left", "both", "whip"]}})
    found = changed(texts, RECORDS)
    assert ("option", "pan.whip", "added", True) in told(found)
    assert ("primitive", "pans_left", "yes_when", True) in told(found)
    assert found.bump == "minor"
    assert found.touched.states == {}


def test_an_option_that_goes_is_major_and_touches_those_who_chose_it() -> None:
    options = [each for each in entries(SOURCE)["field", "pan"].data["options"] if each["value"] != "both"]  # type: ignore[index,call-overload,union-attr]
    texts = edited("field", "pan", options=options)
    texts = edited("primitive", "pans_left", texts, yes_when={"pan": {"is": "left"}})
    texts = edited("primitive", "pans_right", texts, yes_when={"pan": {"is": "right"}})
    # A movement of two ways has to lead somewhere, so the segments go too.
    texts = with_entry(texts, "field", "steps", None)
    texts = edited(
        "primitive", "pans_left", texts, examples={"yes": [{"moves": "yes", "pan": "left"}], "no": [{"moves": "no"}]}
    )
    texts = {
        **texts,
        "migrations.yaml": texts["migrations.yaml"].replace("    - {segments: steps, out_of: order}\n", ""),
    }
    found = changed(texts, RECORDS)
    assert ("option", "pan.both", "removed", True) in told(found)
    assert ("field", "steps", "removed", True) in told(found)
    assert ("file", "migrations.yaml", "changed", False) in told(found)
    assert found.bump == "major"
    assert found.touched.states["pans_left"] == {"yes -> undetermined": 1}


def test_what_is_added_is_minor_and_what_goes_is_major() -> None:
    new: Any = {**entries(SOURCE)["primitive", "pans"].data, "id": "pans_again"}  # type: ignore[dict-item]
    assert changed(with_entry(SOURCE.texts, "primitive", "pans_again", new)).bump == "minor"
    gone = changed(with_entry(SOURCE.texts, "primitive", "pans", None), RECORDS)
    assert gone.bump == "major"
    assert gone.touched.states["pans"] == {"yes -> gone": 3, "no -> gone": 1}
    never = edited(
        "consistency", "moves_nowhere", never={"all": [{"moves": {"is": "yes"}}, {"lamps": {"empty": "yes"}}]}
    )
    found = changed(never)
    assert (found.bump, told(found)) == ("minor", {("consistency", "moves_nowhere", "never", True)})


def test_a_gate_of_a_question_and_a_reading_are_compared_too() -> None:
    found = changed(edited("field", "size_end", applies_when={"moves": {"is": "yes"}}))
    assert ("field", "size_end", "applies_when", True) in told(found)
    assert ("primitive", "comes_closer", "rests_on", True) in told(found)
    assert found.bump == "major"
    found = changed(edited("profile", "published/pans_right", no_when={"condition": "still"}))
    assert told(found) == {("profile", "published/pans_right", "no_when", True)}
    assert found.bump == "major"
    found = changed(edited("aspect", "camera", purpose="Say how it moves, in order."), RECORDS)
    assert (found.bump, found.touched.by_aspect) == ("patch", {"camera": 0b1111})


def test_the_order_of_options_counts_where_they_are_compared() -> None:
    options = entries(SOURCE)["field", "size_start"].data["options"]  # type: ignore[index,call-overload]
    turned = [options[1], options[0], *options[2:]]
    texts = edited("field", "size_start", options=turned)
    texts = edited(
        "field",
        "size_end",
        texts,
        options=[turned[0], turned[1], turned[2], {"value": "unknown", "title": "Unchanged", "unplaced": "yes"}],
    )
    found = changed(texts)
    assert ("primitive", "comes_closer", "yes_when", True) not in told(found), "the rule itself says what it said"
    assert ("primitive", "comes_closer", "rests_on", True) in told(found)
    assert found.bump == "major"


def test_versions_are_numbers() -> None:
    assert order_of("1.10.0") > order_of("1.9.9")
    assert [raised("1.4.2", bump) for bump in ("none", "patch", "minor", "major")] == [
        "1.4.2",
        "1.4.3",
        "1.5.0",
        "2.0.0",
    ]
    for wrong in ("1.0", "1.0.x", "", "1.0.0.0", "-1.0.0", "1.0.9999999"):
        with pytest.raises(BadInput, match="no version"):
            order_of(wrong)
    assert changed(with_version(SOURCE.texts, "1.0.1")).changes == ()


def test_rules_and_records_in_words() -> None:
    one = BASE.primitives["pans_left"]
    assert rule_in_words(BASE, one.yes_when) == "Pan is 'Left' or 'Both'"
    assert rule_in_words(BASE, one.no_when) == "\"still\" or Pan is 'Right'"
    assert rule_in_words(BASE, BASE.primitives["pans"].no_when) == "not [Pans left] and not [Pans right]"
    closer = BASE.primitives["comes_closer"]
    assert rule_in_words(BASE, closer.yes_when) == "Size at the start comes before Size at the end"
    assert rule_in_words(BASE, BASE.primitives["warm_light"].yes_when) == "Lamps has 'Sun' or 'Fire'"
    assert (
        record_in_words(BASE, {"moves": True, "pan": "left", "lamps": ("sun",)}) == "Moves: yes; Pan: Left; Lamps: Sun"
    )


def test_an_edit_is_tried_before_it_is_kept() -> None:
    ground = Ground.of(SOURCE.texts)
    data: Any = entries(SOURCE)["primitive", "pans_left"].data
    good = attempt(ground, "primitive", "pans_left", {**data, "yes_when": {"pan": {"is": "left"}}}, records=RECORDS)
    assert good.problems == ()
    assert good.words["yes_when"] == "Pan is 'Left'"
    assert all(each.state == each.expected for each in good.outcomes)
    assert good.diff.touched.records.bit_count() == 1
    bad = attempt(ground, "primitive", "pans_left", {**data, "yes_when": {"pan": {"is": "right"}}})
    assert {fault.here for fault in bad.problems} == {True}
    assert any("both rules of pans_left" in fault.rule.lower() for fault in bad.problems)
    assert any((each.expected, each.state) == ("yes", "undetermined") for each in bad.outcomes)
    lost = attempt(ground, "condition", "still", None)
    assert any("'still' is unknown" in fault.rule and fault.id == "pans_left" for fault in lost.problems)
    broken = attempt(ground, "primitive", "pans_left", {"id": "pans_left", "title": "X"})
    assert "has no" in broken.problems[0].rule


def test_the_language_that_ships_differs_from_nothing_but_itself() -> None:
    texts = read(SPECS / "core").texts
    a, b = (Spec(Ground.of(each).spec.parsed) for each in (texts, with_version(texts, "9.9.9")))
    found = diff(a, b)
    assert found.changes == ()
