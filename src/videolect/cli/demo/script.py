"""The scripted demo: plays annotator and reviewer through the HTTP interface, as two people at two browsers would.

The annotator knows the errors that the demo's writer planted (they are declared in the draft's act, which the reviewer
may read as the campaign's lead) and mends them; nobody watches the film, so for a film that was not rendered here the
label answers are made up, and it says so.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from videolect.errors import CannotRead
from videolect.record.acts.labels import Answer
from videolect.record.codec import to_plain

Caller = Callable[[str, str, str, Any], Any]
"""(who, method, path, body) -> the answer's JSON (for JSONL the list of rows); raises on an error answer."""

MADE_UP: Mapping[str, Answer] = {
    "shot_transition": False,
    "scene_movement": "mostly_static",
    "steadiness": "smooth",
    "camera_movement": "major_simple",
    "camera_motion_speed": "slow",
    "is_tracking": False,
    "camera_forward_backward": "no",
    "camera_up_down": "no",
    "camera_zoom": "no",
    "camera_left_right": "no",
    "camera_pan": "no",
    "camera_tilt": "down",
    "camera_arc": "no",
    "camera_roll": "no",
    "dolly_zoom": False,
    "shot_type": "scenery",
    "shot_size_start": "wide",
}

PATIENCE_S = 60


def http_caller(address: str) -> Caller:
    """Calls a server as several people, each with a session of their own."""
    clients: dict[str, httpx.Client] = {}

    def call(who: str, method: str, path: str, body: Any = None) -> Any:
        client = clients.setdefault(who, httpx.Client(base_url=address, timeout=60, trust_env=False))
        answer = client.request(method, path, json=body)
        if answer.status_code >= 400:
            raise CannotRead(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}", mend="See above.")
        if path == "/api/session" and method == "POST":
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        if answer.headers.get("content-type", "").startswith("application/x-ndjson"):
            return [json.loads(line) for line in answer.text.splitlines()]
        return answer.json() if answer.content else None

    return call


