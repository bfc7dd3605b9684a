"""The language over HTTP: everybody reads it, leads edit its draft, try an edit before they keep it, and publish.

Annotations are evaluated here, not postponed, as in ``api``.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from videolect.errors import NotFound
from videolect.language.check import check, sound
from videolect.language.diff import Diff, diff
from videolect.language.edit import Data, Entry
from videolect.language.parse import Parsed
from videolect.language.rules import Ask, Compare, Named, Rule, parts
from videolect.language.source import Problem
from videolect.language.spec import Spec
from videolect.language.trial import Fault, Outcome, Trial, outcomes, place_faults, rules_in_words, rules_of
from videolect.language.values import EntryKind
from videolect.language.wording import rule_in_words
from videolect.oversight.spec_draft import LanguageDesk, Reading, SpecStream
from videolect.oversight.streams import Work
from videolect.record.acts.language import SpecPublished
from videolect.web import spec_models as models
from videolect.web.auth import SignedIn, SignInDesk
from videolect.web.models import HeadingShape


def language_router(language: LanguageDesk, signing: SignInDesk) -> APIRouter:
    """The pages of the language."""
    router = APIRouter(prefix="/api/language")
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`

    def state_for(me: SignedIn) -> SpecStream:
        """The draft is its leads' business until it is published."""
        state = language.look()
        return (
            state
            if me.worker.may("see the draft of the language")
            else SpecStream(version=state.version, published=state.published)
        )

    @router.get("")
    def whole(me: Me, hash: str | None = None) -> models.LanguageShape:
        """Groups, entries, edits and versions; ``hash`` shows another version, to be read."""
        if hash is None:
            return _whole(language, state_for(me), may_edit=me.worker.may("edit the language"))
        spec, reading = language.reading_of(hash)
        return _whole(language, SpecStream(), may_edit=False, shown=(spec, reading))

    @router.get("/entries/{kind}/{id:path}")
    def entry(kind: EntryKind, id: str, me: Me, hash: str | None = None) -> models.EntryView:
        """One entry, in the draft and in its base, or as it is in the version of this hash."""
        if hash is None:
            state = state_for(me)
            return _view(language.reading(state), state.version, kind, id)
        return _view(language.reading_of(hash)[1], 0, kind, id)

    @router.post("/try")
    def attempt(body: models.EntryBody, me: Me) -> models.TrialShape:
        """What an edit would do. Nothing is kept."""
        me.worker.check_may("edit the language")
        return _trial(language.attempt(body.kind, body.id, body.entry))

    @router.post("/edit")
    def edit(body: models.EntryEditBody, me: Me) -> models.LanguageShape:
        """Keep an edit in the draft; the first one begins it."""
        state = language.edit(
            me.worker, body.kind, body.id, body.entry, note=body.note, work=body.work
        )  # fmt: skip
        return _whole(language, state, may_edit=True)

    @router.post("/discard")
    def discard(body: models.DiscardBody, me: Me) -> models.LanguageShape:
        """Take the edits of one entry back."""
        state = language.discard(me.worker, body.kind, body.id, work=body.work)
        return _whole(language, state, may_edit=True)

    @router.post("/move")
    def move(body: models.SeenBody, me: Me) -> models.LanguageShape:
        """Put the draft upon the newest version."""
        return _whole(language, language.move(me.worker, work=body.work), may_edit=True)

    @router.post("/drop")
    def drop(body: models.SeenBody, me: Me) -> models.LanguageShape:
        """Give the draft up."""
        return _whole(language, language.drop(me.worker, work=body.work), may_edit=True)

    @router.get("/diff")
    def changes(me: Me) -> models.DraftDiff:
        """All that the draft changes, and what it touches."""
        me.worker.check_may("see the draft of the language")
        return _diff(language, language.look())

    @router.post("/publish")
    def publish(body: models.PublishBody, me: Me) -> models.PublishedShape:
        """Make a version of the draft."""
        made = language.publish(me.worker, version=body.version, note=body.note, work=Work(seen=body.seen))
        return models.PublishedShape(version=made.version.version, hash=made.version.hash, bump=made.diff.bump)

    return router


# ------------------------------------------------------------------------------------------------------------- shapes


