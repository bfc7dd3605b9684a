"""docs/data-rows.md names every filter, task, format and option."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from types import ModuleType

import pytest

from videolect.cli.data import rows, splits
from videolect.dataset.rows import filters
from videolect.dataset.rows.formats import FORMATS
from videolect.dataset.rows.row import CONTEXTS, PERFECT, TASKS

PAGE = (Path(__file__).parents[2] / "docs" / "data-rows.md").read_text(encoding="utf-8")


def options(verb: ModuleType) -> set[str]:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return {word for action in parser._actions for word in action.option_strings if word.startswith("--")} - {"--help"}


@pytest.mark.parametrize("verb", [splits, rows])
def test_the_page_has_every_option(verb: ModuleType):
    told = set(re.findall(r"--[a-z-]+", PAGE))
    assert options(verb) <= told, f"docs/data-rows.md says nothing of {sorted(options(verb) - told)}"


def test_the_page_has_every_name():
    told = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
    names = {*filters._PLAIN, *filters._GIVEN, *FORMATS, *TASKS, *PERFECT, *CONTEXTS, *filters.USABLE}
    assert names <= told, f"docs/data-rows.md says nothing of {sorted(names - told)}"
