"""Rules in plain English, with the titles that people see on the form."""

from __future__ import annotations

from collections.abc import Mapping

from videolect.language.parse import Parsed
from videolect.language.rules import Ask, Compare, Named, Not, Rule, Several
from videolect.language.spec import Spec
from videolect.language.values import Field, Segment

_FLAGS: Mapping[object, str] = {True: "yes", False: "no"}


def rule_in_words(spec: Spec | Parsed, rule: Rule) -> str:
    """One sentence without its full stop: "Steadiness is 'Static' and not Pan is 'No'"."""
    return _Wording(spec.parsed if isinstance(spec, Spec) else spec).rule(rule)


def record_in_words(spec: Spec | Parsed, answers: Mapping[str, object]) -> str:
    """A label record as people see it: "Steadiness: Static; Pan: No"."""
    known = spec.parsed if isinstance(spec, Spec) else spec
    said = []
    for id_, answer in answers.items():
        asked = known.fields.get(id_)
        said.append(f"{asked.title if asked else id_}: {_answer(asked, answer)}")
    return "; ".join(said) or "nothing answered"


def _answer(asked: Field | None, answer: object) -> str:
    if isinstance(answer, Segment):
        times = "" if answer.start_frame is None else f" ({answer.start_frame}-{answer.end_frame})"
        return " and ".join(_answer(asked, movement) for movement in answer.movements) + times
    if isinstance(answer, list | tuple):
        return ", ".join(_answer(asked, each) for each in answer) or "none"
    if isinstance(answer, Mapping):
        return " and ".join(_answer(asked, movement) for movement in answer.get("movements", ()))
    if isinstance(answer, bool):
        return _FLAGS[answer]
    option = asked.option(answer) if asked else None
    return option.title if option else str(answer)


class _Wording:
    def __init__(self, spec: Parsed) -> None:
        self.spec = spec

    def rule(self, rule: Rule, inside: str = "") -> str:
        match rule:
            case Several():
                if len(rule.rules) == 1:
                    return self.rule(rule.rules[0], inside)
                word = "and" if rule.word == "all" else "or"
                said = f" {word} ".join(self.rule(member, rule.word) for member in rule.rules)
                return f"({said})" if inside and inside != rule.word else said
            case Not(rule=Not(rule=inner)):
                return self.rule(inner, inside)
            case Not(rule=Ask() as asked):
                return self._ask(asked, " not")
            case Not():
                return f"not {self.rule(rule.rule, 'not')}"
            case Named(kind="condition"):
                return f'"{rule.id.replace("_", " ")}"'
            case Named():
                primitive = self.spec.primitives.get(rule.id)
                return f"[{primitive.title if primitive else rule.id}]"
            case Compare():
                how = {"same_as": "is the same as", "before": "comes before", "after": "comes after"}[rule.test]
                return f"{self._title(rule.field)} {how} {self._title(rule.other)}"
            case Ask():
                return self._ask(rule, "")

    def _title(self, field: str) -> str:
        return self.spec.fields[field].title if field in self.spec.fields else field

    def _ask(self, rule: Ask, negated: str) -> str:
        title = self._title(rule.field)
        if rule.test == "answered":
            return f"{title} is {'answered' if bool(rule.values[0]) != bool(negated) else 'left open'}"
        if rule.test == "empty":
            return f"{title} is {'empty' if bool(rule.values[0]) != bool(negated) else 'not empty'}"
        values = [self._value(rule.field, value) for value in rule.values]
        if rule.test in ("has", "has_any"):
            return f"{title} {'does not have' if negated else 'has'} {_listed(values, 'or')}"
        if rule.exact:
            return f"{title} is{negated} exactly {_listed(values, 'and')}"
        return f"{title} is{negated} {_listed(values, 'or')}"

    def _value(self, field: str, value: object) -> str:
        asked = self.spec.fields.get(field)
        option = asked.option(value) if asked else None
        return (
            f"'{option.title}'" if option else _FLAGS.get(value, str(value)) if isinstance(value, bool) else str(value)
        )


def _listed(values: list[str], word: str) -> str:
    if not values:
        return "nothing"
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} {word} {values[-1]}"
