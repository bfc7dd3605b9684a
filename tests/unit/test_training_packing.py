"""Rows that share a film are worth what separate rows are: in what they see, in loss and in every gradient."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.support.training import TinyModel, examples, tokenizer_of
from videolect.training.examples import Example
from videolect.training.packing import lay_out, row_tokens, separate_tokens

LAYOUTS = ["shared", "separate", "packed"]


@pytest.fixture(scope="module")
def tokenizer(tiny_model: TinyModel) -> Any:
    return tokenizer_of(tiny_model("micro"))


def paths(found: Any) -> list[tuple[list[int], list[list[int]]]]:
    """Of each branch what its last token sees, in order: ids and positions. Read from the mask alone."""
    sees = found.sees()
    first = np.cumsum([0, *found.lengths])
    made = []
    for start, end in pairwise(first):
        row, column = int(found.due_row[end - 1]), int(found.due_column[end - 1])
        seen = np.flatnonzero(sees[row, column])
        assert start < end
        made.append((found.ids[row, seen].tolist(), found.positions[:, row, seen].tolist()))
    return made


@pytest.mark.parametrize("tasks", [("caption", "critique", "yes_no"), ("preference",)])
@pytest.mark.parametrize("layout", ["shared", "packed"])
def test_each_branch_sees_what_it_would_see_alone(tokenizer: Any, layout: Any, tasks: Any):
    found = examples(tokenizer, *tasks)
    together, alone = lay_out(found.items, layout), lay_out(found.items, "separate")
    assert paths(together) == paths(alone)
    assert together.due_id.tolist() == alone.due_id.tolist()
    assert together.lengths == alone.lengths


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_answer_token_is_foretold_from_the_one_before_it(tokenizer: Any, layout: Any):
    found = examples(tokenizer, "preference", "caption")
    laid = lay_out(found.items, layout)
    branches = list(found.branches)
    before = laid.ids[laid.due_row, laid.due_column].tolist()
    expected = [token for branch in branches for token in branch.ids[branch.answer_from - 1 : -1]]
    assert before == expected
    assert laid.due_id.tolist() == [token for branch in branches for token in branch.answer_ids]


def test_no_token_sees_another_branch_or_what_comes_later(tokenizer: Any):
    laid = lay_out(examples(tokenizer).items, "packed")
    [sees], segments = laid.sees(), laid.segments[0]
    for query, key in zip(*np.nonzero(sees), strict=True):
        of, seen = int(laid.segment[0, query]), int(laid.segment[0, key])
        assert key <= query
        while of not in (seen, -1):
            of = segments[of].parent
        assert of == seen


def test_a_pair_shares_its_prompt_too(tokenizer: Any):
    [example] = examples(tokenizer, "preference", clips=1).items
    pair = replace(example, branches=example.branches[:2])
    one, two = pair.branches
    shared = len(pair.ids) + len(one.prompt_ids) + len(one.answer_ids) + len(two.answer_ids)
    assert row_tokens(pair) == shared == lay_out([pair]).tokens
    assert separate_tokens(pair) == 2 * len(pair.ids) + len(one.ids) + len(two.ids)


def test_packed_rows_hold_no_filling_and_filling_sees_nobody(tokenizer: Any):
    of = examples(tokenizer).items
    packed = lay_out(of, "packed")
    assert packed.ids.shape == (1, sum(map(row_tokens, of)))
    assert (packed.segment >= 0).all()
    shared = lay_out(of, "shared")
    short = int(np.argmin([row_tokens(one) for one in of]))
    filling = shared.segment[short] < 0
    assert filling.any()
    sees = shared.sees()[short]
    assert (sees[filling].sum(1) == 1).all()
    assert not sees[~filling][:, filling].any()


def test_films_fill_their_places_in_the_order_of_the_rows(tokenizer: Any):
    of: tuple[Example, ...] = examples(tokenizer).items
    for layout, films in (("shared", (0, 1)), ("packed", (0, 1))):
        laid = lay_out(of, layout)  # type: ignore[arg-type]
        assert laid.films == films
        assert int(laid.places.sum()) == sum(one.places for one in of)
    separate = lay_out(of, "separate")
    assert separate.films == tuple(at for at, one in enumerate(of) for _ in one.branches)
    assert separate.places.sum(1).tolist() == [of[at].places for at in separate.films]
