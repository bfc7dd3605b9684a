"""Controlled corruption: on staged drafts, of which the truth is known, each kind does just what it says."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import authors_folder
from tests.support.commands import run
from tests.support.staged import DOG, LEVEL, WOMAN, facts
from tests.support.triples import perfect, rejected, revised
from videolect.dataset.corruption.corrupt import Corruption, corrupt
from videolect.dataset.corruption.model import LENGTHS, fault
from videolect.dataset.corruption.values import COUNTED, KINDS, CorruptRule, Kind, Tools, verdict_of
from videolect.dataset.corruption.words import falsified, inverted
from videolect.dataset.triple_files import read_triples, write_triples
from videolect.errors import BadInput
from videolect.language import claims_of, load_spec
from videolect.language.values import Segment
from videolect.metrics.opposites import opposites_of
from videolect.points.apply import apply_points
from videolect.record.critique import SENTINEL, Critique, Point, is_sentinel
from videolect.record.people import Model
from videolect.record.triple import JudgedPoint, Triple
from videolect.stage.words import ASPECTS, Telling, drafts, judge
from videolect.vlm.prompts import Prompt

SPEC = load_spec()
TOOLS = Tools(spec=SPEC)
SHOTS = (
    facts(
        {
            **LEVEL, "camera_segments": (Segment(movements=("pan_left",)), Segment(movements=("tilt_up",))),
            "shot_size_start": "wide", "shot_size_end": "medium", "screen_direction": "left_to_right",
            "subject_position_start": "middle_left", "subject_depth_start": "foreground", "scene_places": ("street",),
            "time_of_day_start": "day", "color_temperature": "warm", "light_sources": ("sunlight",),
            "light_quality": "hard",
        },
        WOMAN,
    ),
    facts(
        {
            **LEVEL, "camera_segments": (Segment(movements=("zoom_in",)), Segment(movements=("pan_right",))),
            "shot_type": "non_human", "shot_size_start": "full", "shot_size_end": "unknown",
            "subject_position_start": "centre", "scene_places": ("countryside",), "time_of_day_start": "night",
            "color_temperature": "cool",
        },
        DOG, place="a meadow with low hills",
    ),
)  # fmt: skip


@cache
def staged() -> tuple[Triple, ...]:
    """Triples of staged drafts: each shot a source of its own."""
    found = []
    for number, shot in enumerate(SHOTS):
        for aspect in ASPECTS:
            for seed in range(8):
                for draft in drafts(SPEC, shot, aspect, seed, count=2):
                    if draft.points or seed == 0:
                        found.append(_triple(len(found), number, draft))
    return tuple(found)


def _triple(number: int, source: int, draft: Any) -> Triple:
    of = {"aspect": draft.aspect, "source_id": f"film{source}"}
    if not draft.points:
        return perfect(number, text=draft.text, **of)
    points = tuple(JudgedPoint(point=point, verdict="agreed", addressed=True) for point in draft.points)
    return revised(
        number, pre_caption=draft.text, post_caption=draft.truth, critique=Critique(points=draft.points).words,
        points=points, **of,
    )  # fmt: skip


@cache
def made(kind: Kind, **more: Any) -> Corruption:
    return corrupt(staged(), CorruptRule(kind=kind, **more), TOOLS)


def points_of(triple: Triple) -> tuple[Point, ...]:
    return tuple(judged.point for judged in triple.points)


def says(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((claim.primitive, claim.state) for claim in claims_of(text, SPEC.lexicon))


# ----------------------------------------------------------------------------------------------------------- each kind


def test_the_staged_drafts_have_something_of_everything():
    kinds = Counter(triple.kind for triple in staged())
    assert kinds["revised"] > 60
    assert kinds["perfect"] > 3
    assert {len(triple.points) for triple in staged()} >= {0, 1, 2, 3, 4}


def test_an_incomplete_critique_mends_exactly_the_points_that_are_left():
    for k in (1, 2):
        found = made("incomplete", k=k)
        assert len(found.corrupted) > 15
        for one in found.corrupted:
            before, after = points_of(one.of), points_of(one.triple)
            assert (len(after), one.n) == (len(before) - k, len(before))
            assert set(after) < set(before)
            assert one.triple.post_caption == apply_points(one.of.pre_caption or "", after)[0]
            assert sum(judged.addressed for judged in one.triple.points) == len(before) - k
            gone = {change.point for change in one.changes}
            for point in before:
                if point.id in gone and point.kind == "replace":
                    assert point.words in one.triple.post_caption, "what nobody criticises stays"


def test_an_inaccurate_caption_is_false_exactly_where_a_mend_was_replaced():
    found = made("inaccurate")
    assert len(found.corrupted) > 45
    mirror = opposites_of(SPEC.primitives)
    known = Counter(change.evidence for one in found.corrupted for change in one.changes)
    assert set(known) == {"opposite", "claims", "words"}
    assert known["words"] < 0.5 * known.total(), "most are seen to be false"
    for one in found.corrupted:
        [change] = one.changes
        truth, false = one.of.post_caption, one.triple.post_caption
        assert change.before
        assert change.after
        assert change.after.lower() != change.before.lower()
        assert false not in (truth, one.of.pre_caption)
        at = re.search(re.escape(change.after.rstrip(".")), false, re.IGNORECASE)
        assert at, "the false words stand in the caption"
        mended = false[: at.start()] + change.before.rstrip(".") + false[at.end() :]
        assert mended.lower() == truth.lower(), "and nothing else differs"
        if change.evidence == "words":
            assert says(false) <= says(truth)
        elif change.evidence == "claims":
            assert says(false) - says(truth)
        else:
            pairs = {(pairs.get(name), state) for _, pairs in mirror.kinds() for name, state in says(truth)}
            assert (says(false) - says(truth)) & pairs


def test_what_the_lexicon_calls_false_is_false_of_the_staged_clip():
    truths = {f"film{number}": Telling(SPEC, shot) for number, shot in enumerate(SHOTS)}
    told = Counter[bool]()
    for kind in ("inaccurate", "spurious"):
        for one in made(kind).corrupted:
            if all(change.evidence in ("opposite", "claims") for change in one.changes):
                told[bool(judge(truths[one.of.source_id], one.of.aspect, one.triple.post_caption).untrue)] += 1
    assert told[True] > 100
    assert told[False] == 0


def test_a_spurious_point_calls_right_words_wrong_and_keeps_every_other_point():
    found = made("spurious")
    assert len(found.corrupted) > 40
    for one in found.corrupted:
        [change] = one.changes
        before, after = points_of(one.of), points_of(one.triple)
        assert [point for point in after if point.id != change.point] == [*before]
        [new] = [point for point in after if point.id == change.point]
        Critique(points=after).check_against(one.of.pre_caption or "", 100)
        assert new.words in one.of.post_caption, "the experts had left these words alone"
        assert one.triple.post_caption not in (one.of.post_caption, one.of.pre_caption)
        assert all(judged.addressed for judged in one.triple.points)


def test_a_critique_without_mends_changes_nothing_by_rule():
    found = made("non_constructive")
    assert len(found.corrupted) == sum(triple.kind == "revised" for triple in staged())
    for one in found.corrupted:
        assert one.triple.post_caption == one.of.pre_caption
        assert not any(point.instruction for point in points_of(one.triple))
        assert [point.words for point in points_of(one.triple)] == [point.words for point in points_of(one.of)]
        assert not re.search(r"\b(?:with|Delete|Add|Move)\b", re.sub('"[^"]*"', "", one.triple.critique or ""))
    some = made("non_constructive", k=1)
    assert all(len(one.changes) == 1 for one in some.corrupted)
    assert any(one.triple.post_caption != one.of.pre_caption for one in some.corrupted)


def test_the_faithful_control_leads_to_the_truth():
    for one in made("faithful").corrupted:
        assert one.triple.post_caption == one.of.post_caption
        assert one.triple.critique == one.said


def test_a_blind_critique_is_another_sources():
    of = {triple.triple_id: triple for triple in staged()}
    found = made("blind")
    assert len(found.corrupted) > 40
    for one in found.corrupted:
        lender = of[one.changes[0].source or ""]
        assert lender.source_id != one.of.source_id
        assert lender.aspect == one.of.aspect
        Critique(points=points_of(one.triple)).check_against(one.of.pre_caption or "", 100)


def test_no_check_is_the_version_before_the_review():
    triples = [rejected(0), revised(1), rejected(2, same_draft=False)]
    found = corrupt(triples, CorruptRule(kind="no_check"), TOOLS)
    [one] = found.corrupted
    assert one.triple.critique == 'Replace "slowly" with "fast".'
    assert one.triple.post_caption == "The camera pans left fast."
    assert (one.triple.verdict, one.triple.rejected_critique) == ("approved", None)
    assert found.left_out == {
        "its review changed nothing": 1, "the rejected version criticises another draft": 1,
    }  # fmt: skip


def test_a_worst_caption_is_wrong_from_end_to_end():
    for one in made("worst_caption", worst="inverted").corrupted:
        assert one.triple.pre_caption != one.of.post_caption
        assert one.triple.post_caption == one.of.post_caption, "as a draft, beside the right caption"
        assert 2 * int(one.notes["claims_kept"]) <= int(one.notes["claims"])
    other = made("worst_caption", target="final", allow_reversal=True)
    assert all(one.triple.post_caption != one.of.post_caption and one.reversed for one in other.corrupted)


def test_a_final_caption_can_be_the_target_where_the_reversal_is_allowed():
    with pytest.raises(BadInput, match="reverses the verdict"):
        CorruptRule(kind="spurious", target="final")
    found = made("spurious", target="final", allow_reversal=True)
    for one in found.corrupted:
        assert one.triple.pre_caption == one.of.post_caption
        assert one.triple.post_caption != one.of.post_caption
        assert one.reversed
        assert one.triple.rating is None, "nobody rated this text"


# ---------------------------------------------------------------------------------------------- verdicts, order, seeds


@settings(max_examples=25, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 9), share=st.none() | st.floats(0.01, 1.0), allow=st.booleans())
def test_no_verdict_is_turned_over_in_silence(kind: Kind, seed: int, share: float | None, allow: bool):
    rule = CorruptRule(kind=kind, seed=seed, share=share if kind in COUNTED else None, allow_reversal=allow)
    try:
        found = corrupt(staged()[::5], rule, TOOLS)
    except BadInput:
        return  # nothing could be corrupted so
    assert len(found.corrupted) + sum(found.left_out.values()) == len(staged()[::5])
    for one in found.corrupted:
        if kind == "worst_caption":
            assert not one.reversed
            continue
        turned = is_sentinel(one.triple.critique or "") != verdict_of(one.of)
        assert one.reversed == turned
        assert allow or not turned


def test_all_points_removed_is_the_sentinel_and_has_to_be_allowed():
    assert made("incomplete", share=1.0, allow_reversal=True).corrupted[0].triple.critique == SENTINEL
    with pytest.raises(BadInput, match="its verdict would be turned over"):
        corrupt(staged(), CorruptRule(kind="incomplete", share=1.0), TOOLS)
    allowed = made("incomplete", share=1.0, allow_reversal=True).corrupted
    assert {(one.triple.kind, one.triple.rating, one.reversed) for one in allowed} == {("perfect", 5, True)}


@pytest.mark.parametrize("kind", ["inaccurate", "spurious", "incomplete", "non_constructive", "blind", "worst_caption"])
def test_the_order_of_the_file_changes_nothing(kind: Kind):
    there = {one.of.triple_id: one for one in corrupt(staged(), CorruptRule(kind=kind, seed=3), TOOLS).corrupted}
    back = {one.of.triple_id: one for one in corrupt(staged()[::-1], CorruptRule(kind=kind, seed=3), TOOLS).corrupted}
    assert there == back


def test_more_points_are_the_same_ones_and_more_and_another_seed_takes_others():
    one, two = made("incomplete", k=1), made("incomplete", k=2)
    first = {each.of.triple_id: {change.point for change in each.changes} for each in one.corrupted}
    for each in two.corrupted:
        assert first[each.of.triple_id] < {change.point for change in each.changes}
    other = {
        each.of.triple_id: {change.point for change in each.changes} for each in made("incomplete", seed=1).corrupted
    }
    assert other.keys() == first.keys()
    assert other != first


# ----------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"kind": "wrong"}, "kind 'wrong' is unknown"),
        ({"kind": "blind", "k": 1}, "as a whole"),
        ({"kind": "inaccurate", "k": 0}, "0 points"),
        ({"kind": "inaccurate", "k": 1, "share": 0.5}, "Both"),
        ({"kind": "inaccurate", "share": 1.5}, "share is 1.5"),
        ({"kind": "inaccurate", "target": "final", "allow_reversal": True}, "needs a critique with points"),
        ({"kind": "blind", "target": "film"}, "target 'film' is unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(rule: dict[str, Any], says: str):
    with pytest.raises(BadInput, match=says):
        CorruptRule(**rule)


def test_triples_that_cannot_be_corrupted_are_counted_under_their_reason():
    found = corrupt([*staged()[:30], revised(900)], CorruptRule(kind="incomplete", k=2), TOOLS)
    assert found.left_out["its critique has no points"] == 1
    assert found.left_out["it has fewer points than are to be changed"] > 0
    assert found.examples["its critique has no points"] == ("t900",)
    with pytest.raises(BadInput, match="it has fewer points than are to be changed"):
        corrupt(staged(), CorruptRule(kind="incomplete", k=9), TOOLS)
    with pytest.raises(BadInput, match="no triple"):
        corrupt([], CorruptRule(kind="blind"), TOOLS)


def test_a_mend_without_a_known_opposite_is_told_as_not_possible():
    point = Point(id="p", kind="replace", start=0, end=3, words="Foo", instruction="qux")
    odd = revised(1, pre_caption="Foo bar.", points=(JudgedPoint(point=point, verdict=None, addressed=True),))
    with pytest.raises(BadInput, match="no false words are known"):
        corrupt([odd], CorruptRule(kind="inaccurate"), TOOLS)


def test_the_drafts_own_error_is_not_taken_for_a_false_mend():
    point = Point(id="p", kind="replace", start=16, end=20, words="left", instruction="right")
    judged = (JudgedPoint(point=point, verdict=None, addressed=True),)
    with pytest.raises(BadInput, match="no false words are known"):
        corrupt([revised(1, points=judged)], CorruptRule(kind="inaccurate"), TOOLS)


# ---------------------------------------------------------------------------------------------------- words and models


def test_words_are_exchanged_for_their_opposites_and_idioms_are_left():
    first = next(iter(falsified("The camera pans left.", "s"))).words
    assert first == "The camera pans right."
    assert {each.words for each in falsified("an orange car", "s")} >= {"a red car", "a blue car"}
    assert not [each for each in falsified("The man is right behind it.", "s") if each.was == "right"]
    assert not [each for each in falsified("He stands at a right angle.", "s") if each.was == "right"]
    assert inverted("The dark room is to the left.") == ("The bright room is to the right.", 2)
    assert "shot shot" not in " ".join(each.words for each in falsified("a close-up shot", "s"))


class Scripted:
    """A writer that answers from a list, one prompt after another, and remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.left, self.asked = [*answers], list[tuple[Prompt, int]]()

    def __call__(self, prompt: Prompt, attempt: int) -> tuple[str, Model]:
        self.asked.append((prompt, attempt))
        return self.left.pop(0), Model(name="scripted", version="1")


