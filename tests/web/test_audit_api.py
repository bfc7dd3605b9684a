"""Audits over HTTP: who sees and does what, and that answers, typed words and figures come out as they went in."""

from __future__ import annotations

import json
from typing import Any

from tests.support.audits import CAPTION
from tests.web.conftest import HASH, Site

RATINGS = {"overall": 3, "subject": 4, "scene": 4, "motion": 4, "spatial": 2, "camera": 1}
PANS = CAPTION.index("pans left")
SPAN = {"start": PANS, "end": PANS + 9, "words": "pans left", "failure": "wrong_detail"}


def table(*ids: str, **more: Any) -> str:
    rows = [{"dataset": "Their Set", "item": id, "video_id": f"v{id}", "caption": CAPTION, **more} for id in ids]
    return "\n".join(map(json.dumps, rows))


def take(site: Site, text: str, who: str = "lea", *, expect: int = 200, **more: Any) -> Any:
    body = {"file_name": "t.jsonl", "text": text, **more}
    return site.call(who, "POST", "/api/audits/spring/import", body, expect=expect)


def say(site: Site, who: str, number: int, *, expect: int = 200, **more: Any) -> Any:
    body = {"ratings": RATINGS, **more}
    return site.call(who, "POST", f"/api/audits/spring/items/{number}/answer", body, expect=expect)


def test_a_lead_imports_captions_and_everybody_audits_them(site: Site):
    taken = take(site, table("s1", "s2", video_hash=HASH) + "\n{", note="Look twice.")
    assert (taken["new"], [each["row"] for each in taken["bad"]]) == (2, ["line 3"])
    (row,) = site.call("ann", "GET", "/api/audits")["audits"]
    assert (row["name"], row["items"], row["left"], row["note"]) == ("spring", 2, 2, "Look twice.")
    number = site.call("ann", "GET", "/api/audits/spring/next")["number"]
    item = site.call("ann", "GET", f"/api/audits/spring/items/{number}")
    assert (item["caption"], item["film"], item["seen"], item["answer"]) == (
        CAPTION, {"hash": HASH, "frames": 100}, 0, None
    )  # fmt: skip
    done = say(site, "ann", number, spans=[SPAN], critique="No lens. 👀", seen=0, active_seconds=3.5)
    assert done["answer"] == {"ratings": RATINGS, "spans": [SPAN], "critique": "No lens. 👀"}
    assert (done["mine"], done["left"]) == (1, 1)
    mine = site.call("ann", "GET", "/api/audits/spring")["done"]
    assert mine == [{"number": number, "overall": 3, "begins": CAPTION}]
    say(site, "ann", 3 - number)
    assert site.call("ann", "GET", "/api/audits/spring/next") == {"number": None}


def test_what_an_import_leaves_out_is_counted(site: Site):
    taken = take(site, "\n".join([table("s1", video="a.mp4", overall=4), table("s2", overall=2), table("s3")]))
    assert (taken["new"], taken["ratings_left_out"], taken["films_left_out"]) == (3, 2, 1)


def test_auditors_see_neither_whose_caption_it_is_nor_what_others_said(site: Site):
    take(site, table("s1"), people=2)
    say(site, "bob", 1, spans=[SPAN], critique="Bob's.")
    item = site.call("ann", "GET", "/api/audits/spring/items/1")
    assert (item["answer"], item["name"]) == (None, None)
    assert "Their Set" not in json.dumps(item)
    assert site.call("lea", "GET", "/api/audits/spring/items/1")["name"] == "Their Set: s1"
    for path in ("statistics", "answers"):
        site.call("ann", "GET", f"/api/audits/spring/{path}", expect=403)
        site.call("rev", "GET", f"/api/audits/spring/{path}", expect=403)


def test_what_is_wrong_is_refused_in_words(site: Site):
    take(site, table("s1"))
    assert take(site, table("s9"), "ann", expect=403)["error"] == "NotAllowed"
    assert "lacks the column" in take(site, '{"item": "x"}', expect=422)["message"]
    assert "no table" in take(site, "x", file_name="t.xlsx", expect=422)["message"]
    assert say(site, "ann", 9, expect=404)["error"] == "NotFound"
    site.call("ann", "GET", "/api/audits/nosuch", expect=404)
    for bad in (
        {"ratings": RATINGS | {"camera": 6}}, {"ratings": RATINGS | {"camera": 3.0}}, {"ratings": {"overall": 3}},
        {"spans": [SPAN | {"words": "zooms"}]}, {"spans": [SPAN | {"failure": "dull"}]}, {"spans": [SPAN, SPAN]},
        {"critique": "a\u0000b"}, {"unknown": 1},
    ):  # fmt: skip
        assert say(site, "ann", 1, expect=422, **bad)["error"] == "BadInput"
    assert site.call("ann", "GET", "/api/audits/spring")["done"] == []
    again = site.client("ann").post(
        "/api/audits/spring/items/1/answer", json={"ratings": RATINGS}, headers={"X-CSRF-Token": ""}
    )
    assert again.status_code == 403