def _whole(
    language: LanguageDesk, state: SpecStream, *, may_edit: bool, shown: tuple[Spec, Reading] | None = None
) -> models.LanguageShape:
    newest, reading = shown or (language.shelf.newest(), language.reading(state))
    spec = reading.parsed
    draft = state.draft
    return models.LanguageShape(
        name=newest.name, version=newest.version, hash=newest.hash, seen=state.version, may_edit=may_edit,
        draft=models.DraftInfo(
            base_version=draft.base_version, by=draft.by, at=draft.at.isoformat(), stale=language.why_stale(state)
        ) if draft else None,
        groups=[HeadingShape(id=group.id, title=group.title) for group in spec.groups.values()],
        form_groups=[HeadingShape(id=group.id, title=group.title) for group in spec.form_groups.values()],
        aspects=[HeadingShape(id=aspect.id, title=aspect.title) for aspect in spec.aspects.values()],
        entries=_rows(reading),
        fields=[
            models.FieldChoice(
                id=asked.id, title=asked.title, kind=asked.kind, group=asked.group,
                options=[models.OptionChoice(value=option.value, title=option.title) for option in asked.options],
            )
            for asked in spec.fields.values()
        ],
        conditions=[models.NamedChoice(id=id_, title=id_.replace("_", " ")) for id_ in spec.conditions],
        edits=[
            models.EditRow(
                kind=edit.kind, id=edit.id, title=_title(reading, edit.kind, edit.id), by=edit.by,
                at=edit.at.isoformat(), note=edit.note, removed=edit.entry is None,
            )
            for edit in (draft.latest if draft else ())
        ],
        versions=_versions(language, state),
    )  # fmt: skip


def _rows(reading: Reading) -> list[models.EntryRow]:
    order = {id_: place for place, id_ in enumerate([*reading.parsed.fields, *reading.parsed.primitives])}
    known = sorted(reading.entries, key=lambda key: order.get(key[1], len(order)))
    gone = [key for key in reading.before if key not in reading.entries]
    return [_row(reading, kind, id_) for kind, id_ in [*known, *gone]]


def _row(reading: Reading, kind: EntryKind, id_: str) -> models.EntryRow:
    now, before = reading.entries.get((kind, id_)), reading.before.get((kind, id_))
    change: Any = None
    if now is None:
        change = "removed"
    elif before is None:
        change = "added"
    elif now.node is not before.node and now.data != before.data:
        change = "changed"
    data = _data(now or before)
    group = data.get("group") if isinstance(data, dict) and kind in ("primitive", "field") else None
    return models.EntryRow(
        kind=kind, id=id_, title=_title(reading, kind, id_), group=group if isinstance(group, str) else None,
        change=change,
    )  # fmt: skip


def _data(entry: Entry | None) -> Data | None:
    return entry.data if entry is not None else None


def _title(reading: Reading, kind: EntryKind, id_: str) -> str:
    if kind == "condition":
        return id_.replace("_", " ")
    if kind == "profile":
        primitive = reading.parsed.primitives.get(id_.split("/")[-1])
        return f"{primitive.title if primitive else id_} ({id_.split('/')[0]})"
    data = _data(reading.entries.get((kind, id_)) or reading.before.get((kind, id_)))
    said = data.get("rule" if kind == "consistency" else "title") if isinstance(data, dict) else None
    return said if isinstance(said, str) and said else id_


def _versions(language: LanguageDesk, state: SpecStream) -> list[models.VersionRow]:
    acts: dict[str, SpecPublished] = {act.published_hash: act for act in state.published}
    return [
        models.VersionRow(
            version=each.version, hash=each.hash, shipped=each.path is None,
            by=acts[each.hash].worker if each.hash in acts else None,
            at=acts[each.hash].at.isoformat() if each.hash in acts else None,
            bump=acts[each.hash].bump if each.hash in acts else None,
            note=acts[each.hash].note if each.hash in acts else "", edited=each.edited,
        )
        for each in language.shelf.versions()
        if each.name == language.shelf.shipped.name
    ]  # fmt: skip