def test_free_words_go_through_a_model_and_bad_answers_are_asked_for_again():
    ask = Scripted(SENTINEL, 'Replace "left" with "up".', "The camera pans up slowly.")
    found = corrupt([revised(1)], CorruptRule(kind="inaccurate"), replace(TOOLS, ask=ask))
    [one] = found.corrupted
    assert (one.triple.critique, one.triple.post_caption) == ('Replace "left" with "up".', "The camera pans up slowly.")
    assert (one.attempts, one.reviser) == (2, "scripted@1")
    assert [(prompt.task, attempt) for prompt, attempt in ask.asked] == [("corrupt", 0), ("corrupt", 1), ("revise", 0)]
    assert "something false" in ask.asked[0][0].text


def test_a_model_that_fails_three_times_leaves_the_triple_out():
    ask = Scripted(*[revised().critique or ""] * 3)
    with pytest.raises(BadInput, match="failed three times: nothing is changed: 1"):
        corrupt([revised(1)], CorruptRule(kind="spurious"), replace(TOOLS, ask=ask))
    assert not ask.left


def test_points_are_read_from_free_words_where_that_is_asked_for():
    free = replace(revised(1), critique='Replace "left" with "right". Delete "slowly".', points=())
    [one] = corrupt([free], CorruptRule(kind="incomplete"), replace(TOOLS, read_points=True)).corrupted
    assert one.triple.post_caption in ("The camera pans right slowly.", "The camera pans left.")
    assert one.triple.critique in ('Replace "left" with "right".', 'Delete "slowly".')
    with pytest.raises(BadInput, match=r"no points"):
        corrupt([free], CorruptRule(kind="incomplete"), TOOLS)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("inaccurate", "No edits are needed.", "sentinel"),
        ("inaccurate", 'Replace "left"  with "right".', "nothing is changed"),
        ("non_constructive", 'The word "left" is wrong, it is right.', "a mend is still in it"),
        ("non_constructive", 'The word "left" is wrong.', None),
        ("incomplete", 'Replace "left" with "right", and add a red car behind the tall house.', "too long"),
        ("spurious", 'Also "slowly" should be "fast".', "words of the critique are gone"),
        ("spurious", 'Replace "left" with "right", and "slowly" with "fast".', None),
        ("inaccurate", "The colour is off here.", "little of the critique is left"),
    ],
)
def test_what_a_model_writes_is_checked(kind: str, text: str, why: str | None):
    of = revised()
    found = fault(kind, text, of.critique or "", of.pre_caption or "", of.post_caption)
    assert (why is None) == (found is None)
    assert why is None or why in (found or "")
    assert kind in LENGTHS


