"""docs/metrics.md names every metric, and its example runs."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from videolect.metrics import agreement, claims, intervals, ranking, resampled, text
from videolect.metrics.text import Implementation, Tokenizer
from videolect.points import match

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def functions(module: ModuleType) -> set[str]:
    return {
        name
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize(
    "names",
    [
        set(text.__all__),
        {*Implementation.__args__, *Tokenizer.__args__},
        functions(intervals),
        functions(ranking),
        functions(agreement),
        functions(match) | functions(resampled),
        {*claims.FIGURES, *claims.COLUMNS, "judge"},
    ],
)
def test_the_page_names_every_metric(names: set[str]):
    told = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert names <= told, f"docs/metrics.md says nothing of {sorted(names - told)}"


def test_the_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]):
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    exec(example[1], {})  # noqa: S102 - the page is ours
    bleu, estimate, rouge = capsys.readouterr().out.splitlines()
    assert 0 < float(bleu) < 100
    assert "groups=10" in estimate
    assert 0 < float(rouge) < 1
