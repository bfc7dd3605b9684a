"""A report as one HTML page that needs nothing else: style, script, plots and pictures stand in it.

What systems wrote is hostile until shown otherwise: every value is escaped, characters that steer the direction of
text or are no text are shown by their number, and the page forbids all that it does not bring along.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from videolect.evals.plots.pen import number, swatch
from videolect.evals.report import published
from videolect.evals.report.collect import Report
from videolect.evals.report.examples import by_aspect
from videolect.evals.report.tables import TASKS
from videolect.evals.shown import plain


def page(report: Report) -> str:
    """The page."""
    script = _part("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _environment().get_template("report.html.j2").render(
        r=report, style=_Own(_part("report.css")), script=_Own(script), script_hash=digest,
        published=published.MAIN_TABLE, published_source=published.SOURCE, task_titles=TASKS,
    )  # fmt: skip


class _Own:
    """Text of ours that is written as it stands."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __html__(self) -> str:
        return self.text


def _part(name: str) -> str:
    return files("videolect.evals.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("videolect.evals.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=plain,
    )  # fmt: skip
    made.filters |= {"number": number, "swatch": swatch, "by_aspect": by_aspect, "told": _told, "exact": _exact}
    return made


def _exact(value: float) -> str:
    """A number for scripts and tests: six digits, nothing where there is none."""
    return f"{value:.6f}" if value == value and abs(value) != float("inf") else ""


def _told(value: Any) -> str:
    """A value of somebody's JSON on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 600 else f"{text[:600]} … ({len(text) - 600} more characters)"