class Play:
    """One clip from its labels to five settled captions."""

    def __init__(
        self,
        call: Caller,
        *,
        campaign: str,
        passwords: Mapping[str, str],
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.call = call
        self.campaign = campaign
        self.passwords = passwords
        self.tell = tell

    def to_the_end(self, truth: Mapping[str, Answer] | None = None) -> dict[str, Any]:
        """Play everything; ``triples``, ``tasks``, ``settled``."""
        for person, password in self.passwords.items():
            self.call(person, "POST", "/api/session", {"person": person, "password": password})
        clip = self.label(truth)
        plays = {
            "subject": self.call_it_perfect,
            "scene": self.mend_and_approve,
            "camera": self.mend_and_approve,
            "motion": self.reject_and_correct,
            "spatial": self.edit_by_hand,
        }
        for aspect, act in plays.items():
            self.wait_for(clip, aspect, "to_caption")
            act(clip, aspect)
            self.tell(f"  {aspect}: settled")
        tasks = self.all_tasks()
        return {
            "triples": self.call("rev", "GET", f"/api/triples?campaign={self.campaign}", None),
            "tasks": len(tasks),
            "settled": sum(1 for row in tasks if row["status"] == "settled"),
        }

    # -- scenes

    def label(self, truth: Mapping[str, Answer] | None) -> str:
        """The first clip's labels; its name."""
        taken = self.call("ann", "POST", "/api/claim", {"campaign": self.campaign, "stage": "label"})["lease"]
        clip = str(taken["task"]["clip"])
        if truth is None:
            self.tell("The script does not watch the film: its label answers are made up.")
        self.act("ann", clip, "labels", "label", taken["token"], answers=to_plain(truth or MADE_UP))
        self.tell(f"{clip} is labelled.")
        return clip

    def call_it_perfect(self, clip: str, aspect: str) -> None:
        """Rating 5: the draft stands, and the reviewer agrees."""
        token = self.take("ann", clip, aspect)
        self.act("ann", clip, aspect, "rate", token, rating=5)
        self.act("ann", clip, aspect, "submit", token)
        self.act("rev", clip, aspect, "approve", self.take("rev", clip, aspect))

    def mend_and_approve(self, clip: str, aspect: str) -> None:
        """Rating 3, a point per planted error and one more, polished, a revision, and a reviewer who ticks all."""
        token = self.take("ann", clip, aspect)
        raw = "close, but look again at what I marked"
        points = self.criticise("ann", clip, aspect, token, raw=raw, polish=True)
        self.act("ann", clip, aspect, "submit", token)
        ticks = {point["id"]: "agreed" for point in points}
        self.act("rev", clip, aspect, "approve", self.take("rev", clip, aspect), ticks=ticks)

    def reject_and_correct(self, clip: str, aspect: str) -> None:
        """A critique that misses something; the reviewer rejects it and corrects it with a critique of their own."""
        token = self.take("ann", clip, aspect)
        points = self.criticise("ann", clip, aspect, token, raw="Something is missing at the end.")
        self.act("ann", clip, aspect, "submit", token)
        token = self.take("rev", clip, aspect)
        ticks = {point["id"]: "disagreed" for point in points}
        self.act("rev", clip, aspect, "reject", token, reason="The added sentence says too little.", ticks=ticks)
        text = self.draft(clip, aspect)
        points = [*self.planted_points(clip, aspect), self.addition(text, "Nothing else changes while it lasts.")]
        self.act("rev", clip, aspect, "critique", token, raw="", points=points, language="en")
        self.revise("rev", clip, aspect, token, points)
        self.act("rev", clip, aspect, "correct", token)

    def edit_by_hand(self, clip: str, aspect: str) -> None:
        """A revision that the annotator touches up before handing it in."""
        token = self.take("ann", clip, aspect)
        self.criticise("ann", clip, aspect, token, raw="")
        text = self.view("ann", clip, aspect)["round"]["text"]
        self.act("ann", clip, aspect, "edit", token, text=f"{text} The view stays clear of obstructions.")
        self.act("ann", clip, aspect, "submit", token)
        self.act("rev", clip, aspect, "approve", self.take("rev", clip, aspect))

    # -- moves

    def criticise(
        self, who: str, clip: str, aspect: str, token: int, *, raw: str, polish: bool = False
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Rate 3, write a point per planted error and an addition, let it be polished, revise; the points."""
        text = self.draft(clip, aspect)
        self.act(who, clip, aspect, "rate", token, rating=3)
        points = [*self.planted_points(clip, aspect), self.addition(text, "It goes on like this to the end.")]
        said = {"raw": raw, "points": points, "language": "en"}
        self.act(who, clip, aspect, "critique", token, **said)
        if polish:
            self.act(who, clip, aspect, "polish", token)
            polished = self.view(who, clip, aspect)["round"]["polished"]
            self.act(who, clip, aspect, "critique", token, **said, polished=polished)
        self.revise(who, clip, aspect, token, points)
        return points

    def revise(self, who: str, clip: str, aspect: str, token: int, points: list[dict[str, Any]]) -> None:
        """Let the writer revise; where its text is the draft again, the hand adds what was asked for."""
        self.act(who, clip, aspect, "revise", token)
        draft, text = self.draft(clip, aspect), self.view(who, clip, aspect)["round"]["text"]
        if text == draft:
            self.act(who, clip, aspect, "edit", token, text=f"{draft} {points[-1]['instruction']}")

    def planted_points(self, clip: str, aspect: str) -> list[dict[str, Any]]:
        """A point for each error that the writer declared, over the whole clip."""
        view = self.view("rev", clip, aspect)
        acts = self.call("rev", "GET", f"{self.path(clip, aspect)}/acts", None)["acts"]
        planted = next(act["planted"] for act in reversed(acts) if act["kind"] == "Drafted")
        points = []
        searched = 0
        for number, error in enumerate(planted, start=1):
            start = view["draft"]["text"].index(error["wrong"], searched)
            searched = end = start + len(error["wrong"])
            points.append(
                {
                    "id": f"p{number}", "kind": "replace", "start": start, "end": end, "words": error["wrong"],
                    "start_frame": 0, "end_frame": view["clip"]["frames"], "topic": error["kind"],
                    "severity": "critical", "instruction": error["right"],
                }
            )  # fmt: skip
        return points

    def addition(self, text: str, sentence: str) -> dict[str, Any]:
        """A point that adds a sentence at the end."""
        return {
            "id": "end", "kind": "insert", "start": len(text), "end": len(text), "words": "", "severity": "minor",
            "instruction": sentence,
        }  # fmt: skip

    def draft(self, clip: str, aspect: str) -> str:
        """The pre-caption."""
        return str(self.view("rev", clip, aspect)["draft"]["text"])

    def take(self, who: str, clip: str, aspect: str) -> int:
        """Claim; the token."""
        return int(self.call(who, "POST", f"{self.path(clip, aspect)}/claim", None)["lease"]["token"])

    def act(self, who: str, clip: str, aspect: str, verb: str, token: int, **body: Any) -> Any:
        """One verb, under a fresh idempotency key."""
        asked = {"token": token, "key": str(uuid.uuid4()), "active_seconds": 2.0, **body}
        return self.call(who, "POST", f"{self.path(clip, aspect)}/{verb}", asked)

    def view(self, who: str, clip: str, aspect: str) -> Any:
        """The task as this person sees it."""
        return self.call(who, "GET", self.path(clip, aspect), None)

    def path(self, clip: str, aspect: str) -> str:
        """The task's address."""
        return f"/api/tasks/{self.campaign}/{clip}/{aspect}"

    def wait_for(self, clip: str, aspect: str, status: str) -> None:
        """Until the drafting thread has come round to it."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.view("rev", clip, aspect)["status"]) != status:
            if time.monotonic() > deadline:
                raise CannotRead(
                    f"{aspect} is still {found} after {PATIENCE_S} s.", mend="Look at the server's messages."
                )
            time.sleep(0.1)

    def all_tasks(self) -> list[dict[str, Any]]:
        """Every row of the queue."""
        rows: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.call("rev", "GET", f"/api/queue?campaign={self.campaign}&limit=200{after}", None)
            rows += page["rows"]
            if page["next"] is None:
                return rows
            after = f"&after={page['next']}"