# --------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_triples(staged(), tmp_path / "triples.parquet")
    return tmp_path / "triples.parquet"


def test_the_command_writes_triples_changes_and_a_manifest(file: Path, tmp_path: Path, capsys):
    code, answer = run(capsys, "data", "corrupt", file, "--kind", "inaccurate", "--k", 1, "--out", tmp_path / "bad")
    assert code == 0
    triples = list(read_triples(tmp_path / "bad" / "triples.parquet"))
    assert triples == [one.triple for one in made("inaccurate").corrupted]
    counts = answer["counts"]
    assert counts["corrupted"] == len(triples) == counts["given"] - sum(answer["left_out"].values())
    assert counts["reversed"] == 0
    assert answer["lengths"]["ratio"]["n"] == len(triples)
    records = [json.loads(line) for line in (tmp_path / "bad" / "changes.jsonl").read_text().splitlines()]
    assert [record["of"] for record in records] == [one.of.triple_id for one in made("inaccurate").corrupted]
    assert all(record["k"] == 1 and record["changes"][0]["after"] for record in records)
    manifest = json.loads((tmp_path / "bad" / "corruption.json").read_text())
    assert {**manifest, "path": answer["path"]} == answer
    assert manifest["spec"] == {"name": SPEC.name, "version": SPEC.version, "hash": SPEC.hash}
    assert (manifest["read_points"], manifest["writer"]) == (False, {"model": "labels", "parameters": {}})
    assert {triple.campaign for triple in triples} == {"c+inaccurate"}


