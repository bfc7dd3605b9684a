"""The shared cases say what the package says; the pages' own tests read the same files."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.data import make_shared

CASES = make_shared.cases()


@pytest.mark.parametrize("name", CASES)
def test_the_package_says_what_the_pages_are_held_to(name: str):
    assert json.loads((make_shared.FOLDER / f"{name}.json").read_text()) == json.loads(json.dumps(CASES[name]))


def test_no_other_cases_lie_there():
    assert {file.stem for file in make_shared.FOLDER.iterdir()} == set(CASES)


def test_the_cases_tell_right_from_wrong():
    """Each answer that a case can have is there several times: pages that always said the same would be found out."""
    language: Any = CASES["language"]
    signs = Counter("".join(case["states"] for case in language["rules"]))
    assert min(signs[sign] for sign in "yn?") > 300
    follows = Counter(str(value) for case in CASES["movements"]["cases"] for value in case["follows"].values())
    assert min(follows[value] for value in ("both", "no", "up")) > 2
    assert Counter(bool(record["broken"]) for record in language["records"])[True] > 2
    assert {len(case["taken"]) for case in CASES["cuts"]["edits"]}.isdisjoint({0, 109})
    assert min(Counter(span["fits"] for span in CASES["points"]["spans"]).values()) > 5
