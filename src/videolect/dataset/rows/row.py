"""Training and benchmark rows of triples: captions, critiques, Yes/No, and preference pairs.

A row's prompt is written by ``vlm.prompts``, so a model is trained and measured on what the desk asks of it. By the
authors' recipe a triple that was rated below 5 gives one caption row, two critique rows (draft -> critique, final ->
sentinel) and two Yes/No rows (final Yes, draft No). What a perfect one gives beside its caption they do not say: here
one sentinel row and one Yes row, unless ``perfect`` says ``caption``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from videolect.dataset.rows.splits import SplitRule
from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.record.checks import check_text, content_hash
from videolect.record.critique import SENTINEL, is_sentinel
from videolect.record.triple import Triple
from videolect.vlm import prompts
from videolect.vlm.prompts import Prompt

RowTask = Literal["caption", "critique", "yes_no", "preference"]
TASKS: tuple[RowTask, ...] = get_args(RowTask)
Perfect = Literal["all", "caption"]
PERFECT: tuple[Perfect, ...] = get_args(Perfect)
Context = Literal["none", "parents"]
CONTEXTS: tuple[Context, ...] = get_args(Context)


@dataclass(frozen=True, kw_only=True, slots=True)
class RowClip:
    """Which clip a row is about: whatever may tell one film from another, and the part of it. What is shown hangs on
    all of this and on nothing else."""

    source_id: str
    video_id: str
    video_hash: str | None = None
    start_pts: int | None = None
    end_pts: int | None = None
    """Half open, in ticks of ``time_base``."""
    time_base: Fraction | None = None

    @property
    def order(self) -> tuple[str, str, str, int, int]:
        """Clips of one source, and of one film, stand together."""
        return self.source_id, self.video_hash or "", self.video_id, self.start_pts or 0, self.end_pts or 0


def clip_of(of: Row | Triple) -> RowClip:
    """The clip of a row or a triple."""
    return RowClip(
        source_id=of.source_id, video_id=of.video_id, video_hash=of.video_hash, start_pts=of.start_pts,
        end_pts=of.end_pts, time_base=of.time_base,
    )  # fmt: skip


_TASKS: Mapping[str, prompts.Task] = {"caption": "draft", "critique": "critique", "yes_no": "judge"}


def prompt_of(row: Row, spec_hash: str | None) -> Prompt:
    """What is asked: the prompt that ``vlm.prompts`` made. ``spec_hash``: of the specification that the rows' manifest
    names; a judge's prompt holds none. BadInput where the row's text is not the one that its hash was made of."""
    pair = "critique" if row.what.startswith("critique") else "caption"
    task = _TASKS[pair if row.task == "preference" else row.task]
    of = None if task == "judge" else spec_hash
    prompt = Prompt(task=task, text=row.prompt, aspect=row.aspect, spec_hash=of)
    if prompt.hash != row.prompt_hash:
        raise BadInput(
            f"The prompt of the row {row.row_id} is not of version {prompts.VERSION} of our prompts, or was changed.",
            mend="Write the rows again with this version: data rows TRIPLES --out DIR.",
        )
    return prompt


def by_clip(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each clip together, since a film is encoded once for all of them; in the order of the clips."""
    clips: dict[RowClip, list[Row]] = defaultdict(list)
    for row in rows:
        clips[row.clip].append(row)
    return [clips[clip] for clip in sorted(clips, key=lambda clip: clip.order)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One thing to learn, or one item to measure with."""

    row_id: str
    task: RowTask
    part: str
    triple_id: str
    video_id: str
    video_hash: str | None
    source_id: str
    start_pts: int | None
    end_pts: int | None
    time_base: Fraction | None
    aspect: str
    what: str
    """``caption``; of a critique or Yes/No row the text that is asked about: ``draft``, ``final``; of a pair what
    stands against what: ``final>draft``, ``final>rejected``, ``critique>rejected``."""
    prompt: str
    prompt_hash: str
    caption: str | None = None
    """The caption that is criticised or judged."""
    target: str
    """What is to be answered; of a pair the better text."""
    rejected: str | None = None
    """Of a pair the worse text."""

    @property
    def clip(self) -> RowClip:
        """What is shown with it."""
        return clip_of(self)

    @property
    def sentinel(self) -> bool:
        """Whether the critique to be written is the sentinel."""
        return self.task == "critique" and self.what == "final"


@dataclass(frozen=True, kw_only=True, slots=True)
class RowRule:
    """How rows are made of triples."""

    spec: Spec
    split: SplitRule = field(default_factory=SplitRule)
    tasks: tuple[RowTask, ...] = TASKS
    perfect: Perfect = "all"
    context: Context = "none"
    """``parents``: the finished captions of the clip that the aspect is written from are shown, as at the desk."""
    sentinel: str = SENTINEL

    def __post_init__(self) -> None:
        named: list[tuple[str, str, tuple[str, ...]]] = [
            ("perfect", self.perfect, PERFECT),
            ("context", self.context, CONTEXTS),
            *(("task", task, TASKS) for task in self.tasks),
        ]
        for name, value, allowed in named:
            if value not in allowed:
                raise BadInput(f"The {name} {value!r} is unknown.", mend=f"Use one of {', '.join(allowed)}.")
        if not self.sentinel.strip():
            raise BadInput("The sentinel is empty.", mend=f"Leave it out: {SENTINEL}")
        check_text(self.sentinel, "The sentinel", limit=500)


def rows_of(triples: Iterable[Triple], rule: RowRule) -> Iterator[Row]:
    """All rows, triple by triple. BadInput for an aspect that the specification does not have."""
    triples = list(triples)
    finals: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    if rule.context == "parents":
        for triple in triples:
            finals[triple.campaign, triple.video_id][triple.aspect] = triple.post_caption
    for triple in triples:
        parents = finals[triple.campaign, triple.video_id] if rule.context == "parents" else {}
        for row in _rows_of(triple, rule, parents):
            if row.task in rule.tasks:
                yield row


def _rows_of(triple: Triple, rule: RowRule, captions: Mapping[str, str]) -> Iterator[Row]:
    make = _Maker(triple, rule)
    asked = prompts.draft_label_free(rule.spec, triple.aspect, captions)
    final, draft = triple.post_caption, triple.pre_caption
    yield make.row("caption", "caption", asked, final)
    changed = draft is not None and draft != final
    if changed and draft is not None and triple.kind in ("revised", "edited"):
        if triple.kind == "revised" and triple.critique:
            yield make.criticised("draft", draft, triple.critique)
            yield make.criticised("final", final, rule.sentinel)
        yield make.judged("final", final, "Yes")
        yield make.judged("draft", draft, "No")
        yield make.row("preference", "final>draft", asked, final, rejected=draft)
    elif draft is not None and triple.kind == "revised" and triple.critique and not is_sentinel(triple.critique):
        # The filter "changed" leaves such out of experts' work; critiques that say no mend are corrupted on purpose.
        yield make.criticised("draft", draft, triple.critique)
    elif triple.kind == "perfect" and rule.perfect == "all":
        yield make.criticised("final", final, rule.sentinel)
        yield make.judged("final", final, "Yes")
    yield from _of_the_rejected(triple, rule, make, asked)


def _of_the_rejected(triple: Triple, rule: RowRule, make: _Maker, asked: Prompt) -> Iterator[Row]:
    """What the reviewer's correction is better than."""
    worse = triple.rejected_post_caption
    if worse and worse != triple.post_caption and worse != triple.pre_caption:
        yield make.row("preference", "final>rejected", asked, triple.post_caption, rejected=worse)
    said = triple.rejected_critique
    if triple.same_draft and triple.pre_caption and triple.critique and said and said != triple.critique:
        about = prompts.critique(rule.spec, triple.aspect, triple.pre_caption, sentinel=rule.sentinel)
        better = rule.sentinel if triple.kind == "perfect" else triple.critique
        yield make.row(
            "preference", "critique>rejected", about, better, rejected=said, caption=triple.pre_caption
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Maker:
    triple: Triple
    rule: RowRule

    def row(
        self, task: RowTask, what: str, prompt: Prompt, target: str, *, caption: str | None = None,
        rejected: str | None = None,
    ) -> Row:  # fmt: skip
        """A row of this triple."""
        of = self.triple
        return Row(
            row_id=f"{of.triple_id}:{task}:{what}", task=task, part=self.rule.split.part_of(of.source_id),
            triple_id=of.triple_id, video_id=of.video_id, video_hash=of.video_hash, source_id=of.source_id,
            start_pts=of.start_pts, end_pts=of.end_pts, time_base=of.time_base, aspect=of.aspect, what=what,
            prompt=prompt.text, prompt_hash=prompt.hash, caption=caption, target=target, rejected=rejected,
        )  # fmt: skip

    def criticised(self, what: str, caption: str, target: str) -> Row:
        """A critique row."""
        prompt = prompts.critique(self.rule.spec, self.triple.aspect, caption, sentinel=self.rule.sentinel)
        return self.row("critique", what, prompt, target, caption=caption)

    def judged(self, what: str, caption: str, target: str) -> Row:
        """A Yes/No row."""
        return self.row(
            "yes_no", what, prompts.judge(caption, aspect=self.triple.aspect), target, caption=caption
        )  # fmt: skip


def items_hash(rows: Iterable[Row]) -> str:
    """Of what is asked and what is to be answered, in any order: predictions of other items do not fit."""
    return content_hash("\n".join(sorted(f"{row.row_id} {row.prompt_hash} {row.target}" for row in rows)))