@pytest.mark.parametrize("kind", ["inaccurate", "non_constructive", "worst_caption"])
def test_rows_are_made_of_corrupted_triples(kind: str, file: Path, tmp_path: Path, capsys):
    run(capsys, "data", "corrupt", file, "--kind", kind, "--out", tmp_path / "bad")
    code, answer = run(
        capsys, "data", "rows", tmp_path / "bad" / "triples.parquet", "--filter", "critiqued", "--share", "train=1",
        "--out", tmp_path / "rows",
    )  # fmt: skip
    assert code == 0
    by_task = answer["counts"]["train"]["by_task"]
    triples = len(made(kind).corrupted)  # type: ignore[arg-type]
    assert by_task["caption"] == triples
    assert by_task.get("critique", 0) == {"inaccurate": 2, "non_constructive": 1, "worst_caption": 0}[kind] * triples


@pytest.mark.parametrize(
    "words",
    [
        ["--kind", "inaccurate"],
        ["TRIPLES"],
        ["TRIPLES", "--kind", "spurious", "--target", "final"],
        ["TRIPLES", "--kind", "inaccurate", "--writer", "nobody"],
        ["TRIPLES", "--from-authors", "x"],
        ["nowhere.parquet", "--kind", "blind"],
    ],
)
def test_the_command_refuses_what_it_cannot_do(words: list[str], file: Path, tmp_path: Path, capsys):
    given = [str(file) if word == "TRIPLES" else word for word in words]
    code, answer = run(capsys, "data", "corrupt", *given, "--out", tmp_path / "bad")
    assert code == 2
    assert answer["mend"]
    assert not (tmp_path / "bad").exists()


