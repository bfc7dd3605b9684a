"""Rows become the tokens that inference would see, by clip, in exact lengths and an order that can be asked again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import movies
from tests.support.training import SPEC, TinyModel, film, rows, shown, tokenizer_of
from tests.support.triples import revised
from videolect.errors import BadInput, CannotRead
from videolect.training.batches import Batches, filled, least_budget
from videolect.training.examples import Limits, check_manifest, examples_of
from videolect.training.films import shown_of
from videolect.training.packing import row_tokens, separate_tokens
from videolect.vlm import prompts, tokens
from videolect.vlm.tokens import BlindModel, PixelFormat

PIXELS = PixelFormat()


@pytest.fixture(scope="module")
def tokenizer(tiny_model: TinyModel) -> Any:
    return tokenizer_of(tiny_model("micro"))


def made(tokenizer: Any, of: Any, **limits: Any) -> Any:
    return examples_of(of, tokenizer, PIXELS, shown, limits=Limits(**limits), spec_hash=SPEC.hash)


def test_a_clips_rows_share_one_head_and_each_has_its_branch(tokenizer: Any):
    of = rows()
    found = made(tokenizer, of)
    assert [example.film for example in found] == ["film0", "film1", "film2"]
    assert sum(len(example.branches) for example in found) == len(of)
    for example in found:
        whole = tokens.seen(film(example.film), PIXELS)
        assert example.ids == tuple(tokenizer.encode(tokens.chat_head(whole.words), add_special_tokens=False))
        assert example.grid == whole.grid
        assert example.places == whole.tokens == example.ids.count(example.pad)


def test_a_branch_reads_as_the_prompt_and_the_target(tokenizer: Any):
    of = {(row.row_id, row.target): row for row in rows()}
    for branch in made(tokenizer, of.values()).branches:
        row = of[branch.row_id, branch.answer]
        assert tokenizer.decode(branch.prompt_ids) == tokens.chat_tail(row.prompt)
        assert tokenizer.decode(branch.answer_ids) == row.target + tokens.TURN_END


def test_a_pair_is_two_branches_with_one_prompt_and_one_group(tokenizer: Any):
    found = made(tokenizer, rows("preference"))
    for example in found:
        assert [branch.role for branch in example.branches] == ["chosen", "rejected"] * (len(example.branches) // 2)
        for better, worse in zip(example.branches[::2], example.branches[1::2], strict=True):
            assert better.group == worse.group == better.row_id
            assert better.prompt_ids == worse.prompt_ids
            assert better.answer_ids != worse.answer_ids


def test_an_answer_cannot_end_its_turn_early(tokenizer: Any):
    evil = [replace(row, target=f"It pans.{tokens.TURN_END}\n{tokens.PAD}") for row in rows("caption", clips=1)]
    for branch in made(tokenizer, evil).branches:
        end = tokenizer.convert_tokens_to_ids(tokens.TURN_END)
        assert [at for at, token in enumerate(branch.answer_ids) if token == end] == [len(branch.answer_ids) - 1]
        assert tokenizer.convert_tokens_to_ids(tokens.PAD) not in branch.ids


def test_rows_without_a_film_are_refused_by_name_or_left_out_and_counted(tokenizer: Any):
    of = rows("caption", more=[revised(77)])
    with pytest.raises(BadInput, match=r"1 row has no film: t77:caption:caption .*--skip-missing"):
        made(tokenizer, of)
    found = made(tokenizer, of, missing="skip")
    assert found.reasons == {"no film": 1}
    assert [one.row_id for one in found.left_out] == ["t77:caption:caption"]
    with pytest.raises(BadInput, match="No row is left"):
        made(tokenizer, of[-1:], missing="skip")


def test_films_that_cannot_be_read_are_named_all_at_once_or_left_out_and_counted(tokenizer: Any):
    def broken(row: Any) -> Any:
        if row.source_id == "film1":
            raise CannotRead("film1.mp4 is empty: 0 bytes.", mend="Copy it anew.")
        return shown(row)

    of = rows("caption", more=[revised(77)])
    with pytest.raises(BadInput) as told:
        examples_of(of, tokenizer, PixelFormat(), broken)
    assert "1 row has no film: t77:caption:caption" in str(told.value)
    words = "3 rows have a film that cannot be read: t1:caption:caption (film1.mp4 is empty: 0 bytes);"
    assert words in str(told.value)
    found = examples_of(of, tokenizer, PixelFormat(), broken, limits=Limits(missing="skip"))
    assert found.reasons == {"no film": 1, "film cannot be read": 3}


def test_pairs_whose_answers_read_the_same_are_left_out_and_counted(tokenizer: Any):
    [first, *rest] = rows("preference")
    found = made(tokenizer, [replace(first, rejected=f"{first.target} "), *rest])
    assert found.reasons == {"both answers alike": 1}
    assert first.row_id not in {branch.row_id for branch in found.branches}


def test_long_answers_and_prompts_are_never_cut(tokenizer: Any):
    of = [replace(row, target=row.target * 40) if row.source_id == "film1" else row for row in rows("caption")]
    with pytest.raises(BadInput, match=r"rows are too long: t1:caption:caption \(\d+ tokens, 100 allowed\)"):
        made(tokenizer, of, answer=100)
    found = made(tokenizer, of, answer=100, too_long="skip")
    assert found.reasons == {"answer too long": 3}  # of its three aspects
    assert max(len(branch.answer_ids) for branch in found.branches) <= 100
    with pytest.raises(BadInput, match=r"tokens with .* of film, 120 allowed"):
        made(tokenizer, of, context=120)


def test_prompts_of_another_version_or_changed_by_hand_are_refused(tokenizer: Any, monkeypatch: pytest.MonkeyPatch):
    of = rows()
    for at, row in enumerate(of):
        with pytest.raises(BadInput, match=r"is not of version .* of our prompts"):
            made(tokenizer, [*of[:at], replace(row, prompt=row.prompt + " Be brief."), *of[at + 1 :]])
    monkeypatch.setattr(prompts, "VERSION", "0")
    with pytest.raises(BadInput, match="is not of version 0"):
        made(tokenizer, of)
    with pytest.raises(BadInput, match="prompts of version '1', and this is '0'"):
        check_manifest({"prompts": "1", "spec": {"hash": SPEC.hash}})


def test_a_tokenizer_without_the_marks_is_refused():
    class Bytes:
        def encode(self, text: str, **_: Any) -> list[int]:
            return list(text.encode())

    with pytest.raises(BadInput, match=r"For this tokenizer <\|vision_start\|> is 16 tokens"):
        made(Bytes(), rows())


def test_an_empty_answer_and_unknown_limits_are_refused(tokenizer: Any):
    with pytest.raises(BadInput, match="has an empty answer"):
        made(tokenizer, [replace(rows()[0], target="  ")])
    with pytest.raises(BadInput, match="missing is 'hide'"):
        Limits(missing="hide")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="The limit answer is 0"):
        Limits(answer=0)


def test_a_clip_with_much_to_learn_is_shown_in_several_rows_and_pairs_stay_together(tokenizer: Any):
    of = rows("preference", clips=1)
    [whole] = made(tokenizer, of)
    pairs = [
        len(one.ids) + len(other.ids) for one, other in zip(whole.branches[::2], whole.branches[1::2], strict=True)
    ]
    parts = made(tokenizer, of, row=len(whole.ids) + max(pairs))
    assert len(parts) > 1
    assert all(row_tokens(part) <= len(whole.ids) + max(pairs) for part in parts)
    assert [branch for part in parts for branch in part.branches] == list(whole.branches)
    assert all(len({branch.group for branch in part.branches}) == 1 for part in parts)


def test_what_is_learned_has_a_hash(tokenizer: Any):
    of = rows()
    assert made(tokenizer, of).hash == made(tokenizer, of).hash
    assert made(tokenizer, of).hash != made(tokenizer, of[:-1]).hash


# ------------------------------------------------------------------------------------------------------------ batches


@pytest.mark.parametrize("layout", ["shared", "separate", "packed"])
def test_an_epoch_has_every_clip_once_within_the_budget(tokenizer: Any, layout: Any):
    found = made(tokenizer, rows(clips=9))
    budget = max(map(separate_tokens, found.items)) * 2
    cut = Batches(examples=found, budget=budget, clips=4, layout=layout)
    order = cut.order(0, 5)
    assert len(order) == cut.steps() == 3
    assert Counter(at for step in order for batch in step for at in batch) == Counter(range(9))
    from videolect.training.packing import lay_out

    for step in order:
        for batch in step:
            laid = lay_out([found[at] for at in batch], layout)
            assert laid.tokens <= budget
    assert order == cut.order(0, 5)
    assert order != cut.order(1, 5)
    assert order != cut.order(0, 6)


@pytest.mark.parametrize("layout", ["shared", "separate", "packed"])
@pytest.mark.parametrize("task", ["caption", "preference"])
def test_a_clip_with_more_than_a_batch_holds_is_taken_in_pieces(tokenizer: Any, layout: Any, task: Any):
    """The same clips in the same steps whatever fits at once; what belongs together stays so, and nothing is lost."""
    found = made(tokenizer, rows(task, clips=5))
    large = Batches(examples=found, budget=1 << 30, clips=2, layout=layout)
    small = Batches(examples=found, budget=least_budget(found, layout), clips=2, layout=layout)
    assert large.pieces == found.items
    assert len(small.pieces) > len(large.pieces)
    for one, other in zip(large.order(3, 7), small.order(3, 7), strict=True):
        branches = [
            sorted(
                (branch.row_id, branch.role)
                for batch in step for at in batch for branch in cut.pieces[at].branches
            )
            for cut, step in ((large, one), (small, other))
        ]  # fmt: skip
        assert branches[0] == branches[1]
    for piece in small.pieces:
        groups = Counter(branch.group for branch in piece.branches)
        assert set(groups) == {None} or set(groups.values()) == {2}
    with pytest.raises(BadInput, match="and a batch holds"):
        Batches(examples=found, budget=least_budget(found, layout) - 1, clips=2, layout=layout)


def test_sharing_saves_tokens_and_says_how_many(tokenizer: Any):
    found = made(tokenizer, rows("preference"))
    told = Batches(examples=found, budget=10_000, clips=4).tokens()
    assert told["shared"] == sum(map(row_tokens, found.items)) < told["separate"]
    assert told["answers"] == sum(len(branch.answer_ids) for branch in found.branches)


def test_a_clip_that_no_batch_can_hold_is_named(tokenizer: Any):
    found = made(tokenizer, rows())
    with pytest.raises(BadInput, match=r"The row \S+ of the clip film\d takes .* and a batch holds 50"):
        Batches(examples=found, budget=50, clips=2)
    with pytest.raises(BadInput, match="A step of 0 clips"):
        Batches(examples=found, budget=50, clips=0)


def test_a_film_that_is_not_what_was_foretold_stops(tokenizer: Any):
    found = made(tokenizer, rows(clips=2))
    with pytest.raises(BlindModel, match="were foretold"):
        filled(found.items, lambda _: film("film1"), PIXELS)


def test_what_will_be_seen_is_foretold_from_the_probe_alone(tmp_path: Path):
    from videolect.video.probe import probe
    from videolect.vlm.base import Wanted
    from videolect.writing.looks import film_of

    path = movies.variable(tmp_path / "variable.mp4", 40)
    probed, wanted = probe(path), Wanted(frames=5, most_pixels=128 * 96, multiple=32)
    foretold = shown_of("clip", probed, wanted, start=3)
    given = film_of(path, probed, wanted, start=3)
    assert foretold.times_s == given.times_s
    assert (foretold.height, foretold.width) == given.pictures.shape[1:3]
