"""The label form asks what applies and nothing else: scenery, a static shot, a shot with a transition, all aspects."""

from __future__ import annotations

import pytest

from tests.support.village import render_clip
from tests.web.test_in_browser import CLIP, Person, pictures, site_of  # noqa: F401 - pictures is a fixture
from videolect.language import load_spec

CASES = {
    "scenery": ["shot_transition-false", "shot_type-scenery", "steadiness-smooth", "camera_movement-major_simple"],
    "static": ["shot_transition-false", "shot_type-human", "steadiness-static", "camera_movement-no"],
    "transition": ["shot_transition-true"],
}


def shown(person: Person) -> list[str]:
    """The questions that stand on the page, in order."""
    return [str(box.get_attribute("data-field")) for box in person.page.locator("[data-field]").all()]


@pytest.mark.slow
def test_the_form_shows_the_questions_that_the_answers_leave(browser, tmp_path, pictures):  # noqa: F811
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="static", seconds=1.0, size=(320, 180), seed=3)
    spec = load_spec()
    five = {aspect.id for aspect in spec.aspects if aspect.by_default}
    found = {}
    with site_of(film, tmp_path) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        ann.go("labels")
        for name, answers in CASES.items():
            for answer in answers:
                ann.click(f"option-{answer}")
            ann.page.evaluate("window.scrollTo(0, 0)")
            ann.picture(f"form-{name}")
            found[name] = shown(ann)
        assert ann.errors == []
    # What the page shows is what the specification says of these answers and the defaults that stand beside them.
    for name, answers in CASES.items():
        given: dict[str, object] = {field.id: field.default for field in spec.fields if field.default is not None}
        given |= {
            field: {"true": True, "false": False}.get(value, value)
            for field, value in (a.split("-", 1) for a in answers)
        }
        asked = spec.applicable(given)
        wanted = [field.id for field in spec.fields if field.id in asked and five & {*field.mentioned_in}]
        assert found[name] == wanted, name
    assert "camera_tilt" in found["scenery"]
    assert "subject_height_start" not in found["scenery"], "scenery has no subject to be above or below of"
    assert "camera_tilt" not in found["static"]
    assert "subject_height_start" in found["static"]
    assert len(found["transition"]) < 10 < len(found["static"])
