"""The desk's HTTP interface, driven as pages and scripts drive it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import ANSWERS, PASSWORD, Site
from videolect.oversight.roles import Worker
from videolect.record.campaign import LABELS, Policy, TaskKey
from videolect.record.people import Person

POINT = {"id": "p1", "kind": "remark", "instruction": "look again"}


def submitted(site: Site, aspect: str = "camera") -> str:
    """Bring one caption to review, with one replacement at its first word; the draft."""
    site.labelled()
    token = site.take("ann", aspect)
    text: str = site.view("ann", aspect)["draft"]["text"]
    end = text.index(" ")
    site.act("ann", aspect, "rate", token, rating=3)
    point = {**POINT, "kind": "replace", "start": 0, "end": end, "words": text[:end], "start_frame": 3, "end_frame": 9}
    site.act("ann", aspect, "critique", token, raw="The first word.", points=[{**point, "instruction": "Our"}])
    site.act("ann", aspect, "revise", token)
    site.act("ann", aspect, "submit", token)
    return text


def test_a_caption_goes_through_the_loop_and_comes_out_as_a_triple(site: Site) -> None:
    text = submitted(site)
    token = site.take("rev", "camera")
    seen = site.view("rev", "camera")
    assert seen["rounds"][-1]["author"] is None, "the reviewer does not see who wrote it"
    assert seen["rounds"][-1]["revision"]["applied"] == ["p1"]
    done = site.act("rev", "camera", "approve", token, ticks={"p1": "agreed"}, active_seconds=12.5)
    assert done["task"]["status"] == "settled"
    answer = site.client("rev").get("/api/triples?campaign=spring")
    (row,) = [json.loads(line) for line in answer.text.splitlines()]
    assert row["pre_caption"] == text
    assert row["post_caption"] == "Our" + text[text.index(" ") :]
    assert row["points"][0]["start_frame"] == 3
    assert row["points"][0]["end_frame"] == 9
    assert row["points"][0]["verdict"] == "agreed"
    assert row["points"][0]["addressed"] is True
    assert (row["annotator"], row["reviewer"], row["verdict"]) == ("ann", "rev", "approved")
    assert row["active_seconds"] == 12.5


def test_a_rejection_goes_on_to_a_correction_under_the_same_lease(site: Site) -> None:
    submitted(site)
    token = site.take("rev", "camera")
    site.act("rev", "camera", "reject", token, reason="Wrong word.", ticks={"p1": "disagreed"})
    assert "changes nothing" in site.act("rev", "camera", "correct", token, expect=409)["message"]
    site.act("rev", "camera", "edit", token, text="The camera pans to the right.")
    done = site.act("rev", "camera", "correct", token)
    assert done["task"]["final"] == {
        "text": "The camera pans to the right.", "hash": done["task"]["final"]["hash"], "verdict": "corrected"
    }  # fmt: skip
    (row,) = [json.loads(line) for line in site.client("rev").get("/api/triples").text.splitlines()]
    assert (row["verdict"], row["same_draft"], row["edited_by_hand"]) == ("corrected", True, True)
    assert row["rejected_post_caption"].startswith("Our")


def test_nobody_decides_on_his_own_caption_over_http(site: Site) -> None:
    site.labelled()
    token = site.take("rev", "camera")
    site.act("rev", "camera", "rate", token, rating=5)
    site.act("rev", "camera", "submit", token)
    refused = site.call("rev", "POST", "/api/tasks/spring/c1/camera/claim", expect=409)
    assert refused["error"] == "NotYourTurn"
    assert "rev wrote" in refused["message"]
    assert site.call("rev", "POST", "/api/claim", {"stage": "review"})["lease"] is None


def test_an_annotator_may_not_review(site: Site) -> None:
    submitted(site)
    assert site.call("bob", "POST", "/api/tasks/spring/c1/camera/claim", expect=403)["error"] == "NotAllowed"
    assert site.call("bob", "GET", "/api/triples", expect=403)["error"] == "NotAllowed"


def test_the_same_key_again_adds_nothing_and_another_act_under_it_is_refused(site: Site) -> None:
    site.labelled()
    token = site.take("ann", "camera")
    first = site.act("ann", "camera", "rate", token, rating=3, key="k-1")
    again = site.act("ann", "camera", "rate", token, rating=3, key="k-1")
    assert (first["outcome"], again["outcome"]) == ("done", "repeated")
    assert again["task"]["version"] == first["task"]["version"]
    reused = site.act("ann", "camera", "critique", token, raw="no", key="k-1", expect=409)
    assert reused["error"] == "KeyReused"


def test_a_stale_version_is_refused_and_named(site: Site) -> None:
    site.labelled()
    token = site.take("ann", "camera")
    version = site.view("ann", "camera")["version"]
    site.act("ann", "camera", "rate", token, rating=3, version=version)
    refused = site.act("ann", "camera", "rate", token, rating=4, version=version, expect=409)
    assert refused["error"] == "StaleVersion"
    assert str(version) in refused["message"]


def test_two_people_at_once_get_different_tasks_and_one_task_has_one_holder(site: Site) -> None:
    site.labelled()
    first = site.call("ann", "POST", "/api/claim", {"stage": "caption"})["lease"]["task"]
    second = site.call("bob", "POST", "/api/claim", {"stage": "caption"})["lease"]["task"]
    assert first != second
    path = f"/api/tasks/spring/c1/{first['aspect']}/claim"
    assert site.call("bob", "POST", path, expect=409)["error"] == "HeldByAnother"
    assert site.call("ann", "POST", path)["lease"], "the holder's second tab gets the same lease"


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ({"start": 0, "end": 10_000, "words": "x"}, "ends at character 10000"),
        ({"start": 0, "end": 3, "words": "xyz"}, "speaks of 'xyz'"),
        ({"start": 5, "end": 2, "words": ""}, "spans 5 to 2"),
        (
            {"start": 0, "end": 3, "words": "The", "start_frame": 0, "end_frame": 101},
            "ends at frame 101; the clip has 100",
        ),
        ({"start": 0, "end": 3, "words": "The", "start_frame": 7, "end_frame": 7}, "covers frames 7 to 7"),
        ({"start": 0, "end": 3, "words": "The", "primitive": "no_such"}, "'no_such' is no primitive"),
        ({"start": 0, "end": 3, "words": "The", "colour": 1}, "colour"),
    ],
)
def test_a_point_that_does_not_fit_is_refused_and_leaves_nothing(site: Site, point: dict[str, Any], words: str) -> None:
    site.labelled()
    token = site.take("ann", "camera")
    site.act("ann", "camera", "rate", token, rating=2)
    before = site.view("ann", "camera")["version"]
    body = {"raw": "", "points": [{"id": "p", "kind": "replace", "instruction": "A", **point}]}
    refused = site.act("ann", "camera", "critique", token, expect=422, **body)
    assert refused["error"] == "BadInput"
    assert words in refused["message"] + json.dumps(refused["details"])
    assert refused["mend"]
    assert site.view("ann", "camera")["version"] == before


@pytest.mark.parametrize("text", ["x" * 1_000_000, "a\x00b", "", "   \n"])
def test_text_that_cannot_be_a_caption_is_refused(site: Site, text: str) -> None:
    submitted(site)
    token = site.take("rev", "camera")
    site.act("rev", "camera", "reject", token, reason="no")
    refused = site.act("rev", "camera", "edit", token, text=text, expect=422)
    assert refused["mend"]
    assert len(json.dumps(refused)) < 1000, "the answer does not repeat a megabyte"


def test_half_a_surrogate_pair_is_refused(site: Site) -> None:
    site.labelled()
    token = site.take("ann", "camera")
    answer = site.client("ann").post(
        "/api/tasks/spring/c1/camera/critique",
        content=b'{"token": %d, "raw": "a \\ud800 b"}' % token,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "text",
    ["\u202eright to left\u202c", "<img src=x onerror=alert(1)>", "{{7*7}} '; DROP TABLE acts;--", "e\u0301\U0001f3ac"],
)
def test_strange_but_storable_text_comes_back_as_it_was(site: Site, text: str) -> None:
    submitted(site)
    token = site.take("rev", "camera")
    site.act("rev", "camera", "reject", token, reason=text)
    assert site.view("rev", "camera")["rounds"][-1]["verdict"]["reason"] == text


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/api/tasks/spring/none/camera", "NotFound"), ("/api/tasks/none/c1/camera", "NotFound"),
        ("/api/tasks/spring/c1/colour", "NotFound"), ("/api/tasks/spring/c1/%2e%2e", "NotFound"),
        ("/api/tasks/spring/..%2f..%2fetc/camera", "NotFound"), ("/api/videos/feed/timeline", "NotFound"),
        ("/media/feed", "NotFound"), ("/media/..%2f..%2fworkspace.json", "NotFound"), ("/api/nothing", "NotFound"),
        ("/api/triples?campaign=none", "NotFound"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_so(site: Site, path: str, error: str) -> None:
    assert site.call("lea", "GET", path, expect=404)["error"] == error


@pytest.mark.parametrize("query", ["limit=0", "limit=100000", "stage=eat", "status=lost", "after=x", "after=1.2.3"])
def test_a_queue_asked_wrongly_is_refused(site: Site, query: str) -> None:
    assert site.call("ann", "GET", f"/api/queue?{query}", expect=422)["error"] == "BadInput"


def test_the_queue_pages_through_every_task_once(site: Site) -> None:
    seen = []
    after = ""
    while True:
        page = site.call("ann", "GET", f"/api/queue?limit=2{after}")
        seen += [row["aspect"] for row in page["rows"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == ["labels", "subject", "scene", "motion", "spatial", "camera"]


def test_the_queue_says_why_a_task_cannot_be_taken(site: Site) -> None:
    rows = {row["aspect"]: row for row in site.call("ann", "GET", "/api/queue")["rows"]}
    assert rows["labels"]["may_claim"] is True
    assert rows["motion"]["why_not"] == "waits for labels, subject"
    site.take("bob", "labels")
    rows = {row["aspect"]: row for row in site.call("ann", "GET", "/api/queue")["rows"]}
    assert (rows["labels"]["held"], rows["labels"]["why_not"]) == (True, "is in someone else's hands")


def test_contradicting_labels_are_refused_with_every_rule_they_break(site: Site) -> None:
    token = site.take("ann", "labels")
    answers = {**ANSWERS, "steadiness": "static", "camera_movement": "major_simple", "no_such_field": 1}
    refused = site.act("ann", "labels", "label", token, answers=answers, expect=422)
    fields = {name for violation in refused["details"] for name in violation["fields"]}
    assert {"steadiness", "no_such_field"} <= fields
    assert site.view("ann", "labels")["status"] == "to_label"


STEPS = [
    {"movements": ["pan_right"], "start_frame": 0, "end_frame": 40},
    {"movements": ["pan_left", "zoom_in"], "start_frame": 40, "end_frame": 100},
]


def test_segments_and_what_nobody_looked_at_go_in_and_come_back(site: Site) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "camera_pan"}
    token = site.take("ann", "labels")
    told = {"answers": {**answers, "camera_segments": STEPS}, "untouched": ["shot_transition"]}
    labels = site.act("ann", "labels", "label", token, **told)["task"]["labels"]
    assert labels["answers"]["camera_segments"] == STEPS
    assert labels["answers"]["camera_pan"] == "both"
    assert labels["answers"]["camera_zoom"] == "in"
    assert labels["untouched"] == ["shot_transition"]
    assert labels["primitives"]["zoom_in"] is True
    acts = site.call("lea", "GET", "/api/tasks/spring/c1/labels/acts")["acts"]
    assert acts[-1]["answers"]["camera_segments"] == STEPS
    again = {**labels["answers"], "camera_segments": STEPS[::-1]}
    refused = site.act("ann", "labels", "label", site.take("ann", "labels"), answers=again, expect=422)
    assert refused["details"][0]["fields"] == ["camera_segments"]
    site.draft()
    draft = site.view("ann", "camera")["draft"]["text"]
    assert "pans right" in draft
    assert ", then pans left while zooming in" in draft
    assert not any(character.isdigit() for character in draft), "times are no part of the text"


@pytest.mark.parametrize(
    "segments",
    [
        [{"movements": ["pan_left"], "start_frame": 3}],
        [{"movements": ["pan_left"], "start_frame": 3, "end_frame": 3}],
        [{"movements": ["pan_left"], "start_frame": True, "end_frame": 9}],
        [{"movements": ["pan_left"], "start_frame": "0", "end_frame": "9"}],
        [{"movements": ["pan_left"], "start_frame": 0, "end_frame": 101}],
        [{"movements": ["pan_left"], "start_frame": -4, "end_frame": 9}],
        [{"movements": ["pan_left"], "start_frame": 0, "end_frame": 10**30}],
        [{"movements": ["pan_left", "pan_right"]}], [{"movements": []}], [{"movements": ["fly"]}], [{}],
        [{"movements": ["pan_left"], "speed": 1}], [{"movements": "pan_left"}], ["pan_left"], "pan_left", True,
        [{"movements": ["pan_left"]}] * 101,
    ],
)  # fmt: skip
def test_segments_that_cannot_be_are_refused(site: Site, segments: Any) -> None:
    token = site.take("ann", "labels")
    answers = {**ANSWERS, "camera_segments": segments}
    refused = site.act("ann", "labels", "label", token, answers=answers, expect=422)
    assert refused["mend"]
    assert len(json.dumps(refused)) < 6000
    assert site.view("ann", "labels")["status"] == "to_label"


def test_a_form_asks_only_what_the_campaigns_captions_need(site: Site) -> None:
    usual = site.call("ann", "GET", "/api/tasks/spring/c1/labels/form")
    shown = {field["id"] for field in usual["fields"]}
    assert usual["aspects"] == ["subject", "scene", "motion", "spatial", "camera"]
    assert "camera_segments" in shown
    assert "brightness" not in shown
    assert {group["id"] for group in usual["form_groups"]} == {field["group"] for field in usual["fields"]}
    lead = Worker(actor=Person(id="lea"), roles=("lead",))
    light = site.desk.catalogue.open_campaign(lead, "light", aspects=["color", "lighting"])
    site.desk.catalogue.add_clips(
        lead, light, [site.desk.look(TaskKey(campaign="spring", clip="c1", aspect=LABELS)).task.opened.clip]
    )
    form = site.call("ann", "GET", "/api/tasks/light/c1/labels/form")
    assert "brightness" in {field["id"] for field in form["fields"]}
    assert "camera_segments" not in {field["id"] for field in form["fields"]}
    site.call("ann", "GET", "/api/tasks/spring/c1/camera/form", expect=404)
    site.call("ann", "GET", "/api/tasks/spring/none/labels/form", expect=404)


def test_an_answer_that_the_form_does_not_ask_for_is_refused_in_words(site: Site) -> None:
    token = site.take("ann", "labels")
    answers = {**ANSWERS, "brightness": "bright", "exposure": "balanced"}
    refused = site.act("ann", "labels", "label", token, answers=answers, expect=422)
    assert [violation["fields"] for violation in refused["details"]] == [["brightness"]]
    assert "does not ask" in refused["message"]
    refused = site.act("ann", "labels", "label", token, answers=ANSWERS, untouched=["steadiness"], expect=422)
    assert "not its answer" in refused["message"]
    site.act("ann", "labels", "label", token, answers={**answers, "brightness": "neutral"})


def test_scratch_survives_and_an_older_tab_does_not_overwrite_a_newer_one(site: Site) -> None:
    path = "/api/tasks/spring/c1/labels/scratch"
    assert site.call("ann", "PUT", path, {"revision": 0, "body": {"raw": "first"}}) == {"revision": 1}
    assert site.call("ann", "PUT", path, {"revision": 1, "body": {"raw": "second"}}) == {"revision": 2}
    stale = site.call("ann", "PUT", path, {"revision": 1, "body": {"raw": "old tab"}}, expect=409)
    assert stale["details"] == {"revision": 2, "body": {"raw": "second"}}
    assert site.view("ann", "labels")["scratch"] == {"revision": 2, "body": {"raw": "second"}}
    assert site.view("bob", "labels")["scratch"] is None, "another person's words are not mine to see"


def test_an_answer_under_a_lost_lease_is_kept_as_an_extra(site: Site) -> None:
    site.labelled()
    token = site.take("ann", "camera")
    site.call("ann", "POST", "/api/tasks/spring/c1/camera/release", {"token": token}, expect=204)
    site.take("bob", "camera")
    late = site.act("ann", "camera", "rate", token, rating=2)
    assert late["outcome"] == "extra"
    assert late["task"]["extras"] == 1
    assert site.view("bob", "camera")["round"]["rating"] is None
    assert site.call("ann", "POST", "/api/tasks/spring/c1/camera/heartbeat", {"token": token}, expect=409)["error"] == (
        "LeaseLost"
    )


def test_a_token_that_was_never_given_is_refused(site: Site) -> None:
    site.labelled()
    site.take("ann", "camera")
    assert site.act("bob", "camera", "rate", 1, rating=2, expect=409)["error"] == "NotYourTurn"
    assert site.act("ann", "camera", "rate", 99, rating=2, expect=409)["error"] == "NotYourTurn"


def test_a_writer_without_a_draft_writes_and_settles(make_site: Callable[..., Site]) -> None:
    site = make_site(policy=Policy(modes={"write": 1.0}))
    site.labelled()
    token = site.take("ann", "camera")
    assert site.view("ann", "camera")["draft"] is None
    site.act("ann", "camera", "edit", token, text="The camera rests.")
    site.act("ann", "camera", "submit", token)
    site.act("rev", "camera", "approve", site.take("rev", "camera"))
    (row,) = [json.loads(line) for line in site.client("rev").get("/api/triples").text.splitlines()]
    assert (row["kind"], row["pre_caption"], row["critique"], row["rating"]) == ("written", None, None, None)


def test_planted_errors_are_shown_to_the_lead_only(make_site: Callable[..., Site]) -> None:
    site = make_site(plant=2)
    site.labelled()
    for who, shown in (("ann", False), ("rev", False), ("lea", True)):
        acts = site.call(who, "GET", "/api/tasks/spring/c1/camera/acts")["acts"]
        drafted = next(act for act in acts if act["kind"] == "Drafted")
        assert ("planted" in drafted) is shown
        assert ("name" in drafted["actor"]) is shown
        assert "wrong" not in json.dumps(site.view(who, "camera"))


# -- safety


def test_every_address_asks_who_you_are(site: Site) -> None:
    """Made from the OpenAPI document, so that a new address without a session check fails here."""
    stranger = site.client()
    signed_in = site.client("lea")
    bare = {name: value for name, value in signed_in.headers.items() if name.lower() != "x-csrf-token"}
    checked = 0
    for path, verbs in site.app.openapi()["paths"].items():
        address = path.format(
            campaign="spring",
            clip="c1",
            aspect="labels",
            video_hash="ab" * 32,
            kind="primitive",
            id="pan_left",
            name="spring",
            number=1,
        )
        for verb in verbs:
            if (path, verb) == ("/api/session", "post"):
                continue
            assert stranger.request(verb, address, json={}).status_code == 401, f"{verb} {path}"
            if verb not in ("get", "head"):
                forged = site.client()
                forged.cookies = signed_in.cookies
                assert forged.request(verb, address, json={}, headers=bare).status_code == 403, f"{verb} {path}"
            checked += 1
    assert checked > 20
    assert stranger.get("/media/" + "ab" * 32).status_code == 401


def test_the_session_cookie_is_out_of_reach_and_ends_with_sign_out(site: Site) -> None:
    client = site.client()
    answer = client.post("/api/session", json={"person": "ann", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/api/session").json()["person"] == {"id": "ann", "name": "Ann", "roles": ["annotator"]}
    assert client.delete("/api/session", headers={"X-CSRF-Token": answer.json()["csrf"]}).status_code == 204
    assert client.get("/api/session").status_code == 401


def test_guessing_passwords_is_slowed_down(site: Site) -> None:
    client = site.client()
    answers = [client.post("/api/session", json={"person": "ann", "password": f"guess {n}"}) for n in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert client.post("/api/session", json={"person": "ann", "password": PASSWORD}).status_code == 429
    assert client.post("/api/session", json={"person": "bob", "password": PASSWORD}).status_code == 200


def test_an_unknown_person_and_a_wrong_password_get_the_same_words(site: Site) -> None:
    client = site.client()
    unknown = client.post("/api/session", json={"person": "nobody", "password": "guess guess"})
    wrong = client.post("/api/session", json={"person": "ann", "password": "guess guess"})
    assert unknown.json() == wrong.json()


def test_answers_carry_the_headers_that_keep_markup_dead(site: Site) -> None:
    for path in ("/api/campaigns", "/", "/media/" + "ab" * 32):
        headers = site.client("ann").get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "script-src" in headers["content-security-policy"] or "default-src" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


def test_a_film_is_served_in_ranges_with_the_servers_own_type(site: Site) -> None:
    client = site.client("ann")
    part = client.get("/media/" + "ab" * 32, headers={"Range": "bytes=256-511"})
    assert part.status_code == 206
    assert part.content == bytes(range(256))
    assert part.headers["content-range"] == "bytes 256-511/2048"
    assert part.headers["content-type"] == "video/mp4"
    assert client.get("/media/" + "ab" * 32, headers={"Range": "bytes=99999-"}).status_code == 416


def test_a_body_that_is_too_large_or_does_not_say_its_length_is_refused(site: Site) -> None:
    client = site.client("ann")
    path = "/api/tasks/spring/c1/labels/scratch"
    assert client.put(path, json={"revision": 0, "body": {"raw": "x" * 5_000_000}}).status_code == 413
    assert client.put(path, json={"revision": 0, "body": {"raw": "x" * 300_000}}).status_code == 422
    assert client.put(path, content=iter([b"{}"])).status_code == 411


def test_broken_json_is_a_clear_refusal(site: Site) -> None:
    answer = site.client("ann").post("/api/claim", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["mend"]


# -- what a stranger's mind found


def test_a_label_text_that_no_caption_could_hold_is_refused(site: Site) -> None:
    token = site.take("ann", "labels")
    for answers in ({"complex_motion_description": "a\x00b"}, {"a\x00b": "x"}):
        site.act("ann", "labels", "label", token, answers=answers, expect=422)
    assert site.view("ann", "labels")["status"] == "to_label"


def test_scratch_that_cannot_be_shown_again_is_refused(site: Site) -> None:
    answer = site.client("ann").put(
        "/api/tasks/spring/c1/labels/scratch",
        content=b'{"revision": 0, "body": {"note": "half \\ud83d"}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    assert site.view("ann", "labels")["scratch"] is None


@pytest.mark.parametrize("after", ["0.99999999999999999999999", "99999999999999999999999.0"])
def test_a_cursor_beyond_every_database_is_refused(site: Site, after: str) -> None:
    assert site.call("ann", "GET", f"/api/queue?after={after}", expect=422)["error"] == "BadInput"


def test_a_revision_beyond_every_database_is_refused(site: Site) -> None:
    site.call("ann", "PUT", "/api/tasks/spring/c1/labels/scratch", {"revision": 2**70, "body": {}}, expect=422)


def test_an_answer_that_broke_carries_the_headers_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("inside")

    client = TestClient(site.app, raise_server_exceptions=False)
    client.cookies = site.client("ann").cookies
    monkeypatch.setattr(site.desk, "board", breaks)
    answer = client.get("/api/board")
    assert answer.status_code == 500
    assert "inside" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_guesses_at_the_same_moment_are_counted_before_they_are_tried(site: Site) -> None:
    def guess(number: int) -> int:
        return site.client().post("/api/session", json={"person": "ann", "password": f"guess {number}"}).status_code

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(guess, range(24)))
    assert codes.count(401) <= 6
    assert codes.count(429) == 24 - codes.count(401)
