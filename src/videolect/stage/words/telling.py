"""What is true of a clip, what of it a caption has to say, and whether a text says just that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from videolect.language.claims import claims_of
from videolect.language.lint import lint
from videolect.language.rules import fields_of
from videolect.language.spec import Spec
from videolect.language.values import Option, Segment
from videolect.stage.facts import Facts, Named
from videolect.stage.words.sentences import a, in_order, listed

SAME = {
    "forward_over_ground": "dolly_in", "backward_over_ground": "dolly_out",
    "up_above_ground": "pedestal_up", "down_to_ground": "pedestal_down",
}  # fmt: skip
"""The same movement under another question, which is only asked from an ordinary angle. Words for one are words for
the other, so where the angle leaves the question open, the twin's answer decides whether the words are true."""

UNSAID = frozenset({
    "simple_camera_movement", "single_dominant_subject", "many_subjects", "normal_lens_look", "natural_perspective",
    "single", "objective_pov", "live_action", "regular_speed", "no_lens_distortion", "scenery_shot",
    "clear_moving_camera", "fast_motion_not_time_lapse", "brighter_than_neutral", "darker_than_neutral",
    "subject_change", "change_of_subject_shot", "subject_switching", "action_sequence", "told_apart_by_look",
    "told_apart_by_place", "told_apart_by_action", "color_temperature_neutral", "colorfulness_neutral",
    "brightness_neutral", "balanced_exposure", "centred_composition", "position_changes",
    "back_and_forth_shot", "over_the_shoulder_framing", "low_key_lighting", "high_key_lighting", "flat_lighting",
})  # fmt: skip
"""True, expressible, and yet no caption has to say them: each follows from what it says anyway, or is ordinary."""


INSTEAD = {
    "mostly_static_scene": "static_scene",
    "stable_camera": "very_stable_camera",
    "shaky_camera": "very_shaky_camera",
}
"""What goes without saying where the stronger one is said."""

LEFT_OUT = {"motion": "tracking", "spatial": "enters_view"}
"""Aspect -> what its policy leaves to others, by a part of the primitive's name: how the camera keeps up."""


