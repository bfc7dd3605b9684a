"""What is true of a clip: the label record by rules over geometry, and the states that follow from it by the
specification.

The record is worked out from poses, depths and events (``measure``), never from what the script was called. What lies
in a margin of ``numbers`` is left out of the record and is undetermined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from videolect.language.spec import Spec
from videolect.record.acts.labels import Answer
from videolect.stage.effects import Effect, effect_answers
from videolect.stage.truth.camera import camera_answers
from videolect.stage.truth.content import content_answers
from videolect.stage.truth.framing import counted, framing_answers, main_of
from videolect.stage.truth.measure import Measured
from videolect.stage.world.scene import Actor, Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """The record and the states of one clip."""

    record: Mapping[str, Answer]
    states: Mapping[str, bool | None]
    main: str | None
    """Whom the shot is made for."""
    shown: tuple[str, ...] = ()
    """The actors that fill enough of the picture to be spoken of, the main one first."""
    told: tuple[Event, ...] = ()
    """What they do before the camera, in order of time."""


def truth_of(spec: Spec, measured: Measured, effects: Sequence[Effect] = ()) -> Truth:
    """The truth of a scene through a camera. With a transition between shots only what holds of the whole clip."""
    answers = effect_answers(effects)
    main: Actor | None = None
    shown: tuple[str, ...] = ()
    told: tuple[Event, ...] = ()
    if answers["shot_transition"] is not True:
        framing = framing_answers(measured)
        actors = counted(measured)
        main = main_of(actors, measured) if actors else None
        answers |= camera_answers(measured, main)
        answers |= framing
        ranked = sorted(actors or (), key=lambda actor: (actor is not main, actor.kind != "person"))
        told = _seen_events(measured, ranked)
        answers |= content_answers(measured, actors, main, str(framing.get("shot_type", "")))
        shown = tuple(actor.id for actor in ranked)
        if "subject_actions" not in answers:
            told = ()  # of somebody else only a part is seen: what they do in all stays open
    record = settled(spec, answers)
    return Truth(
        record=record, states=spec.derive(record), main=None if main is None else main.id, shown=shown, told=told
    )


def _seen_events(measured: Measured, actors: Sequence[Actor]) -> tuple[Event, ...]:
    """Those of which the camera sees the greater part, cut to the clip. What is carried is told with who carries it."""
    ids = {actor.id for actor in actors}
    found = []
    for actor in actors:
        inside = measured.visible[actor.id]
        for event in actor.events:
            end = min(event.end_frame, measured.count)
            if event.start_frame >= end or not ids.issuperset(event.who):
                continue
            if float((inside[event.start_frame : end] > 0.5).mean()) > 0.6:
                found.append(replace(event, end_frame=end))
    return tuple(sorted(found, key=lambda event: (event.start_frame, event.end_frame, event.who)))


def settled(spec: Spec, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The record without answers to questions that are not asked of such a clip, in the specification's order."""
    asked = spec.applicable(answers)
    return {field.id: answers[field.id] for field in spec.fields if field.id in answers and field.id in asked}
