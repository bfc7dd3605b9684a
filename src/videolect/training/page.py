"""A run as one page: curves of loss, rate, gradient and trials, and what the model wrote. It needs no network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from videolect.evals.plots.pen import Svg, drawing, escape, line, mark, number, text, tick_words, ticks
from videolect.training.place import MANIFEST
from videolect.training.watch import read_metrics

PAGE = "run.html"
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 560.0, 220.0, 62.0, 34.0, 12.0
_MOST = 400
"""Points of a curve; of longer runs each point is a mean."""
_SAMPLES = 12
_DRAWS = 3

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5a6475;--paper:#fff;--edge:#d9dee6;--one:#2f6bb0;--two:#b4541f}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa5b5;--paper:#14181f;--edge:#313946;--one:#7db1ee;
--two:#efa06d}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:76rem;margin:2rem auto;
padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}.plots{display:flex;flex-wrap:wrap;gap:1.5rem}
figure{margin:0}figcaption{color:var(--soft)}svg{max-width:100%;height:auto}svg text{font-size:12px;fill:var(--soft)}
.grid{stroke:var(--edge)}.curve{fill:none;stroke:var(--one);stroke-width:1.6}.curve.two{stroke:var(--two)}
.mark{fill:var(--two);stroke:none}table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;
padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--edge)}td.text{white-space:pre-wrap;max-width:26rem}
dt{color:var(--soft)}dd{margin:0 0 .4rem}dl{columns:2}
"""