def test_two_windows_of_one_person_are_told_of_each_other(site: Site):
    take(site, table("s1"))
    seen = say(site, "ann", 1, seen=0, key="k1")["seen"]
    assert say(site, "ann", 1, seen=0, key="k1")["seen"] == seen  # the same request, whose answer got lost
    assert say(site, "ann", 1, critique="other", seen=0, expect=409)["error"] == "StaleVersion"
    assert say(site, "ann", 1, critique="other", seen=0, key="k1", expect=409)["error"] == "KeyReused"
    assert say(site, "ann", 1, critique="other", seen=seen)["answer"]["critique"] == "other"


def test_typed_words_are_kept_for_each_person_and_item(site: Site):
    take(site, table("s1", "s2"))
    path = "/api/audits/spring/items/1/scratch"
    assert site.call("ann", "PUT", path, {"revision": 0, "body": {"critique": "so f"}}) == {"revision": 1}
    stale = site.call("ann", "PUT", path, {"revision": 0, "body": {}}, expect=409)
    assert stale["details"] == {"revision": 1, "body": {"critique": "so f"}}
    assert site.call("ann", "GET", "/api/audits/spring/items/1")["scratch"]["body"] == {"critique": "so f"}
    assert site.call("ann", "GET", "/api/audits/spring/items/2")["scratch"] is None
    assert site.call("bob", "GET", "/api/audits/spring/items/1")["scratch"] is None
    site.call("ann", "PUT", "/api/audits/spring/items/9/scratch", {"revision": 0, "body": {}}, expect=404)


def test_figures_and_answers_come_out_for_leads(site: Site):
    take(site, table("s1", "s2"), people=2)
    say(site, "ann", 1, spans=[SPAN])
    say(site, "bob", 1, ratings=RATINGS | {"overall": 5})
    figures = site.call("lea", "GET", "/api/audits/spring/statistics?resamples=50")["figures"]
    assert figures["per_dataset"]["Their Set"]["overall"] == {
        "value": 4, "low": None, "high": None, "n": 1, "sources": 1,
    }  # fmt: skip
    assert (figures["pooled"]["items"], figures["agreement"]["items"]) == (2, 1)
    assert figures["claims"]["pooled"]["camera"]["any"]["value"] == 1
    say(site, "ann", 2)
    assert site.call("lea", "GET", "/api/audits/spring/statistics?resamples=50")["figures"]["pooled"]["answers"] == 3
    text = site.client("lea").get("/api/audits/spring/answers").text
    rows = [json.loads(line) for line in text.splitlines()]
    assert [(row["item"], row["auditor"], row["overall"]) for row in rows] == [
        ("s1", "ann", 3), ("s1", "bob", 5), ("s2", "ann", 3)
    ]  # fmt: skip
    assert rows[0]["spans"] == [SPAN]


def test_a_closed_audit_is_only_looked_at(site: Site):
    take(site, table("s1"))
    site.call("ann", "POST", "/api/audits/spring/close", {}, expect=403)
    assert site.call("lea", "POST", "/api/audits/spring/close", {"reason": "done"})["closed"] is True
    assert site.call("ann", "GET", "/api/audits/spring/next") == {"number": None}
    assert say(site, "ann", 1, expect=409)["error"] == "NotYourTurn"
    assert site.call("lea", "POST", "/api/audits/spring/reopen", {})["closed"] is False
    say(site, "ann", 1)


def test_a_film_that_the_desk_does_not_have_is_no_film(site: Site):
    taken = take(site, table("s1") + "\n" + table("s2", video_hash="ef" * 32))
    assert (taken["new"], "No video has the hash" in taken["bad"][0]["why"]) == (1, True)
    assert site.call("ann", "GET", "/api/audits/spring/items/1")["film"] is None
