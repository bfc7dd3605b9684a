"""The language over HTTP: who may, two leads at once, bad input, the live check, and a version that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Site
from videolect.language.spec import Spec

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
LANGUAGE = "/api/language"
SOFTER = {"pan": {"is": "left"}}
WRONG = {"pan": {"is": "right"}}
CHANGING = [
    ("POST", "/try", {"kind": "primitive", "id": "pans_left", "entry": None}),
    ("POST", "/edit", {"kind": "primitive", "id": "pans_left", "entry": None}),
    ("POST", "/discard", {"kind": "primitive", "id": "pans_left"}),
    ("POST", "/move", {}),
    ("POST", "/drop", {}),
    ("POST", "/publish", {}),
    ("GET", "/diff", None),
]


@pytest.fixture
def site(make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site of the mini specification with one clip."""
    monkeypatch.setitem(make_site.__globals__, "load_spec", lambda: Spec.load(MINI))
    return make_site()


def entry(site: Site, id: str = "pans_left", kind: str = "primitive", who: str = "lea") -> Any:
    return site.call(who, "GET", f"{LANGUAGE}/entries/{kind}/{id}")


def edited(site: Site, id: str = "pans_left", kind: str = "primitive", **changed: Any) -> dict[str, Any]:
    """An entry as the draft has it, with some keys otherwise."""
    return {"kind": kind, "id": id, "entry": {**entry(site, id, kind)["entry"], **changed}}


def edit(site: Site, seen: int | None = None, *, who: str = "lea", expect: int = 200, **changed: Any) -> Any:
    return site.call(who, "POST", f"{LANGUAGE}/edit", {**edited(site, **changed), "seen": seen}, expect=expect)


def label(site: Site) -> None:
    """The clip pans both ways."""
    site.act("ann", "labels", "label", site.take("ann", "labels"), answers={"moves": True, "pan": "both"})


def test_everybody_reads_the_language_and_only_leads_its_draft(site: Site) -> None:
    edit(site, title="Pans to the left")
    for who, title, seen_draft in (
        ("lea", "Pans to the left", True),
        ("ann", "Pans left", False),
        ("rev", "Pans left", False),
    ):
        whole = site.call(who, "GET", LANGUAGE)
        assert whole["may_edit"] is seen_draft
        assert (whole["draft"] is not None) is seen_draft
        assert [row["id"] for row in whole["edits"]] == (["pans_left"] if seen_draft else [])
        row = next(row for row in whole["entries"] if row["id"] == "pans_left")
        assert (row["title"], row["change"]) == (title, "changed" if seen_draft else None)
        assert entry(site, who=who)["entry"]["title"] == title
    for method, path, body in CHANGING:
        for who in ("ann", "rev"):
            assert site.call(who, method, LANGUAGE + path, body, expect=403)["error"] == "NotAllowed"
        assert site.client().request(method, LANGUAGE + path, json=body).status_code in (401, 403)


def test_an_entry_is_shown_with_its_rules_in_words_its_examples_and_what_rests_on_it(site: Site) -> None:
    view = entry(site)
    assert view["words"]["yes_when"] == "Pan is 'Left' or 'Both'"
    assert all(each["expected"] == each["state"] for each in view["outcomes"])
    assert view["look_alikes"] == [{"id": "pans_right", "title": "Pans right", "how": "The other way round."}]
    assert [each["id"] for each in view["rests_on_it"]] == ["pans"]
    assert {each["id"] for each in entry(site, "still", "condition")["rests_on_it"]} == {"pans_left", "pans_right"}
    assert entry(site, "published/pans_right", "profile")["entry"]["why"].startswith("They call")
    whole = site.call("ann", "GET", LANGUAGE)
    assert {row["kind"] for row in whole["entries"]} == {
        "primitive", "field", "condition", "consistency", "aspect", "profile"
    }  # fmt: skip
    assert next(field for field in whole["fields"] if field["id"] == "pan")["options"][1] == {
        "value": "left",
        "title": "Left",
    }