def _view(reading: Reading, seen: int, kind: EntryKind, id_: str) -> models.EntryView:
    now, before = reading.entries.get((kind, id_)), reading.before.get((kind, id_))
    if now is None and before is None:
        raise NotFound(f"There is no {kind} {id_[:60]!r}.", mend="Choose one of the list.")
    spec = sound(reading.parsed) if reading.parsed.problems else reading.parsed
    primitive = spec.primitives.get(id_) if kind == "primitive" else None
    others = [(other, spec.primitives.get(other.id)) for other in (primitive.look_alikes if primitive else ())]
    return models.EntryView(
        kind=kind, id=id_, title=_title(reading, kind, id_), seen=seen, entry=_data(now), base=_data(before),
        words=rules_in_words(spec, kind, id_), conditions=_spoken_of(spec, kind, id_),
        outcomes=[_outcome(each) for each in (outcomes(spec, id_) if primitive else ())],
        look_alikes=[
            models.LookAlikeShape(id=other.id, title=known.title if known else other.id, how=other.how)
            for other, known in others
        ],
        rests_on_it=_rests_on_it(spec, kind, id_),
    )  # fmt: skip


def _spoken_of(spec: Parsed, kind: EntryKind, id_: str) -> list[models.SpokenOf]:
    """The conditions below an entry's rules, in the order met."""
    found: dict[str, None] = {}
    waiting = list(rules_of(spec, kind, id_).values())
    while waiting:
        for part in parts(waiting.pop(0)):
            if isinstance(part, Named) and part.kind == "condition" and part.id not in found:
                found[part.id] = None
                waiting.append(spec.conditions[part.id])
    return [
        models.SpokenOf(id=name, title=name.replace("_", " "), words=rule_in_words(spec, spec.conditions[name]))
        for name in found
    ]


def _rests_on_it(spec: Parsed, kind: EntryKind, id_: str) -> list[models.NamedChoice]:
    def speaks(rule: Rule | None) -> bool:
        for part in parts(rule) if rule is not None else ():
            if isinstance(part, Named) and (part.kind, part.id) == (kind, id_):
                return True
            if kind == "field" and isinstance(part, Ask | Compare) and id_ in (part.field, getattr(part, "other", "")):
                return True
        return False

    found = [
        models.NamedChoice(id=each.id, title=each.title)
        for each in spec.primitives.values()
        if any(map(speaks, (each.applies_when, each.yes_when, each.no_when)))
    ]
    return [
        models.NamedChoice(id=name, title=f"condition: {name.replace('_', ' ')}")
        for name, rule in spec.conditions.items()
        if speaks(rule)
    ] + found


def _outcome(each: Outcome) -> models.OutcomeOfExample:
    return models.OutcomeOfExample(expected=each.expected, state=each.state, record=each.record)


def _trial(trial: Trial) -> models.TrialShape:
    found = trial.diff
    return models.TrialShape(
        problems=[_fault(fault) for fault in trial.problems],
        outcomes=[_outcome(each) for each in trial.outcomes],
        words=dict(trial.words),
        changes=_changes(found), primitives=list(found.primitives), bump=found.bump, labels=found.touched.rows,
        records=found.touched.records.bit_count(),
        states={id_: dict(moves) for id_, moves in found.touched.states.items()},
    )  # fmt: skip


def _fault(fault: Fault) -> models.FaultShape:
    return models.FaultShape(kind=fault.kind, id=fault.id, rule=fault.rule, mend=fault.mend, here=fault.here)


def _changes(found: Diff) -> list[models.ChangeShape]:
    return [
        models.ChangeShape(
            kind=each.kind, id=each.id, what=each.what, meaning=each.meaning, before=each.before, after=each.after
        )
        for each in found.changes
    ]  # fmt: skip


def _diff(language: LanguageDesk, state: SpecStream) -> models.DraftDiff:
    if state.draft is None:
        raise NotFound("There is no draft.", mend="Edit an entry: that begins one.")
    base, reading = language.base(state), language.reading(state)
    problems: list[Problem] = check(reading.parsed)
    if problems:
        found = diff(base, Spec(sound(reading.parsed)))
        touches = None
    else:
        touched = language.touches(base, Spec(reading.parsed))
        found = touched.diff
        touches = models.TouchesShape.model_validate(touched.as_json())
    return models.DraftDiff(
        bump=found.bump, base_version=base.version, next_version=found.next_version,
        problems=[_fault(fault) for fault in place_faults(problems, reading.entries.values())],
        changes=_changes(found), touches=touches,
    )  # fmt: skip
