"""The tables of a report: systems, floors and ceilings as lines; figures or aspects as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from videolect.evals.measures.names import FIGURES, LOWER_IS_BETTER, NO_DIRECTION, full_name, task_and_own
from videolect.evals.measures.scores import POOLED, Measured, Scores, compared
from videolect.evals.plots.pen import Svg
from videolect.evals.plots.systems import Dot, Kind, bars, intervals
from videolect.metrics.intervals import Difference, Estimate

MAIN: tuple[str, ...] = (
    "caption_bleu4", "caption_rouge_l", "caption_claims_f1", "reward_pairwise_half_tie", "reward_auc",
    "critique_flawed_bleu4", "critique_verdict", "critique_points_f1", "critique_loop_gain",
)  # fmt: skip
"""The figures of the headline, of the matrices and of the plots."""
TITLES: Mapping[str, str] = {
    "bleu4": "BLEU-4", "bleu4_lowercase": "BLEU-4, lower case", "bleu4_sentence": "BLEU-4, mean of sentences",
    "bleu4_nltk": "BLEU-4, NLTK", "bleu4_pycocoevalcap": "BLEU-4, pycocoevalcap", "rouge_l": "ROUGE-L",
    "cider": "CIDEr", "claims_precision": "Claims, precision", "claims_hallucination": "Claims that are not so",
    "claims_recall": "Claims, recall", "claims_omission": "Left unsaid", "claims_f1": "Claims, F1",
    "claims_denied": "Denials, precision", "claims_open": "Claims that nobody knows of", "claims_made": "Claims made",
    "claims_left_right": "Left and right", "claims_left_right_swapped": "Left and right, mirrored",
    "claims_start_end": "Start and end", "claims_start_end_swapped": "Start and end, exchanged",
    "claims_order": "Orders", "claims_order_swapped": "Orders, reversed",
    "words_ratio": "Ratio of words", "pairwise_half_tie": "Pairs, ties half",
    "pairwise_strict": "Pairs, ties wrong", "tie_rate": "Ties", "at_half": "Right at 0.5", "auc": "ROC-AUC",
    "yes_rate": "Share of Yes", "brier": "Brier score", "flawed_bleu4": "BLEU-4, flawed",
    "sentinel_bleu4": "BLEU-4, right ones", "verdict": "Verdict", "verdict_flawed": "Verdict, flawed",
    "verdict_right": "Verdict, right ones", "points_precision": "Points, precision", "points_recall": "Points, recall",
    "points_f1": "Points, F1", "constructive": "Constructive points", "loop_nearer": "Loop: nearer",
    "loop_farther": "Loop: farther", "loop_gain": "Loop: gain",
}  # fmt: skip
TASKS: Mapping[str, tuple[str, str]] = {
    "caption": ("Captions", "What a system wrote of a clip, against the caption that experts verified."),
    "yes_no": ("Reward", "P(Yes) of the final caption beside that of the draft that it mended."),
    "critique": ("Critiques", "What a system says is wrong with a caption, against what the expert said."),
}
_DIGITS = {"cider": 2, "brier": 3, "words_ratio": 2}


Key = tuple[str, str]
Pair = tuple[Key, Key]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What stands in a line: a system, a floor or a ceiling."""

    name: str
    kind: Kind
    says: str
    tone: int
    """Colour and shape of a system; 0 of what stands beside it."""
    scores: Scores
    measured: Mapping[str, Measured]
    partial: bool = False

    @property
    def title(self) -> str:
        """The name for a reader."""
        return self.name if self.kind == "system" else self.name.replace("_", " ")

    @property
    def key(self) -> tuple[str, str]:
        """A system may be named as a floor is."""
        return (self.kind, self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A figure or an aspect."""

    title: str
    says: str
    digits: int
    group: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line's cells; None where there is no figure."""

    entry: Entry
    cells: tuple[Estimate | None, ...]
    best: tuple[bool, ...]
    """Of several systems the best in its column."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Lines and columns, and what they are."""

    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One figure: its meaning and its table over aspects."""

    name: str
    title: str
    says: str
    direction: str
    main: bool
    table: Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """All figures of a task."""

    task: str
    title: str
    says: str
    blocks: tuple[Block, ...]
    plots: tuple[tuple[str, Svg], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """A figure of each system less that of another, or of a floor, on the items that both answered."""

    figure: str
    title: str
    digits: int
    others: tuple[Entry, ...]
    lines: tuple[tuple[Entry, tuple[tuple[Difference, bool] | None, ...]], ...]
    """A line's differences, each with whether it holds after Holm's correction within the matrix."""


def title_of(figure: str) -> str:
    """A figure's name for a reader, without its task."""
    return TITLES[task_and_own(figure)[1]]


def digits_of(figure: str) -> int:
    """Decimals that its interval is worth."""
    return _DIGITS.get(task_and_own(figure)[1], 1)


def direction_of(figure: str) -> str:
    """What is good."""
    if figure in NO_DIRECTION:
        return "it describes and does not judge"
    return "lower is better" if figure in LOWER_IS_BETTER else "higher is better"


def figures_of(task: str) -> list[str]:
    """The figures of a task, in order, by their full names."""
    return [name for name in FIGURES if task_and_own(name)[0] == task]


def table(caption: str, entries: Sequence[Entry], columns: Sequence[tuple[str, str, Column]]) -> Table:
    """``columns``: (scope, figure, how it is headed). Entries without any of the figures are left out."""
    rows = [
        (entry, tuple(entry.scores.get(scope, {}).get(figure) for scope, figure, _ in columns)) for entry in entries
    ]
    rows = [(entry, cells) for entry, cells in rows if any(cell is not None for cell in cells)]
    best = [_best(figure, [(entry, cells[at]) for entry, cells in rows]) for at, (_, figure, _) in enumerate(columns)]
    lines = tuple(
        Line(entry=entry, cells=cells, best=tuple(entry.name in each and entry.kind == "system" for each in best))
        for entry, cells in rows
    )
    return Table(caption=caption, columns=tuple(column for *_, column in columns), lines=lines)


def _best(figure: str, cells: Iterable[tuple[Entry, Estimate | None]]) -> set[str]:
    values = {
        entry.name: cell.value
        for entry, cell in cells
        if entry.kind == "system" and cell is not None and cell.value == cell.value
    }
    if len(values) < 2 or figure in NO_DIRECTION:
        return set()
    top = min(values.values()) if figure in LOWER_IS_BETTER else max(values.values())
    return {name for name, value in values.items() if value == top}


def headline(entries: Sequence[Entry]) -> Table:
    """Everybody's main figures, pooled."""
    names = [name for name in MAIN if any(e.kind == "system" and name in e.scores.get(POOLED, {}) for e in entries)]
    columns = [
        (
            POOLED, name,
            Column(
                title=title_of(name), says=FIGURES[name], digits=digits_of(name), group=TASKS[task_and_own(name)[0]][0]
            ),
        )
        for name in names
    ]  # fmt: skip
    return table("Main figures, pooled over aspects", entries, columns)


def section(task: str, entries: Sequence[Entry]) -> Section:
    """All figures of a task with their meanings, and plots of the main ones."""
    title, says = TASKS[task]
    systems = [entry for entry in entries if entry.kind == "system" and task in entry.measured]
    scopes = list(dict.fromkeys(scope for entry in systems for scope in entry.scores))
    blocks = []
    plots: list[tuple[str, Svg]] = []
    for name in figures_of(task):
        if not any(name in entry.scores.get(POOLED, {}) for entry in systems):
            continue
        columns = [(scope, name, Column(title=scope, says="", digits=digits_of(name))) for scope in scopes]
        blocks.append(
            Block(
                name=name, title=title_of(name), says=FIGURES[name], direction=direction_of(name), main=name in MAIN,
                table=table(f"{title_of(name)} by aspect", entries, columns),
            )
        )  # fmt: skip
        if name in MAIN:
            plots.append((f"{title_of(name)}, pooled", intervals_of(name, entries)))
            groups = [(scope, dots_of(name, entries, scope)) for scope in scopes if scope != POOLED]
            plots.append((f"{title_of(name)} by aspect", bars(title_of(name), groups, digits=digits_of(name))))
    return Section(task=task, title=title, says=says, blocks=tuple(blocks), plots=tuple(plots))


def dots_of(figure: str, entries: Sequence[Entry], scope: str = POOLED) -> list[Dot]:
    """Everybody's figure in a scope."""
    return [
        Dot(label=e.title, kind=e.kind, tone=e.tone, value=found.value, low=found.low, high=found.high)
        for e in entries
        if (found := e.scores.get(scope, {}).get(figure)) is not None
    ]


def intervals_of(figure: str, entries: Sequence[Entry]) -> Svg:
    """Everybody's pooled figure, dot and whisker."""
    return intervals(f"{title_of(figure)}, pooled", dots_of(figure, entries), digits=digits_of(figure))


# --------------------------------------------------------------------------------------------------------- matrices


def matrices(entries: Sequence[Entry], resamples: int) -> list[Matrix]:
    """For each main figure: systems less systems and less floors."""
    found = []
    for task in TASKS:
        names = [name for name in MAIN if name in figures_of(task)]
        having = [entry for entry in entries if task in entry.measured and entry.kind != "ceiling"]
        systems = [entry for entry in having if entry.kind == "system"]
        floors = [entry for entry in having if entry.kind == "floor"]
        pairs = [*combinations(systems, 2), *((one, other) for one in systems for other in floors)]
        differences = {(one.key, other.key): _difference(task, one, other, names, resamples) for one, other in pairs}
        for name in names:
            of = {pair: told[name] for pair, told in differences.items() if name in told}
            if of:
                found.append(_matrix(name, systems, floors, of))
    return found


def _difference(
    task: str, one: Entry, other: Entry, names: Sequence[str], resamples: int
) -> dict[str, Difference]:  # fmt: skip
    own = {task_and_own(name)[1] for name in names}
    few = [
        replace(each.measured[task], measures=tuple(m for m in each.measured[task].measures if m.name in own))
        for each in (one, other)
    ]
    if not set(few[0].ids) & set(few[1].ids):
        return {}
    pooled = compared(few[0], few[1], resamples=resamples, only_pooled=True).get(POOLED, {})
    return {full_name(task, name): each for name, each in pooled.items()}


def _matrix(figure: str, systems: Sequence[Entry], floors: Sequence[Entry], of: Mapping[Pair, Difference]) -> Matrix:
    holds = holm({pair: each.p for pair, each in of.items()})

    def cell(one: Key, other: Key) -> tuple[Difference, bool] | None:
        if (one, other) in of:
            return of[one, other], (one, other) in holds
        if (other, one) in of:
            back = of[other, one]
            return replace(back, value=-back.value, low=-back.high, high=-back.low), (other, one) in holds
        return None

    others = [*systems, *(floor for floor in floors if any(floor.key == pair[1] for pair in of))]
    lines = tuple((one, tuple(cell(one.key, other.key) for other in others)) for one in systems)
    return Matrix(figure=figure, title=title_of(figure), digits=digits_of(figure), others=tuple(others), lines=lines)


def holm(p: Mapping[Pair, float], level: float = 0.05) -> set[Pair]:
    """Which of several differences hold at this level for all together (Holm 1979)."""
    told = sorted((value, name) for name, value in p.items() if value == value)
    holds = set()
    for at, (value, name) in enumerate(told):
        if value > level / (len(told) - at):
            break
        holds.add(name)
    return holds