def write_page(folder: Path) -> Path:
    """``run.html`` of a run's folder, from its figures."""
    lines = read_metrics(folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    path = folder / PAGE
    path.write_text(page(manifest, lines), encoding="utf-8")
    return path


def page(manifest: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    """The page as HTML."""
    recipe = manifest["recipe"]
    steps = [one for one in lines if one["kind"] == "train"]
    trials = [one for one in lines if one["kind"] == "trial"]
    plots = [_of_steps(steps, name, title) for name, title in _CURVES]
    plots += [_of_parts(steps, name) for name in dict.fromkeys(name for one in steps for name in one["parts"])]
    plots += [_of_trials(trials, name) for name in (trials[-1]["figures"] if trials else ())]
    events = "".join(f"<p>{escape(one['says'])}</p>" for one in lines if one["kind"] == "event")
    title = escape(recipe["name"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{escape(recipe['says'])}</p>{_facts(recipe, steps)}{events}"
        f"<h2>Curves</h2><div class=plots>{''.join(map(_figure, plots))}</div>"
        f"{_samples(trials)}{_draws(lines)}<h2>Where the numbers come from</h2>{_sources(recipe)}</body></html>\n"
    )


_CURVES = (
    ("loss", "Loss, mean of answer tokens"), ("rate", "Learning rate"), ("norm", "Norm of the gradient"),
    ("seconds", "Seconds of a step"),
)  # fmt: skip


def _figure(plot: tuple[str, Svg]) -> str:
    title, svg = plot
    return f"<figure><figcaption>{escape(title)}</figcaption>{svg.text}</figure>"


def _of_steps(steps: Sequence[Mapping[str, Any]], name: str, title: str) -> tuple[str, Svg]:
    points = [(float(one["step"]), float(one[name])) for one in steps if isinstance(one.get(name), int | float)]
    return title, curve(title, _thinned(points))


def _of_parts(steps: Sequence[Mapping[str, Any]], name: str) -> tuple[str, Svg]:
    points = [(float(one["step"]), _value(one["parts"][name])) for one in steps if name in one["parts"]]
    return f"Part: {name}", curve(f"Part: {name}", _thinned(points))


def _of_trials(trials: Sequence[Mapping[str, Any]], name: str) -> tuple[str, Svg]:
    points = [(float(one["step"]), _value(one["figures"][name])) for one in trials if name in one["figures"]]
    return f"Trial: {name}", curve(f"Trial: {name}", points, marked=True)


def _value(told: float | None) -> float:
    """Null stands for what was no number."""
    return float("nan") if told is None else float(told)


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    each = -(-len(points) // _MOST) if points else 1
    groups = [points[at : at + each] for at in range(0, len(points), each)]
    return [(group[-1][0], sum(y for _, y in group) / len(group)) for group in groups]


def curve(title: str, points: Sequence[tuple[float, float]], *, marked: bool = False) -> Svg:
    """A line over steps; what is not finite leaves a gap."""
    good = [(x, y) for x, y in points if y == y and abs(y) != float("inf")]
    if not good:
        return drawing(_WIDTH, 40, title, "Nothing yet.", [text(_LEFT, 24, "Nothing yet.")])
    down = ticks(min(y for _, y in good), max(y for _, y in good), 5)
    along = ticks(0, max(x for x, _ in points), 6)

    def at_x(x: float) -> float:
        return _LEFT + (x - along[0]) / (along[-1] - along[0]) * (_WIDTH - _LEFT - 16)

    def at_y(y: float) -> float:
        return _TOP + (down[-1] - y) / (down[-1] - down[0]) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [line(_LEFT, at_y(y), _WIDTH - 16, at_y(y), "grid") for y in down]
    parts += [
        text(_LEFT - 8, at_y(y) + 4, words, anchor="end") for y, words in zip(down, tick_words(down), strict=True)
    ]
    parts += [
        text(at_x(x), _HEIGHT - _BOTTOM + 20, words, anchor="middle")
        for x, words in zip(along, tick_words(along), strict=True)
    ]
    way = " ".join(f"{'L' if at else 'M'}{at_x(x):.1f} {at_y(y):.1f}" for at, (x, y) in enumerate(good))
    parts.append(f'<path class="curve" d="{way}"/>')
    if marked:
        parts += [mark(1, at_x(x), at_y(y), 3.5) for x, y in good]
    first, last = good[0], good[-1]
    says = f"From {number(first[1], 4)} at step {first[0]:g} to {number(last[1], 4)} at step {last[0]:g}."
    return drawing(_WIDTH, _HEIGHT, title, says, parts)


def _facts(recipe: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> str:
    told = {
        "Model": recipe["model"], "Method": recipe["method"], "Tasks": ", ".join(recipe["tasks"]),
        "Trained": ("an adapter" if recipe["lora"] else "all weights of the language model")
        + (" and the vision tower" if recipe["train_tower"] else ""),
        "Recipe": str(recipe["hash"])[:12],
    }  # fmt: skip
    if steps:
        tokens, seconds = sum(one["tokens"] for one in steps), sum(one["seconds"] for one in steps)
        told |= {
            "Steps": f"{steps[-1]['step']:,}", "Tokens": f"{tokens:,}", "Hours": f"{seconds / 3600:.2f}",
            "Tokens a second": f"{tokens / max(seconds, 1e-9):,.0f}",
            "Memory": f"{max(one.get('memory', 0) for one in steps) / (1 << 30):.1f} GiB",
        }  # fmt: skip
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in told.items()) + "</dl>"


def _samples(trials: Sequence[Mapping[str, Any]]) -> str:
    if not trials or not trials[-1]["samples"]:
        return ""
    rows = "".join(
        f"<tr><td class=text>{escape(one['target'])}</td><td class=text>{escape(one['answer'])}</td></tr>"
        for one in trials[-1]["samples"][:_SAMPLES]
    )
    return f"<h2>What it writes, at step {trials[-1]['step']}</h2><table><tr><th>should say<th>says</tr>{rows}</table>"


def _draws(lines: Sequence[Mapping[str, Any]]) -> str:
    """What the model answered by itself, and what each answer was worth: of the last few draws."""
    tables = ""
    for one in [told for told in lines if told["kind"] == "drawn"][-_DRAWS:]:
        rows = "".join(
            f"<tr><td>{number(each['reward'], 4)}</td><td class=text>{escape(each['text'])}</td></tr>"
            for each in one["answers"]
        )
        tables += (
            f"<h3>Step {one['step']}, row {escape(one['row'])}</h3><p>Should say: {escape(one['target'])}</p>"
            f"<table><tr><th>reward<th>says</tr>{rows}</table>"
        )
    return f"<h2>What it drew</h2>{tables}" if tables else ""


def _sources(recipe: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(recipe[name]))}</td><td>{escape(words)}</td></tr>"
        for name, words in recipe["sources"].items()
    )
    return f"<table>{rows}</table>"