def test_an_empty_file_and_a_full_folder_are_told(file: Path, tmp_path: Path, capsys):
    write_triples([], tmp_path / "empty.parquet")
    code, _ = run(capsys, "data", "corrupt", tmp_path / "empty.parquet", "--kind", "blind", "--out", tmp_path / "bad")
    assert code == 2
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    code, _ = run(capsys, "data", "corrupt", file, "--kind", "blind", "--out", tmp_path / "full")
    assert code == 2
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["x"]


# ----------------------------------------------------------------------------------------------- the authors' variants


def test_the_authors_variants_are_imported_and_told(tmp_path: Path, capsys):
    folder = authors_folder.write(tmp_path / "authors")
    code, answer = run(capsys, "data", "corrupt", "--from-authors", folder, "--out", tmp_path / "variants")
    assert code == 0
    told = answer["variants"]
    assert told["deletion_error_critique"]["left_out"] == {"it was skipped: the draft is right": 1}
    video = told["video_model_critique"]
    assert (video["sentinel"], video["stale"], video["fallback"], video["triples"]) == (1, 1, 1, 0)
    [blind] = read_triples(tmp_path / "variants" / "blind_model_critique" / "triples.parquet")
    assert (blind.critique, blind.post_caption) == ("The heron is red.", "A red heron.")
    assert told["blind_model_critique"]["of_flawed_drafts"]["captions"] == {"nearer": 0, "equal": 0, "farther": 1}
    [worst] = read_triples(tmp_path / "variants" / "worst_caption_generation" / "triples.parquet")
    assert (worst.kind, worst.pre_caption) == ("edited", "A tractor in the snow.")


