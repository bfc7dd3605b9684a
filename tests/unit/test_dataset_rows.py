"""Triples into parts and rows: what goes where, what is left out and why, and what other trainers read."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.triples import perfect, rejected, revised
from videolect.dataset.rows.contamination import Text, near_texts, sources_in_several
from videolect.dataset.rows.filters import USABLE, Filter, filtered
from videolect.dataset.rows.folder import contamination_of, origin_of, read_manifest, read_rows, write_rows
from videolect.dataset.rows.formats import FORMATS, path_of
from videolect.dataset.rows.row import RowRule, items_hash, rows_of
from videolect.dataset.rows.splits import SplitRule, joined, shares_of
from videolect.dataset.triple_files import read_triples, write_triples
from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.language import load_spec
from videolect.record.critique import SENTINEL, is_sentinel

SPEC = load_spec()
ONE = SplitRule(shares={"dev": 1.0})


def rows(*triples, **rule):
    return list(rows_of(triples, RowRule(spec=SPEC, split=ONE, **rule)))


def by_task(made):
    return Counter((row.task, row.what) for row in made)


# ------------------------------------------------------------------------------------------------------------- rows


def test_a_revised_triple_gives_what_the_recipe_says():
    made = rows(revised())
    assert by_task(made) == {
        ("caption", "caption"): 1, ("critique", "draft"): 1, ("critique", "final"): 1,
        ("yes_no", "final"): 1, ("yes_no", "draft"): 1, ("preference", "final>draft"): 1,
    }  # fmt: skip
    of = {(row.task, row.what): row for row in made}
    assert of["critique", "draft"].target == 'Replace "left" with "right".'
    assert of["critique", "final"].target == SENTINEL
    assert of["critique", "final"].sentinel
    assert not of["critique", "draft"].sentinel
    assert (of["yes_no", "final"].target, of["yes_no", "draft"].target) == ("Yes", "No")
    assert of["preference", "final>draft"].rejected == "The camera pans left slowly."
    assert "The camera pans left slowly." in of["yes_no", "draft"].prompt


def test_what_a_perfect_triple_gives_is_asked_for():
    assert by_task(rows(perfect())) == {("caption", "caption"): 1, ("critique", "final"): 1, ("yes_no", "final"): 1}
    assert by_task(rows(perfect(), perfect="caption")) == {("caption", "caption"): 1}


def test_a_correction_stands_above_what_it_replaced():
    made = {row.what: row for row in rows(rejected(), tasks=("preference",))}
    assert set(made) == {"final>draft", "final>rejected", "critique>rejected"}
    assert made["critique>rejected"].rejected == 'Replace "slowly" with "fast".'
    other = rows(rejected(same_draft=False), tasks=("preference",))
    assert "critique>rejected" not in {row.what for row in other}, "they speak of different drafts"


def test_a_correction_to_perfect_prefers_the_sentinel():
    made = perfect(rejected_critique="It shakes.", rejected_post_caption="It shakes.", same_draft=True)
    [row] = [row for row in rows(made) if row.what == "critique>rejected"]
    assert row.target == SENTINEL


def test_the_sentinel_is_a_setting_in_target_and_prompt():
    made = [row for row in rows(perfect(), sentinel="All is well.") if row.task == "critique"]
    assert made[0].target == "All is well."
    assert "answer with exactly: All is well." in made[0].prompt


def test_captions_of_parents_are_shown_where_that_is_asked():
    subject = perfect(1, aspect="subject", text="A red robot.", video_id="same.mp4")
    motion = perfect(2, aspect="motion", text="The robot waves.", video_id="same.mp4")
    plain = {row.aspect: row for row in rows(subject, motion, tasks=("caption",))}
    shown = {row.aspect: row for row in rows(subject, motion, tasks=("caption",), context="parents")}
    assert "A red robot." not in plain["motion"].prompt
    assert "A red robot." in shown["motion"].prompt
    assert plain["subject"].prompt == shown["subject"].prompt


def test_an_aspect_that_nobody_knows_is_refused():
    with pytest.raises(VideolectError, match="smell"):
        rows(perfect(aspect="smell"))


def test_rows_have_names_of_their_own_and_a_hash_of_all():
    made = rows(revised(1), rejected(2), perfect(3))
    assert len({row.row_id for row in made}) == len(made)
    assert items_hash(made) == items_hash(reversed(made))
    assert items_hash(made) != items_hash([replace(made[0], target="x"), *made[1:]])


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        (SENTINEL, True),
        ("the caption is ACCURATE and requires no edits.", True),
        ("The caption is accurate and requires no edits, so it should remain exactly the same.", True),
        ("No edits needed", True),
        ("The caption is accurate, but the camera pans.", False),
        ("", False),
    ],
)
def test_sentinels_are_known_by_how_they_begin(words, is_one):
    assert is_sentinel(words) is is_one


# ----------------------------------------------------------------------------------------------------------- splits


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=50), st.integers(0, 3))
def test_a_source_has_one_part_whatever_else_there_is(sources, seed):
    rule = SplitRule(seed=seed)
    parts = {source: rule.part_of(source) for source in sources}
    assert parts == {source: SplitRule(seed=seed).part_of(source) for source in reversed(sources)}


def test_parts_have_about_the_size_that_was_asked():
    rule = SplitRule(shares={"train": 0.5, "test": 0.5})
    counted = Counter(rule.part_of(f"film{n}") for n in range(2000))
    assert 900 < counted["train"] < 1100


def test_sources_that_show_the_same_share_a_part():
    join = joined([("c", "b"), ("b", "a"), ("x", "y")])
    assert join == {"b": "a", "c": "a", "y": "x"}
    rule = SplitRule(joined=join)
    assert rule.part_of("c") == rule.part_of("b") == rule.part_of("a")


@pytest.mark.parametrize("words", [["train"], ["train=x"], ["train=0.5", "train=0.5"]])
def test_shares_that_are_none_are_refused(words):
    with pytest.raises(BadInput):
        shares_of(words)
    with pytest.raises(BadInput, match="add up"):
        SplitRule(shares=shares_of(["train=0.5"]))


# ---------------------------------------------------------------------------------------------------------- filters


def test_filters_tell_what_they_left_out():
    triples = [
        revised(1),
        revised(2, post_caption="The camera pans left slowly."),
        revised(3, critique=SENTINEL),
        revised(4, critique="镜头向右"),
        perfect(5),
    ]
    kept, lineage = filtered(triples, [Filter.of(name) for name in USABLE])
    assert [triple.triple_id for triple in kept] == ["t1", "t5"]
    assert [(step.before, step.after) for step in lineage] == [(5, 4), (4, 3), (3, 2)]
    assert lineage[1].left_out[0][0] == "t2"
    assert sum(step.before - step.after for step in lineage) == len(triples) - len(kept)


def test_filters_with_a_value():
    triples = [perfect(1, aspect="subject"), perfect(2), revised(3)]
    assert [t.triple_id for t in filtered(triples, [Filter.of("aspect=subject|motion")])[0]] == ["t1"]
    assert [t.triple_id for t in filtered(triples, [Filter.of("max-words=4")])[0]] == ["t1", "t2"]
    assert [t.triple_id for t in filtered(triples, [Filter.of("rating=3")])[0]] == ["t3"]


@pytest.mark.parametrize("words", ["pretty", "min-words", "changed=3", "min-words=few"])
def test_a_filter_that_nobody_knows_is_refused(words):
    with pytest.raises(BadInput):
        Filter.of(words)


# ----------------------------------------------------------------------------------------------------- contamination

LONG = "A man in a red coat walks along the beach while the sun sets behind the hills and a dog follows him closely"


def test_near_texts_of_different_parts_are_found_and_others_not():
    texts = [
        Text(id="1", part="train", source="a", words=LONG),
        Text(id="2", part="test", source="b", words=LONG + " today"),
        Text(id="3", part="train", source="c", words=LONG),
        Text(
            id="4", part="test", source="d", words="Something else is told here, of nothing that was said above at all"
        ),
    ]
    found = near_texts(texts)
    assert {(pair.one.id, pair.other.id) for pair in found} == {("1", "2"), ("2", "3")}
    assert all(0.8 < pair.jaccard < 1 for pair in found)


def test_a_source_in_two_parts_is_contamination():
    texts = [Text(id=str(n), part=part, source="a", words="x") for n, part in enumerate(("train", "test", "train"))]
    assert sources_in_several(texts) == {"a": ("test", "train")}


# ----------------------------------------------------------------------------------------------------------- folders


def written(tmp_path, triples, format="ours", name="rows"):
    path = tmp_path / "triples.jsonl"
    write_triples(triples, path)
    rule = RowRule(spec=SPEC, split=ONE)
    return write_rows(
        tmp_path / name, triples, rule, format=format, template="clips/{video_id}", origin=origin_of(path, triples),
        lineage=(), contamination=contamination_of(triples, ONE), code="test",
    )  # fmt: skip


def test_rows_come_back_equal_and_a_changed_file_is_refused(tmp_path):
    triples = [revised(1), rejected(2), perfect(3)]
    written(tmp_path, triples)
    back = [
        row
        for task in ("caption", "critique", "preference", "yes_no")
        for row in read_rows(tmp_path / "rows", "dev", task)
    ]
    assert sorted(back, key=lambda row: row.row_id) == sorted(rows(*triples), key=lambda row: row.row_id)
    file = tmp_path / "rows" / "dev" / "caption.jsonl"
    file.write_text(file.read_text().replace("slowly", "fast"))
    with pytest.raises(CannotRead, match="not the file"):
        read_rows(tmp_path / "rows", "dev", "caption")


def test_the_manifest_tells_what_went_in_and_the_datasheet_says_it_in_words(tmp_path):
    manifest = written(tmp_path, [revised(1), perfect(2)])
    assert read_manifest(tmp_path / "rows") == json.loads(json.dumps(manifest))
    assert manifest["counts"]["dev"]["by_task"] == {"caption": 2, "critique": 3, "preference": 1, "yes_no": 3}
    assert manifest["counts"]["dev"]["sentinel_share"] == 0.6667
    sheet = (tmp_path / "rows" / "DATASHEET.md").read_text()
    assert manifest["origin"]["hash"][:16] in sheet
    assert "66.7%" in sheet


def test_a_folder_that_is_not_empty_stays_as_it_was(tmp_path):
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        written(tmp_path, [perfect()])
    assert [path.name for path in (tmp_path / "rows").iterdir()] == ["mine.txt"]


def test_nothing_stays_behind_where_there_is_no_row(tmp_path):
    with pytest.raises(BadInput, match="no row"):
        written(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["triples.jsonl"]


def test_a_folder_without_a_manifest_is_told(tmp_path):
    with pytest.raises(NotFound, match=r"no manifest\.json"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(CannotRead):
        read_manifest(tmp_path)


# ----------------------------------------------------------------------------------------------------------- formats


def test_trl_reads_messages_and_pairs():
    made = {row.task: FORMATS["trl"](row, "a.mp4") for row in rows(revised())}
    asked, answered = made["caption"]["messages"]
    assert asked["content"][0] == {"type": "video", "video": "a.mp4"}
    assert answered["content"][0]["text"] == "The camera pans right slowly."
    assert set(made["preference"]) == {"prompt", "chosen", "rejected"}
    assert made["preference"]["rejected"][0]["content"][0]["text"] == "The camera pans left slowly."


def test_ms_swift_counts_one_mark_for_one_film():
    tricky = revised(pre_caption="A sign says <video> here.", critique="x")
    for row in rows(tricky):
        made = FORMATS["ms-swift"](row, "a.mp4")
        assert made["messages"][0]["content"].count("<video>") == len(made["videos"]) == 1
        assert ("rejected_response" in made) == (row.task == "preference")


def test_llama_factory_has_an_entry_for_every_file(tmp_path):
    written(tmp_path, [revised(1)], format="llama-factory")
    info = json.loads((tmp_path / "rows" / "dataset_info.json").read_text())
    for entry in info.values():
        lines = (tmp_path / "rows" / entry["file_name"]).read_text().splitlines()
        assert all(set(entry["columns"].values()) <= set(json.loads(line)) for line in lines)
    assert sum(entry.get("ranking", False) for entry in info.values()) == 1


def test_a_path_names_only_what_a_row_has():
    [row, *_] = rows(revised())
    assert path_of("x/{source_id}/{video_id}", row) == "x/film0/clip0.mp4"
    with pytest.raises(BadInput, match="prompt"):
        path_of("{prompt}", row)


@pytest.mark.parametrize("shares", [{"../evil": 1.0}, {"..": 1.0}, {"tr ain": 1.0}, {"train": float("nan")}])
def test_a_part_is_the_name_of_a_folder_and_has_a_share(shares):
    with pytest.raises(BadInput):
        SplitRule(shares=shares)


def test_marks_of_films_in_answers_are_taken_apart_and_names_end_in_mp4_once():
    [row] = [row for row in rows(revised(post_caption="A <video> plays.")) if row.task == "caption"]
    for name in ("ms-swift", "llama-factory"):
        assert json.dumps(FORMATS[name](row, "v")).count("<video>") == 1
    assert path_of("videos/{video_id}.mp4", row) == "videos/clip0.mp4"


def test_half_a_character_is_told_with_its_row_and_column(tmp_path):
    file = tmp_path / "t.jsonl"
    plain = revised().plain()
    file.write_text(json.dumps({**plain, "pre_caption": "half \ud83d"}) + "\n")
    with pytest.raises(VideolectError, match="pre_caption"):
        list(read_triples(file))
    file.write_text(json.dumps({**plain, "rating": 99}) + "\n")
    with pytest.raises(VideolectError, match="rating is 99"):
        list(read_triples(file))


def test_prompts_about_rejected_critiques_name_the_sentinel_of_the_rows():
    made = [row for row in rows(rejected(), sentinel="Nothing is wrong.") if row.what == "critique>rejected"]
    assert made
    assert all("Nothing is wrong." in row.prompt for row in made)