def test_the_live_check_tells_problems_examples_and_the_effect_on_labels_and_keeps_nothing(site: Site) -> None:
    label(site)
    tried = site.call("lea", "POST", f"{LANGUAGE}/try", edited(site, yes_when=SOFTER))
    assert tried["problems"] == []
    assert tried["words"]["yes_when"] == "Pan is 'Left'"
    assert tried["states"] == {"pans_left": {"yes -> undetermined": 1}}
    assert (tried["bump"], tried["labels"], tried["records"]) == ("major", 1, 1)
    tried = site.call("lea", "POST", f"{LANGUAGE}/try", edited(site, yes_when=WRONG))
    assert all(each["here"] for each in tried["problems"])
    assert any("both rules of pans_left" in each["rule"].lower() for each in tried["problems"])
    assert any(each["expected"] != each["state"] for each in tried["outcomes"])
    assert site.call("lea", "GET", LANGUAGE)["draft"] is None


def test_what_is_wrong_elsewhere_is_told_apart(site: Site) -> None:
    edit(site, yes_when=WRONG)
    tried = site.call("lea", "POST", f"{LANGUAGE}/try", edited(site, id="warm_light", title="Warm"))
    assert tried["problems"]
    assert not any(each["here"] for each in tried["problems"])
    assert {each["id"] for each in tried["problems"]} >= {"pans_left"}


def test_of_two_leads_the_later_is_told_and_goes_on_from_what_is_there(site: Site) -> None:
    edit(site, 0, title="One")
    refused = edit(site, 0, who="lex", title="Two", expect=409)
    assert refused["error"] == "StaleVersion"
    assert "lea edited pans_left" in refused["message"]
    assert "kept" in refused["mend"]
    seen = site.call("lex", "GET", LANGUAGE)["seen"]
    assert edit(site, seen, who="lex", title="Two")["seen"] == seen + 1
    for path, body in (
        ("/discard", {"kind": "primitive", "id": "pans_left"}),
        ("/drop", {}),
        ("/move", {}),
        ("/publish", {}),
    ):
        assert site.call("lea", "POST", LANGUAGE + path, {**body, "seen": 1}, expect=409)["error"] == "StaleVersion"
    assert entry(site)["entry"]["title"] == "Two"


def test_the_same_key_again_adds_nothing(site: Site) -> None:
    body = {**edited(site, title="One"), "seen": 0, "key": "k-1"}
    first = site.call("lea", "POST", f"{LANGUAGE}/edit", body)
    assert site.call("lea", "POST", f"{LANGUAGE}/edit", body)["seen"] == first["seen"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"kind": "story", "id": "x", "entry": {"id": "x"}}, "kind"),
        ({"kind": "primitive", "id": "../../etc", "entry": {"id": "../../etc"}}, "is not an id"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "y"}}, "has the id 'y'"),
        ({"kind": "primitive", "id": "x", "entry": [1, 2]}, "no mapping"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "x", "a": 1.5}}, "no place"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "x", "a": "\u0007"}}, "character"),
        ({"kind": "primitive", "id": "x" * 500, "entry": {"id": "x"}}, "id"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "x"}, "seen": -1}, "seen"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "x"}, "more": 1}, "more"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "x", "a": ["y"] * 20_000}}, "too large"),
        ({"kind": "primitive", "id": "x", "entry": {"id": "x"}, "note": "n" * 5000}, "note"),
    ],
)
def test_what_is_no_edit_is_refused(site: Site, body: dict[str, Any], told: str) -> None:
    answer = site.client("lea").post(f"{LANGUAGE}/edit", json=body)
    assert answer.status_code == 422, answer.text
    assert told in answer.text
    assert site.call("lea", "GET", LANGUAGE)["seen"] == 0


def test_nothing_of_that_name_and_nothing_to_do(site: Site) -> None:
    assert site.call("ann", "GET", f"{LANGUAGE}/entries/primitive/nobody", expect=404)["error"] == "NotFound"
    assert site.client("ann").get(f"{LANGUAGE}/entries/story/pans").status_code == 422
    assert site.call("lea", "GET", f"{LANGUAGE}/diff", expect=404)["error"] == "NotFound"
    for path in ("/publish", "/drop", "/move"):
        assert site.call("lea", "POST", LANGUAGE + path, {}, expect=409)["error"] == "NotYourTurn"
    body = {"kind": "primitive", "id": "nobody", "entry": None}
    assert site.call("lea", "POST", f"{LANGUAGE}/edit", body, expect=404)["error"] == "NotFound"