def test_the_manifest_says_how_points_were_read_and_which_model_wrote(file: Path, tmp_path: Path, capsys):
    words = ["--kind", "incomplete", "--read-points", "--writer", "memory", "--temperature", 0.5, "--seed", 3]
    code, answer = run(capsys, "data", "corrupt", file, *words, "--out", tmp_path / "bad")
    assert (code, answer["read_points"], answer["writer"]["model"]) == (0, True, "memory")
    assert (answer["writer"]["parameters"]["temperature"], answer["writer"]["parameters"]["seed"]) == (0.5, 3)


@pytest.mark.parametrize(
    "words",
    [
        ["--k", 2], ["--share", 0.5], ["--seed", 1], ["--target", "final"], ["--worst", "inverted"], ["--read-points"],
        ["--writer", "memory"], ["--temperature", 1], ["--spec", "elsewhere"],
    ],
)  # fmt: skip
def test_what_would_not_be_heeded_of_the_authors_variants_is_refused(words: list[Any], tmp_path: Path, capsys):
    folder = authors_folder.write(tmp_path / "authors")
    code, answer = run(capsys, "data", "corrupt", "--from-authors", folder, "--out", tmp_path / "out", *words)
    assert code == 2
    assert words[0] in answer["message"]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_none_of_theirs_is_told(tmp_path: Path, capsys):
    code, _ = run(capsys, "data", "corrupt", "--from-authors", tmp_path / "no", "--out", tmp_path / "variants")
    assert code == 2
    assert not (tmp_path / "variants").exists()


@pytest.mark.slow
def test_the_report_agrees_with_the_figures_of_the_authors_data(reference_data: Path, tmp_path: Path, capsys):
    code, answer = run(capsys, "data", "corrupt", "--from-authors", reference_data, "--out", tmp_path / "variants")
    assert code == 0
    golden = json.loads((reference_data / "golden" / "critique_variants.json").read_text())["by_variant"]
    assert set(answer["variants"]) == set(golden)
    for name, theirs in golden.items():
        ours = answer["variants"][name]
        same = {"rows": "rows", "success": "success", "skipped": "skipped", "stale": "stale", "empty": "empty_text"}
        assert {key: ours[key] for key in same} == {key: theirs[other] for key, other in same.items()}
        assert (ours["sentinel"], ours["sentinel_share"]) == (theirs["sentinel_prefix"], theirs["sentinel_share"])
        assert ours["words"] == pytest.approx(theirs["text_words"])
        assert ours["triples"] + sum(ours["left_out"].values()) == ours["rows"]
    assert answer["variants"]["deletion_error_critique"]["reversed"]["flawed_called_right"] > 500


def test_a_corrupted_triple_tells_which_it_was_made_of() -> None:
    from tests.support.triples import revised
    from videolect.dataset.corruption.values import original_id

    assert original_id(revised(1)) == "t1"
    assert original_id(revised(1, triple_id="t1-blind", campaign="c+blind")) == "t1"
    assert original_id(revised(1, triple_id="t1-blind", campaign="c")) == "t1-blind"
