"""Editing by data: every entry comes back as it was, and nothing else in the files changes by a byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput, NotFound
from videolect.language.edit import (
    FOLDER,
    ORDER,
    WIDTH,
    cleaned,
    dump,
    entries,
    with_entry,
    with_version,
)
from videolect.language.source import SPECS, Source, hash_of, read, read_texts
from videolect.language.trial import check_texts

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
PANS = "primitives/pans.yaml"
calm = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def mini() -> Source:
    return read(MINI)


@pytest.fixture(scope="module")
def core() -> Source:
    return read(SPECS / "core")


def alone(kind: Any, id: str, data: Any) -> Any:
    """What a file says in which the entry stands alone."""
    text = dump(kind, id, data)
    name = FOLDER[kind] + "x.yaml"
    if kind == "profile":
        name = f"profiles/{id.split('/')[0]}/x.yaml"
        text = "rules:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    source = read_texts({name: text})
    assert not source.problems, text
    return entries(source)[kind, id].data


def test_every_entry_that_ships_comes_back_from_its_own_layout(core: Source) -> None:
    found = entries(core)
    assert {kind for kind, _ in found} >= {"primitive", "field", "condition", "consistency", "aspect"}
    for (kind, id_), entry in found.items():
        assert alone(kind, id_, entry.data) == entry.data
        for line in dump(kind, id_, entry.data).splitlines():
            assert len(line) <= WIDTH or "{" in line or " " not in line.strip(), "only records may be longer"


def test_what_is_replaced_by_itself_changes_nothing(core: Source) -> None:
    for (kind, id_), entry in entries(core).items():
        assert with_entry(core.texts, kind, id_, entry.data, known=core) == core.texts


def test_one_changed_text_leaves_every_other_line_alone(core: Source) -> None:
    key = {"primitive": "decision", "field": "question", "consistency": "mend", "aspect": "purpose", "profile": "why"}
    for (kind, id_), entry in list(entries(core).items())[::9]:
        data: Any = (
            {"not": entry.data} if kind == "condition" else {**entry.data, key[kind]: "Other: words. # No 'more'"}
        )  # type: ignore[dict-item]
        edited = with_entry(core.texts, kind, id_, data, known=core)
        assert [name for name in edited if edited[name] != core.texts[name]] == [entry.file]
        before, after = (texts[entry.file].split("\n") for texts in (core.texts, edited))
        tail = len(before) - entry.end
        assert after[: entry.start] == before[: entry.start]
        assert after[len(after) - tail :] == before[entry.end :]
        assert entries(read_texts(edited, core))[kind, id_].data == data


def test_keys_that_say_the_same_keep_their_lines_and_their_comments() -> None:
    text = (
        "# The head.\n- id: a\n  title: A\n\n  # Why it is so.\n  definition: >\n    Long\n    words.\n"
        "  yes_when: {x: {is: y}}  # beside\n# Between.\n- id: b\n  title: B\n"
    )
    edited = with_entry({PANS: text}, "primitive", "a", {
        "id": "a", "title": "Ah", "definition": "Long words.", "yes_when": {"x": {"is": "y"}},
    })  # fmt: skip
    assert edited[PANS] == text.replace("title: A\n", "title: Ah\n")


def test_an_entry_is_added_where_its_group_stands_and_removed_again(mini: Source) -> None:
    data: Any = {**entries(mini)["primitive", "pans"].data, "id": "pans_twice"}  # type: ignore[dict-item]
    added = with_entry(mini.texts, "primitive", "pans_twice", data)
    assert added[PANS].startswith(mini.texts[PANS].rstrip("\n"))
    assert check_texts(added)[1] == []
    assert with_entry(added, "primitive", "pans_twice", None)[PANS] == mini.texts[PANS]
    other = with_entry(mini.texts, "primitive", "pans_twice", data, file="primitives/more/twice.yaml")
    assert other["primitives/more/twice.yaml"].startswith("- id: pans_twice\n")
    new_group = with_entry(mini.texts, "primitive", "new", {**data, "id": "new", "group": "tilts"})
    assert "primitives/tilts.yaml" in new_group


def test_the_last_entry_of_a_file_takes_the_file_with_it(mini: Source) -> None:
    assert "conditions/camera.yaml" not in with_entry(mini.texts, "condition", "still", None)
    assert "aspects/camera.yaml" not in with_entry(mini.texts, "aspect", "camera", None)
    left = with_entry(mini.texts, "profile", "published/pans_right", None)
    left = with_entry(left, "profile", "published/comes_closer", None)
    assert "rules" not in left["profiles/published/pans.yaml"]
    assert "answers" in left["profiles/published/pans.yaml"]


def test_a_reading_is_added_and_changed(mini: Source) -> None:
    data = {"id": "pans", "why": "They never ask.", "yes_when": {"moves": {"is": "yes"}}}
    added = with_entry(mini.texts, "profile", "published/pans", data)
    assert entries(read_texts(added))["profile", "published/pans"].data == data
    assert mini.texts["profiles/published/pans.yaml"].rstrip("\n") in added["profiles/published/pans.yaml"]
    fresh = with_entry(mini.texts, "profile", "other/pans", data)
    assert entries(read_texts(fresh))["profile", "other/pans"].data == data


def test_a_list_in_brackets_is_written_anew_with_its_other_entries() -> None:
    text = "[{id: a, title: A}, {id: b, title: B}]\n"
    edited = with_entry({PANS: text}, "primitive", "b", {"id": "b", "title": "Be"})
    assert [entry.data for entry in entries(read_texts(edited)).values()] == [
        {"id": "a", "title": "A"}, {"id": "b", "title": "Be"}
    ]  # fmt: skip


def test_the_version_is_changed_alone(mini: Source) -> None:
    edited = with_version(mini.texts, "2.0.0")
    assert edited["spec.yaml"] == mini.texts["spec.yaml"].replace("1.0.0", "2.0.0")
    assert hash_of(mini.texts) == mini.hash


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\ufeff"), max_size=40)
hard = st.sampled_from(
    ["no", "yes", "null", "~", "1", "0x1", "1e3", "a: b", "a #b", "- a", "? a", "{a}", "[a", "it's", 'say "x"', "'",
     '"', "&a", "*a", "!a", "%a", "@a", "`a", "a:", ":", "#", "a, b", "...", "---", "\\", "a\\n", "|", ">", "é", "日本",
     "=", "<<"]
)  # fmt: skip
data = st.recursive(
    words | hard,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | hard, inner, max_size=4),
    max_leaves=12,
)


@calm
@given(value=data, long=st.integers(0, 40))
def test_whatever_is_written_is_read_back(value: Any, long: int) -> None:
    entry = cleaned({"id": "a", "title": " ".join(["word: # 'x'"] * long), "examples": value, "look_alikes": value})
    assert alone("primitive", "a", entry) == entry
    assert alone("condition", "a", cleaned({"all": [value]})) == cleaned({"all": [value]})


@pytest.mark.parametrize(
    ("kind", "id", "entry", "told"),
    [
        ("primitive", "a", {"id": "b"}, "has the id 'b'"),
        ("primitive", "a", "words", "no mapping"),
        ("primitive", "a", {}, "no mapping"),
        ("primitive", "A b", {"id": "A b"}, "not an id"),
        ("primitive", "../a", {"id": "a"}, "not an id"),
        ("profile", "a", {"id": "a"}, "not an id"),
        ("story", "a", {"id": "a"}, "no kind"),
        ("primitive", "a", {"id": "a", "x": 1.5}, "float has no place"),
        ("primitive", "a", {"id": "a", "x": None}, "NoneType has no place"),
        ("primitive", "a", {"id": "a", "x": "a\x07b"}, "character"),
        ("primitive", "a", {"id": "a", "x": "\ud800"}, "character"),
        ("primitive", "a", {"id": "a", "x": "y" * 30_000}, "30,000 characters"),
        ("primitive", "a", {"id": "a", "x": [["y"] * 100] * 100}, "too large"),
    ],
)
def test_what_is_no_entry_is_refused(mini: Source, kind: Any, id: str, entry: Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        with_entry(mini.texts, kind, id, entry)


def test_a_deep_entry_a_foreign_file_and_nothing_to_remove(mini: Source) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    with pytest.raises(BadInput, match="too large"):
        with_entry(mini.texts, "primitive", "a", {"id": "a", "x": deep})
    for file in ("../x.yaml", "/etc/x.yaml", "fields/x.yaml", "primitives/X.yml"):
        with pytest.raises(BadInput, match="no file for a primitive"):
            with_entry(mini.texts, "primitive", "new", {"id": "new"}, file=file)
    with pytest.raises(NotFound):
        with_entry(mini.texts, "primitive", "nobody", None)


def test_the_order_of_keys_is_that_of_the_loader() -> None:
    from videolect.language import entries as readers
    from videolect.language import parse

    source = Path(readers.__file__).read_text() + Path(parse.__file__).read_text()
    for kind, keys in ORDER.items():
        for key in keys:
            assert f'"{key}"' in source, f"{kind} has no {key}"
