"""What measures the house measures a small made-up package rightly, and the picture of the rooms is true."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from tools import house_figures, house_picture, house_trace
from tools.house_figures import Figures, measure, spread

FILES = {
    "__init__.py": '"""Small."""\n\nfrom small.low import shout\n',
    "low.py": '''"""Low.

A docstring of three lines.
"""

import json
import numpy as np


def shout(text, *, loud=True):  # a comment
    """Says it."""
    return json.dumps([text, loud])


def _quiet(a, b, c, d, e, f, g, *more, **named):
    def inner(x):
        return x

    return inner(np.array([a + b + c + d + e + f + g]))
''',
    "middle.py": """from typing import TYPE_CHECKING

from small.low import shout

if TYPE_CHECKING:
    from small.top import Speaker


def tell(text, loud):
    if text:
        return whisper(text, loud)
    return None


def whisper(text, loud):
    return shout(text, loud=loud)
""",
    "top.py": """import numpy

from . import middle


class Speaker:
    def __init__(self, text):
        self.text = text

    def speak(self, loud):
        from small.low import shout
        import torch.nn

        return middle.tell(self.text, loud)

    @staticmethod
    def of(text):
        \"\"\"One.\"\"\"
        return Speaker(text)


class _Hidden:
    def open(self):
        return None
""",
    "left.py": "import small.right\n",
    "right.py": "from small.left import nothing\n",
    "lone.py": "def f():\n    import small.latest\n",
    "latest.py": "import small.lone\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Figures:
    for name, text in FILES.items():
        file = tmp_path / "small" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return measure(tmp_path / "small")


def test_lines_are_counted_with_and_without_what_is_no_code(small: Figures):
    assert small.files["small.low"] == 19
    assert small.files["small"] == 3
    # import, import; def, return; def, def, return, return
    code = {"small": 1, "low": 8, "middle": 9, "top": 16, "left": 1, "right": 1, "lone": 2, "latest": 1}
    assert small.code_lines == sum(code.values())


def test_functions_have_lines_and_parameters(small: Figures):
    functions = {one.name.removeprefix("small."): one for one in small.functions}
    quiet = functions["low._quiet"]
    assert (quiet.lines, quiet.own_lines, quiet.parameters) == (5, 3, (*"abcdefg", "more", "named"))
    assert functions["low._quiet.inner"].lines == 2
    assert functions["top.Speaker.__init__"].parameters == ("text",), "self is none"
    assert functions["top.Speaker.of"].parameters == ("text",)


def test_public_names_without_docstring(small: Figures):
    missing = {"middle.tell", "middle.whisper", "top.Speaker.speak", "top.Speaker", "lone.f"}
    assert {name.removeprefix("small.") for name in small.undocumented} == missing
    assert small.public == len(missing) + len({"low.shout", "top.Speaker.of"})


def test_circles_tell_imports_at_once_from_those_inside_functions_and_for_types(small: Figures):
    assert small.circles == [["small.left", "small.right"]]
    assert sorted(small.late_circles) == [["small.latest", "small.lone"], ["small.left", "small.right"]]
    assert ["small.middle", "small.top"] in small.type_circles
    assert len(small.type_circles) == 3


def test_imports_are_counted(small: Figures):
    assert small.lazy_own == {"small.top": 1, "small.lone": 1}
    assert small.lazy_libraries == {"torch": 1}
    assert small.libraries == {"numpy": 2, "torch": 1}
    assert small.fan_out["small.top"] == 2
    assert small.fan_in["small.low"] == 3
    assert small.chain == ["small.top", "small.middle", "small.low"]


def test_parameters_that_are_only_handed_on_make_a_journey(small: Figures):
    functions = {one.name: one for one in small.functions}
    assert functions["small.middle.tell"].handed_on == {"loud": ["whisper"]}, "text is read too"
    assert functions["small.middle.whisper"].handed_on == {"text": ["shout"], "loud": ["shout"]}
    name, way = house_figures.journeys(small.functions)[0]
    assert name == "loud"
    assert way == ["small.top.Speaker.speak", "small.middle.tell", "small.middle.whisper", "small.low.shout"]


def test_parameters_that_stand_together_are_found(small: Figures):
    found = house_figures.clumps(small.functions, size=2, times=3)
    assert found == [
        (("loud", "text"), ["small.low.shout", "small.middle.tell", "small.middle.whisper"]),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], (0, 0, 0)), ([7], (7, 7, 7)), (range(1, 11), (5.5, 9, 10)), (range(1, 12), (6, 10, 11))],
)
def test_a_spread_is_median_ninety_percent_and_largest(values: list[int], expected: tuple[float, int, int]):
    assert spread(values) == expected


def test_the_table_has_a_column_each_and_the_worst_are_named(small: Figures):
    lines = house_figures.table({"theirs": small, "ours": small}, markdown=True).splitlines()
    assert lines[0] == "|  | theirs | ours |"
    assert "| modules in circles: imports at once | 2 in 1 | 2 in 1 |" in lines
    assert {line.count("|") for line in lines} == {4}
    said = house_figures.worst(small, 3)
    assert "9  small.low._quiet" in said
    assert Counter(said.splitlines())["          2  numpy"] == 1


# ---------------------------------------------------------------------------------------------------------- the trace


def test_a_trace_tells_depth_and_what_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "walked").mkdir()
    (tmp_path / "walked" / "__init__.py").write_text(
        "def first(thing):\n    return second(thing)\n"
        "def second(word):\n    return [third(word, 2) for _ in '1']\n"
        "def third(thing, times):\n    return third(thing, times - 1) if times else fourth(thing)\n"
        "def fourth(thing):\n    return fifth(list(thing))\n"
        "def fifth(other):\n    return other\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import walked  # type: ignore[import-not-found]

    seen = house_trace.Trace("walked")
    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        walked.fifth([])
        seen.on = True
        walked.first(["a"])
        seen.on = False
    finally:
        sys.setprofile(before)
    names = [code.co_name for code in seen.deepest]
    assert names == ["first", "second", "third", "third", "third", "fourth", "fifth"], "a comprehension is no function"
    assert (seen.most_different, seen.calls.total(), len(seen.calls)) == (5, 7, 5)
    [way] = seen.longest()
    assert [name for name, _ in way] == ["thing", "word", "thing", "thing", "thing", "thing"]
    assert not seen.longest(5), "four functions, however often one calls itself"


# -------------------------------------------------------------------------------------------------------- the picture


def test_the_page_shows_the_rooms_as_they_are(capsys: pytest.CaptureFixture[str]):
    assert house_picture.main(["--check"]) == 0, capsys.readouterr().out


def test_the_picture_leaves_out_the_arrows_that_follow_from_others(tmp_path: Path):
    files = {
        "__init__": "", "errors": "", "language/__init__": "import videolect.errors",
        "record/__init__": "from videolect import errors, language\n" + "\n" * 1600,
        "cli/__init__": "def f():\n    import videolect.record, videolect.errors",
    }  # fmt: skip
    for name, text in files.items():
        file = tmp_path / "videolect" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    drawn = house_picture.drawn(tmp_path)
    assert [line for line in drawn.splitlines() if "-->" in line] == [
        "  cli --> record", "  record --> language", "  language --> errors"
    ]  # fmt: skip
    assert "| `record` | 2k | errors, language |" in drawn
    assert "| `cli` | <1k | errors, record |" in drawn