class Telling:
    """The facts of a clip under a specification."""

    def __init__(self, spec: Spec, facts: Facts) -> None:
        self.spec = spec
        self.facts = facts
        self.answers: Mapping[str, object] = spec.normalise(facts.record)
        asked = [
            field for field in spec.fields
            if field.kind not in ("text",) and field.id in self.answers and self._tells(field.id)
        ]  # fmt: skip
        bare = [{name: a for name, a in self.answers.items() if name not in self._parts(field.id)} for field in asked]
        found = spec.derive_many([self.answers, *bare]).found
        yes = {name: standing.is_yes for name, standing in found.items()}
        no = {name: standing.is_no for name, standing in found.items()}
        self.states: dict[str, bool | None] = {
            name: True if yes[name] & 1 else False if no[name] & 1 else None for name in found
        }
        can = [name for name in found if self.states[name] and name in spec.claimable - self._unsaid()]
        self.needed: dict[str, tuple[str, ...]] = {
            field.id: tuple(n for n in can if not yes[n] >> row & 1 and field.id in fields_behind(spec, n))
            for row, field in enumerate(asked, 1)
        }
        """Field -> the primitives that its answer makes true and that words can say."""

    def _unsaid(self) -> frozenset[str]:
        """What goes without saying here."""
        more = [name for name, instead in INSTEAD.items() if self.states[instead]]
        if self.answers.get("camera_movement") == "no":
            more.append("moving_camera")
        if self.answers.get("focus_change_reason") in ("camera_subject_movement", "others"):
            more += [name for name in self.states if name.startswith(("focus_starts", "focus_ends"))]
        if (
            self.answers.get("shot_type") == "change_of_subject"
            and self.get("shot_size_end")
            and self.get("shot_size_start")
        ):
            more += [name for name in self.states if name.startswith(("shot_size", "height_to_subject"))]
        more += [f"whip_pan_{way}" for way in ("left", "right") if not self.states[f"pan_{way}"]]
        if not self.states["side_tracking_shot"]:
            more += ["side_tracking_left", "side_tracking_right"]
        return UNSAID.union(more)

    def _parts(self, field: str) -> tuple[str, ...]:
        """What has to be taken out of the record to take one answer out: directions follow from segments."""
        sets = {name for option in self.spec.field("camera_segments").options for name in option.sets}
        return (field, "camera_segments") if field in sets else (field,)

    def _tells(self, field: str) -> bool:
        answer, asked = self.answers[field], self.spec.field(field)
        option = asked.option(answer)
        return not (answer is None or answer == asked.neutral or answer == () or (option is not None and option.open))

    # ------------------------------------------------------------------------------------------------- the record

    def get(self, field: str) -> str:
        """The answer to a choice; empty where there is none, or where it is open."""
        answer = self.answers.get(field)
        return answer if isinstance(answer, str) and self._tells(field) else ""

    def yes(self, field: str) -> bool:
        """Whether a flag is set."""
        return self.answers.get(field) is True

    def many(self, field: str) -> tuple[str, ...]:
        """The answer to a list."""
        answer = self.answers.get(field)
        return tuple(each for each in answer if isinstance(each, str)) if isinstance(answer, tuple) else ()

    def segments(self) -> tuple[Segment, ...]:
        """What the camera does, stretch by stretch."""
        answer = self.answers.get("camera_segments")
        return tuple(each for each in answer if isinstance(each, Segment)) if isinstance(answer, tuple) else ()

    def option(self, field: str, value: str) -> Option | None:
        """An option of a field."""
        return self.spec.field(field).option(value)

    def is_true(self, primitive: str) -> bool:
        """Whether it is yes."""
        return self.states.get(primitive) is True

    def is_false(self, primitive: str) -> bool:
        """Whether it is no."""
        return self.states.get(primitive) is False

    def required(self, aspect: str) -> frozenset[str]:
        """What a caption of this aspect has to assert: what the answers that it mentions make true."""
        return frozenset(
            name
            for field in self.spec.fields
            if aspect in field.mentioned_in
            for name in self.needed.get(field.id, ())
            if name not in SAME and _belongs(self.spec, name, aspect) and LEFT_OUT.get(aspect, "-") not in name
        )

    # ---------------------------------------------------------------------------------------------- names of things

    @property
    def main(self) -> Named | None:
        """Whom the shot is made for."""
        scenery = self.answers.get("shot_type") == "scenery"
        return self.facts.subjects[0] if self.facts.subjects and not scenery else None

    def full(self, named: Named) -> str:
        """'a woman in a red jacket and dark blue trousers', 'a yellow car'."""
        if named.is_person:
            worn = listed([a(each) for each in named.look])
            return a(named.noun) + (f" in {worn}" if worn else "")
        return a(" ".join([*in_order(named.look)[:2], named.noun]))

    def the(self, named: Named) -> str:
        """'the woman', or what tells her apart from another one."""
        alike = [other for other in self.facts.subjects if other.noun == named.noun]
        if len(alike) > 1 and named.look:
            if named.is_person:
                return f"the {named.noun} in {_article(named.look[0])}"
            return f"the {in_order(named.look)[0]} {named.noun}"
        return f"the {named.noun}"

    def she(self, named: Named) -> str:
        """The pronoun."""
        return {"woman": "she", "girl": "she", "man": "he", "boy": "he"}.get(named.noun, "it") if (
            named.noun in ("woman", "girl", "man", "boy") or not named.is_person
        ) else "they"  # fmt: skip


def _article(look: str) -> str:
    return look if a(look) == look else f"the {look}"


def _belongs(spec: Spec, primitive: str, aspect: str) -> bool:
    return aspect in spec.primitives[primitive].aspects


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a text."""

    untrue: tuple[str, ...]
    """Primitives that it asserts and that are not yes, and such as it denies and that are not no."""
    unsaid: tuple[str, ...]
    """Primitives that it has to assert and does not."""
    advice: tuple[str, ...]
    """What the linter finds, by kind."""

    @property
    def exact(self) -> bool:
        """Whether nothing is."""
        return not (self.untrue or self.unsaid or self.advice)


def judge(telling: Telling, aspect: str, text: str, required: frozenset[str] | None = None) -> Verdict:
    """Hold a text against the truth. ``required``: other than what the aspect asks for."""
    claims = claims_of(text, telling.spec.lexicon)
    asserted = {claim.primitive for claim in claims if claim.state == "asserted"}
    untrue = [name for name in sorted(asserted) if not _holds(telling, name)]
    untrue += [f"not {c.primitive}" for c in claims if c.state == "denied" and not telling.is_false(c.primitive)]
    wanted = telling.required(aspect) if required is None else required
    advice = tuple(finding.kind for finding in lint(text, aspect, telling.spec.lexicon))
    return Verdict(tuple(untrue), tuple(sorted(wanted - asserted)), advice)


def _holds(telling: Telling, primitive: str) -> bool:
    state = telling.states.get(primitive)
    return state is True or (state is None and telling.is_true(SAME.get(primitive, "")))


def fields_behind(spec: Spec, primitive: str) -> tuple[str, ...]:
    """The fields that settle a primitive, other than whether its question arises."""
    return _behind(spec.hash, spec)[primitive]


@cache
def _behind(hash_: str, spec: Spec) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(fields_of(primitive.yes_when, spec.parsed.conditions))
        for name, primitive in spec.primitives.items()
    }
