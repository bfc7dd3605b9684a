"""Searches over HTTP, on both databases: what is found, what is refused, and who may see what."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.web.conftest import HASH, Site


def search(site: Site, who: str = "ann", *, expect: int = 200, **asked: object):
    return site.call(who, "GET", f"/api/search?{urlencode(asked)}", expect=expect)


def settle(site: Site) -> str:
    """The caption of the aspect that is settled."""
    site.labelled()
    token = site.take("ann", "camera")
    site.act("ann", "camera", "rate", token, rating=5)
    site.act("ann", "camera", "submit", token)
    site.act("rev", "camera", "approve", site.take("rev", "camera"), ticks={})
    return str(site.view("ann", "camera")["final"]["text"])


def test_a_settled_caption_is_found_by_its_words_and_its_clip_by_its_primitives(site: Site):
    text = settle(site)
    first = text.split()[0]
    answer = search(site, text=first)
    (hit,) = answer["hits"]
    assert (answer["total"], answer["behind"]) == (1, 0)
    assert (hit["video_id"], hit["campaign"], hit["aspect"], hit["caption"]) == ("c1", "spring", "camera", text)
    assert (hit["video_hash"], hit["start_frame"], hit["end_frame"]) == (HASH, 0, 100)
    assert next(text[start:end] for start, end in hit["marks"]) == first
    both = search(site, q="rotation:pan_right and not pan_left", text=first, aspect="camera", campaign="spring")
    assert both["read_as"] == "pan_right and not pan_left"
    assert both["hits"][0]["states"] == {"pan_right": True, "pan_left": False}
    assert search(site, q="pan_left")["total"] == 0
    assert search(site, q="pan_right", aspect="scene")["total"] == 0


def test_before_anything_is_settled_a_clip_is_found_without_a_caption(site: Site):
    site.labelled()
    (hit,) = search(site, q="pan_right")["hits"]
    assert (hit["aspect"], hit["caption"], hit["snippet"], hit["score"]) == (None, None, None, None)


def test_only_a_lead_sees_texts_that_are_not_final(site: Site):
    site.labelled()
    word = site.view("ann", "camera")["draft"]["text"].split()[0]
    assert search(site, text=word)["total"] == 0
    assert search(site, "rev", text=word, unsettled=True, expect=403)["error"] == "NotAllowed"
    found = search(site, "lea", text=word, unsettled=True, aspect="camera")
    assert [hit["settled"] for hit in found["hits"]] == [False]


def test_a_hit_names_nobody(site: Site):
    settle(site)
    told = site.client("ann").get("/api/search?q=pan_right").text
    assert "rev" not in told.replace("preview", "")
    assert '"ann"' not in told


def test_a_query_that_cannot_be_read_is_told_with_its_place(site: Site):
    refused = search(site, q="pan_left and dolly_zom", expect=422)
    assert refused["error"] == "BadInput"
    assert refused["details"]["start"] == 13
    assert refused["details"]["end"] == 22
    assert refused["details"]["near"][0] == "dolly_zoom"
    for asked in ({}, {"text": "'"}, {"q": "x" * 3000}, {"text": "a", "limit": 0}, {"text": "a", "limit": 501}):
        search(site, expect=422, **asked)
    search(site, text="a", campaign="winter", expect=404)
    search(site, text="a", aspect="sound", expect=404)
    assert site.client().get("/api/search?text=a").status_code == 401