def test_a_draft_is_compared_and_published_and_new_campaigns_take_it(site: Site) -> None:
    label(site)
    edit(site, decision="Yes when it turns left and nothing else.", yes_when=SOFTER)
    found = site.call("lea", "GET", f"{LANGUAGE}/diff")
    assert (found["bump"], found["base_version"], found["next_version"]) == ("major", "1.0.0", "2.0.0")
    assert {each["what"] for each in found["changes"]} == {"yes_when", "decision", "rests_on"}
    assert found["touches"]["states"] == {"pans_left": {"yes -> undetermined": 1}}
    assert found["touches"]["records"] == 1
    low = site.call("lea", "POST", f"{LANGUAGE}/publish", {"version": "1.0.1"}, expect=422)
    assert "2.0.0" in low["mend"]
    made = site.call("lea", "POST", f"{LANGUAGE}/publish", {"note": "Left alone", "seen": 2})
    assert (made["version"], made["bump"]) == ("2.0.0", "major")
    whole = site.call("ann", "GET", LANGUAGE)
    assert (whole["version"], whole["draft"]) == ("2.0.0", None)
    assert [(row["version"], row["note"]) for row in whole["versions"]] == [("2.0.0", "Left alone"), ("1.0.0", "")]
    # The campaign that runs keeps its version; a new one takes the new.
    from tests.support.acts import LEAD

    site.desk.catalogue.open_campaign(LEAD, "autumn")
    versions = {each["name"]: each["spec_version"] for each in site.call("ann", "GET", "/api/campaigns")["campaigns"]}
    assert versions == {"spring": "1.0.0", "autumn": "2.0.0"}
    assert site.call("ann", "GET", "/api/spec?campaign=spring")["version"] == "1.0.0"
    assert site.call("ann", "GET", "/api/spec?campaign=autumn")["version"] == "2.0.0"
    assert site.call("ann", "GET", "/api/spec")["version"] == "2.0.0"
    assert site.call("ann", "GET", "/api/spec?campaign=none", expect=404)["error"] == "NotFound"
    assert site.view("ann", "labels")["labels"]["primitives"]["pans_left"] is True
    # The guide opens in either version; the older one is for reading, also for a lead.
    old = site.call("ann", "GET", "/api/spec?campaign=spring")["hash"]
    assert entry(site)["words"]["yes_when"] == "Pan is 'Left'"
    path = f"{LANGUAGE}/entries/primitive/pans_left?hash={old}"
    assert site.call("lea", "GET", path)["words"]["yes_when"] == "Pan is 'Left' or 'Both'"
    shown = site.call("lea", "GET", f"{LANGUAGE}?hash={old}")
    assert (shown["version"], shown["may_edit"]) == ("1.0.0", False)
    assert site.call("lea", "GET", f"{LANGUAGE}?hash=0000", expect=404)["error"] == "NotFound"


def test_a_draft_with_problems_is_not_published_and_says_all_of_them(site: Site) -> None:
    edit(site, yes_when=WRONG)
    refused = site.call("lea", "POST", f"{LANGUAGE}/publish", {}, expect=422)
    assert refused["error"] == "BadInput"
    assert len(refused["details"]) >= 2
    assert set(refused["details"][0]) == {"file", "line", "rule", "mend"}
    found = site.call("lea", "GET", f"{LANGUAGE}/diff")
    assert found["touches"] is None
    assert {each["id"] for each in found["problems"]} >= {"pans_left"}


def test_edits_are_taken_back_entries_added_and_removed(site: Site) -> None:
    new = {**entry(site, "pans")["entry"], "id": "pans_at_all"}
    site.call(
        "lea", "POST", f"{LANGUAGE}/edit", {"kind": "primitive", "id": "pans_at_all", "entry": new, "note": "New"}
    )
    whole = site.call("lea", "POST", f"{LANGUAGE}/edit", {"kind": "primitive", "id": "warm_light", "entry": None})
    changes = {row["id"]: row["change"] for row in whole["entries"] if row["change"]}
    assert changes == {"pans_at_all": "added", "warm_light": "removed"}
    assert entry(site, "warm_light")["entry"] is None
    whole = site.call("lea", "POST", f"{LANGUAGE}/discard", {"kind": "primitive", "id": "warm_light"})
    assert [row["id"] for row in whole["edits"]] == ["pans_at_all"]
    assert site.call("lea", "POST", f"{LANGUAGE}/drop", {})["draft"] is None


def test_an_edit_of_the_language_that_ships_is_tried_again_and_again(make_site: Callable[..., Site]) -> None:
    site = make_site()
    body = edited(site, "zoom_in", decision="Yes when it zooms in. No when it does not.")
    site.call("lea", "POST", f"{LANGUAGE}/try", body)
    tried = site.call("lea", "POST", f"{LANGUAGE}/try", body)
    assert tried["problems"] == []
