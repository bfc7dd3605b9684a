"""The specification as data: aspects, the fields of the label record, primitives and three-valued rules.

``load_spec()`` gives the one that ships. A specification is a folder of YAML files; ``docs/language.md`` describes it.
"""

from videolect.language.check import check_spec
from videolect.language.claims import Claim, claims_of
from videolect.language.source import Problem
from videolect.language.spec import Spec, load_spec
from videolect.language.values import Aspect, Field, Option, Primitive, Topic, Violation

__all__ = [
    "Aspect",
    "Claim",
    "Field",
    "Option",
    "Primitive",
    "Problem",
    "Spec",
    "Topic",
    "Violation",
    "check_spec",
    "claims_of",
    "load_spec",
]
