"""Every kind of act goes to JSON and comes back the same; what is no act is refused in words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.acts import History, campaign_opened, claimed, labelled, rated, settled
from videolect.errors import BadInput
from videolect.language.values import ENTRY_KINDS, Segment
from videolect.language.version import BUMPS
from videolect.record import codec
from videolect.record.acts.base import Act
from videolect.record.acts.captions import NotApplied, PlantedError
from videolect.record.acts.kinds import ACTS
from videolect.record.acts.labels import hash_of_answers
from videolect.record.audit import FAILURES, RATED, AuditItem, AuditRatings, AuditSpan
from videolect.record.campaign import CORRECTORS, MODES, Campaign, Policy
from videolect.record.clip import Clip, Video
from videolect.record.codec import decode_act, encode_act, to_plain
from videolect.record.critique import POINT_KINDS, SEVERITIES, Critique, Point
from videolect.record.cuts import TRANSITION_KINDS
from videolect.record.people import Model, Person

calm = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))

# ----------------------------------------------------------------------------------------------------------- strategies

SAMPLES = (
    "👩‍🎬 pans 🎥 left",  # a joined emoji and one outside the first plane
    "שלום \u202eabc\u202c עולם",  # text from right to left, with an override
    "e\u0301 and \u00e9, \u2028 a line, \ufeff, \uffff",
    '"quoted" \\ back\\slash / \t\n\r\x01\x7f',
    "İstanbul ß ﬁ 𝔘𝔫𝔦",
)
texts = st.one_of(
    st.sampled_from(SAMPLES),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30),
)
words = texts.filter(lambda text: text.strip() != "")
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
fractions = st.fractions(min_value=Fraction(1, 10**9), max_value=1000)
times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
floats = st.floats(allow_nan=False, allow_infinity=False)
people = st.builds(Person, id=names)
models = st.builds(
    Model, name=names, version=words, prompt_hash=st.none() | hashes,
    parameters=st.dictionaries(texts, st.one_of(st.none(), st.booleans(), st.integers(), floats, texts), max_size=3),
)  # fmt: skip
frames = st.none() | st.integers(0, 10**6)
segments = st.builds(
    Segment, movements=st.lists(words, min_size=1, max_size=3).map(tuple), start_frame=frames, end_frame=frames
)
answers = st.dictionaries(
    texts,
    st.one_of(
        st.none(), st.booleans(), st.integers(), floats, texts, st.lists(texts, max_size=3).map(tuple),
        st.lists(segments, min_size=1, max_size=3).map(tuple),
    ),
    max_size=4,
)  # fmt: skip
ticks = st.dictionaries(texts, st.sampled_from(["agreed", "disagreed"]), max_size=3)
short = st.lists(texts, max_size=3).map(tuple)


def half_open(limit: int = 5000) -> st.SearchStrategy[tuple[int, int]]:
    """A start and an end behind it."""
    return st.tuples(st.integers(0, limit), st.integers(1, limit)).map(lambda both: (both[0], both[0] + both[1]))


@st.composite
def points(draw: st.DrawFn, id: str) -> Point:
    kind = draw(st.sampled_from(POINT_KINDS))
    span = draw(half_open() if kind != "remark" else st.just((None, None)) | half_open())
    frames = draw(st.just((None, None)) | half_open())
    said = st.just("") if span[0] is None else texts
    return Point(
        id=id, kind=kind, start=span[0], end=span[1], words=draw(said), start_frame=frames[0], end_frame=frames[1],
        primitive=draw(st.none() | words), topic=draw(st.none() | words), severity=draw(st.sampled_from(SEVERITIES)),
        instruction=draw(texts),
    )  # fmt: skip


@st.composite
def critiques(draw: st.DrawFn) -> Critique:
    made = tuple(draw(points(f"p{place}")) for place in range(draw(st.integers(0, 3))))
    language = draw(st.sampled_from(["en", "zh-Hant", "ar"]))
    return Critique(raw=draw(words), points=made, language=language, polished=draw(texts))


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    (start, end), (first, last) = draw(half_open(10**12)), draw(half_open())
    return Clip(
        id=draw(names), video_hash=draw(hashes), source_id=draw(words), start_pts=start, end_pts=end,
        time_base=draw(fractions), start_frame=first, end_frame=last,
    )  # fmt: skip


@st.composite
def videos(draw: st.DrawFn) -> Video:
    start, end = draw(half_open(10**12))
    numbers = {name: draw(st.integers(1, 10**6)) for name in ("size_bytes", "bit_depth", "width", "height", "frames")}
    return Video(
        hash=draw(hashes), file_name=draw(words), container=draw(texts), codec=draw(texts), pixel_format=draw(texts),
        rotation=draw(st.sampled_from([0, 90, 180, 270])), sample_aspect_ratio=draw(fractions),
        time_base=draw(fractions), start_pts=start, end_pts=end, container_start_s=draw(fractions) - 5,
        variable_rate=draw(st.booleans()), pts_table_hash=draw(hashes), browser_playable=draw(st.booleans()),
        problems=draw(short), **numbers,
    )  # fmt: skip


policies = st.builds(
    Policy, modes=st.dictionaries(st.sampled_from(MODES), st.floats(0.25, 9), min_size=1),
    corrector=st.sampled_from(CORRECTORS), review_corrections=st.booleans(),
    parents=st.sampled_from(["settled", "submitted"]),
)  # fmt: skip
campaigns = st.builds(
    Campaign, name=names, spec_version=texts, spec_hash=hashes, policy=policies,
    aspects=st.lists(names, min_size=1, max_size=4, unique=True).map(tuple),
)  # fmt: skip

audit_items = st.builds(
    AuditItem, dataset=words, id=words, video_id=words, source_id=words, caption=words,
    aspects=st.lists(names, max_size=2).map(tuple), video_hash=st.none() | hashes,
)  # fmt: skip
audit_spans = st.builds(
    lambda place, said, failure: AuditSpan(start=place[0], end=place[1], words=said, failure=failure),
    half_open(), texts, st.sampled_from(FAILURES),
)  # fmt: skip

COMMON: Mapping[str, st.SearchStrategy[Any]] = {
    "stream": texts, "version": st.integers(1, 10**6), "actor": people | models, "at": times, "spec_version": texts,
    "key": st.none() | words, "token": st.none() | st.integers(1, 10**6), "asked_by": st.none() | names,
    "active_seconds": st.floats(0, 800_000),
}  # fmt: skip
OWN: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
    "Imported": {"video": videos()},
    "CampaignOpened": {"campaign": campaigns},
    "Opened": {
        "clip": clips(), "mode": st.sampled_from(MODES), "policy": policies, "priority": st.integers(-99, 99),
    },
    "Claimed": {"stage": st.sampled_from(["label", "draft", "caption", "review", "correct"])},
    "Released": {"reason": texts},
    "Labelled": {"answers": answers, "record_schema": st.integers(1, 99), "untouched": st.just(())},
    "Drafted": {
        "text": words, "parents": st.dictionaries(texts, hashes, max_size=3), "cannot_know": short,
        "planted": st.lists(st.builds(PlantedError, kind=texts, wrong=texts, right=texts), max_size=2).map(tuple),
    },
    "Rated": {"rating": st.integers(1, 5)},
    "Critiqued": {"critique": critiques()},
    "Polished": {"text": words},
    "Revised": {
        "text": words, "applied": short,
        "not_applied": st.lists(st.builds(NotApplied, point=texts, why=texts), max_size=2).map(tuple),
    },
    "Edited": {"text": words},
    "Submitted": {"text": words},
    "Approved": {"ticks": ticks},
    "Rejected": {"reason": words, "ticks": ticks},
    "Corrected": {"text": words},
    "Withdrawn": {"target": st.sampled_from(["submission", "task"]), "reason": texts},
    "SpecDraftOpened": {"base_version": texts, "base_hash": hashes},
    "SpecEdited": {
        "entry_kind": st.sampled_from(ENTRY_KINDS), "entry_id": words, "note": texts,
        "entry": st.none() | st.dictionaries(texts, texts, max_size=3).map(json.dumps),
    },
    "SpecEditDropped": {"entry_kind": st.sampled_from(ENTRY_KINDS), "entry_id": words},
    "SpecPublished": {
        "published_version": texts, "published_hash": hashes, "bump": st.sampled_from(BUMPS), "note": texts,
    },
    "SpecDraftDropped": {"reason": texts},
    "CutAdded": {
        "pts_table_hash": hashes, "transition_kind": st.just("cut"), "start_frame": st.just(7), "end_frame": st.just(7),
    },
    "CutMoved": {
        "pts_table_hash": hashes, "was_start": st.integers(0, 9), "was_end": st.integers(9, 2**40),
        "transition_kind": st.sampled_from(TRANSITION_KINDS[1:]), "start_frame": st.integers(0, 9),
        "end_frame": st.integers(10, 2**40),
    },
    "CutRemoved": {"pts_table_hash": hashes, "start_frame": st.integers(0, 9), "end_frame": st.integers(9, 2**40)},
    "CutUndone": {"undone": st.integers(1, 2**40)},
    "AuditOpened": {"people": st.integers(1, 1000), "note": texts},
    "AuditItemAdded": {"item": audit_items},
    "Audited": {
        "dataset": words, "item": words, "critique": texts,
        "ratings": st.builds(AuditRatings, **dict.fromkeys(RATED, st.integers(1, 5))),
        "spans": st.lists(audit_spans, max_size=3, unique_by=lambda span: span.start).map(tuple),
    },
    "AuditClosed": {"reason": texts},
    "AuditReopened": {"reason": texts},
}  # fmt: skip
"""What each kind of act holds of its own. A new kind, or a new field, needs a line here."""


def test_every_kind_and_every_field_stands_in_the_table():
    assert set(OWN) == set(ACTS)
    for name, kind in ACTS.items():
        assert {field.name for field in dataclasses.fields(kind)} == {*COMMON, *OWN[name]}, name


# ----------------------------------------------------------------------------------------------------------- round trip


@pytest.mark.parametrize("kind", OWN)
@calm
@given(data=st.data())
def test_every_act_comes_back_the_same(kind: str, data: st.DataObject):
    act = data.draw(st.builds(ACTS[kind], **COMMON, **OWN[kind]))
    text = encode_act(act)
    back = decode_act(text)
    assert type(back) is type(act)
    assert back == act
    assert encode_act(back) == text, "equal acts give equal bytes"
    assert "\n" not in text, "one act, one line"
    text.encode()


@pytest.mark.parametrize("value", [1, 1.0, True, False, 0, "1", None, ("1",), ()])
def test_an_answer_keeps_its_type(value: object):
    act = History(aspect="labels").tell(claimed(), labelled(answers={"field": value})).acts[-1]
    back = decode_act(encode_act(act)).answers["field"]
    assert (type(back), back) == (type(value), value)


def test_what_came_back_cannot_be_changed():
    back = decode_act(encode_act(History(aspect="labels").tell(claimed(), labelled()).acts[-1]))
    with pytest.raises(TypeError):
        back.answers["shot"] = "close"


def test_a_time_comes_back_to_the_microsecond_and_in_utc():
    act = History().acts[0]
    moment = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
    back = decode_act(encode_act(dataclasses.replace(act, at=moment)))
    assert back.at == moment
    assert back.at.utcoffset() == timedelta(0)


def test_a_person_and_a_model_are_told_apart_even_under_one_id():
    drafted = next(act for act in settled().acts if type(act).__name__ == "Drafted")
    assert json.loads(encode_act(drafted))["actor"]["type"] == "model"
    assert json.loads(encode_act(History().acts[0]))["actor"] == {"id": "lead", "type": "person"}


def test_a_value_that_has_no_place_in_the_record_is_refused():
    with pytest.raises(TypeError, match="set has no place"):
        to_plain({"answers": {1, 2}})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_has_no_word_for_never_enters_the_record(number: float):
    """``NaN`` is no JSON: other readers of a dump or of ``GET .../acts`` stop at it, and it is not equal to itself."""
    with pytest.raises((BadInput, ValueError)):
        encode_act(History(aspect="labels").tell(claimed(), labelled(answers={"field": number})).acts[-1])


# ------------------------------------------------------------------------------------------------------------- refusals


def plain(act: Act | None = None) -> dict[str, Any]:
    """An act as JSON that a test may spoil."""
    return json.loads(encode_act(act or History().acts[0]))


def change(path: str, value: object, act: Act | None = None) -> str:
    """The act's JSON with another value at a dotted path."""
    body = plain(act)
    *way, last = path.split(".")
    inner = body
    for step in way:
        inner = inner[step]
    inner[last] = value
    return json.dumps(body)


@pytest.mark.parametrize("text", ["", "no act", "{", "[]", "[1]", "3", "null", '"act"', "{}", '{"schema": "1"}'])
def test_what_is_no_act_is_refused(text: str):
    with pytest.raises(BadInput, match=r"not an act\. Give the JSON"):
        decode_act(text)


@pytest.mark.parametrize("path", ["colour", "actor.age", "clip.fps", "policy.reviewers"])
def test_an_unknown_key_is_named(path: str):
    with pytest.raises(BadInput, match=rf"unknown key '{path.rsplit('.', 1)[-1]}'"):
        decode_act(change(path, 1))


@pytest.mark.parametrize("path", ["stream", "version", "at", "clip", "clip.time_base", "actor.id"])
def test_a_missing_key_is_named(path: str):
    body = plain()
    *way, last = path.split(".")
    inner = body
    for step in way:
        inner = inner[step]
    del inner[last]
    with pytest.raises(BadInput, match=rf"lacks '{last}'"):
        decode_act(json.dumps(body))


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("version", "2", "version is '2', not a whole number"),
        ("version", 2.0, "version is 2.0, not a whole number"),
        ("version", True, "version is True, not a whole number"),
        ("version", None, "version is None, not a whole number"),
        ("stream", 7, "stream is 7, not text"),
        ("active_seconds", "1", "active_seconds is '1', not a number"),
        ("active_seconds", True, "active_seconds is True, not a number"),
        ("at", "yesterday", "at is 'yesterday', not an ISO 8601 time"),
        ("at", 5, "at is 5, not an ISO 8601 time"),
        ("at", "2026-01-05T09:00:00", "is not in UTC"),
        ("at", "2026-01-05T09:00:00+02:00", "is not in UTC"),
        ("actor", "ann", "actor is 'ann', not an object of type person or model"),
        ("actor", {"id": "ann"}, "not an object of type person or model"),
        ("actor", {"id": "ann", "type": "robot"}, "not an object of type person or model"),
        ("actor", {"id": "ann", "type": "model"}, "unknown key 'id'"),
        ("clip", [], r"clip is \[\], not an object"),
        ("clip.time_base", "0.04", "clip.time_base is '0.04', not a fraction"),
        ("clip.time_base", "1/0", "clip.time_base is '1/0', not a fraction"),
        ("clip.time_base", 24, "clip.time_base is 24, not a fraction"),
        ("clip.end_frame", 1.5, "clip.end_frame is 1.5, not a whole number"),
        ("mode", "guess", "mode is 'guess', not one of critique, edit, write"),
        ("mode", 1, "mode is 1, not one of critique, edit, write"),
        ("policy.modes", {"guess": 1}, "a key of policy.modes is 'guess'"),
        ("policy.modes", [], r"policy.modes is \[\], not an object"),
        ("policy.modes", {"write": "much"}, "policy.modes.write is 'much', not a number"),
        ("policy.review_corrections", 1, "policy.review_corrections is 1, not true or false"),
        ("key", 7, "key is 7, not"),
    ],
)
def test_a_value_of_another_type_is_named_with_its_place(path: str, value: object, wanted: str):
    with pytest.raises(BadInput, match=wanted):
        decode_act(change(path, value))


@pytest.mark.parametrize(
    "value",
    [{"a": 1}, [1], [["a"]], [None], [{"a": 1}], [{"movements": "pan"}], [{"movements": [], "start_frame": "0"}]],
)
def test_an_answer_is_a_scalar_or_a_list_of_texts_or_segments(value: object):
    act = History(aspect="labels").tell(claimed(), labelled()).acts[-1]
    with pytest.raises(BadInput, match=r"answers\.shot"):
        decode_act(change("answers.shot", value, act))


def test_a_long_wrong_value_is_shown_short():
    with pytest.raises(BadInput) as refused:
        decode_act(change("version", "9" * 100_000))
    assert len(refused.value.message) < 200


@pytest.mark.parametrize("kind", ["Guessed", None, "Act", 3, [], {}])
def test_an_unknown_kind_is_refused(kind: object):
    with pytest.raises(BadInput, match="is not a kind of act"):
        decode_act(change("kind", kind))


@pytest.mark.parametrize("type", [[], {}, None, 3])
def test_an_actor_of_no_known_type_is_refused(type: object):
    with pytest.raises(BadInput, match="person or model"):
        decode_act(change("actor", {"id": "ann", "type": type}))


def test_a_number_beyond_every_float_is_refused():
    text = change("active_seconds", 1).replace('"active_seconds": 1', f'"active_seconds": {10**400}')
    with pytest.raises(BadInput):
        decode_act(text)


def test_a_value_is_checked_when_it_comes_from_the_record_too():
    rated_act = next(act for act in settled().acts if type(act).__name__ == "Rated")
    with pytest.raises(BadInput, match="Rating 6 is off the scale"):
        decode_act(change("rating", 6, rated_act))


# -------------------------------------------------------------------------------------------------------------- schemas


def test_a_newer_schema_is_refused_with_what_to_do():
    with pytest.raises(
        BadInput, match=f"schema {codec.SCHEMA + 1}; this release reads up to {codec.SCHEMA}"
    ) as refused:
        decode_act(change("schema", codec.SCHEMA + 1))
    assert "Upgrade" in refused.value.mend


@pytest.mark.parametrize("schema", [0, -1])
def test_an_older_schema_without_an_upcaster_is_refused(schema: int):
    with pytest.raises(BadInput, match=f"No upcaster lifts schema {schema}"):
        decode_act(change("schema", schema))


@pytest.mark.parametrize("schema", [True, None, 1.0, "1", [1]])
def test_a_schema_is_a_whole_number(schema: object):
    with pytest.raises(BadInput):
        decode_act(change("schema", schema))


def test_a_critique_of_schema_2_was_not_polished():
    act = next(act for act in settled().acts if type(act).__name__ == "Critiqued")
    body = plain(act)
    body["schema"] = 2
    del body["critique"]["polished"]
    assert decode_act(json.dumps(body)) == act


def test_upcasters_lift_an_old_act_step_by_step():
    """Schema 1 called the rating ``stars``, schema 2 counted it from 0."""
    lifted = []

    def second(body: dict[str, Any]) -> dict[str, Any]:
        lifted.append(1)
        return {**{name: value for name, value in body.items() if name != "stars"}, "rating": body["stars"]}

    def third(body: dict[str, Any]) -> dict[str, Any]:
        lifted.append(2)
        return {**body, "rating": body["rating"] + 1}

    act = History().tell(*with_rating()).acts[-1]
    body = plain(act)
    body["schema"] = 1
    body["stars"] = body.pop("rating") - 1
    assert decode_act(json.dumps(body), upcasters={1: second, 2: third}, schema=3) == act
    assert lifted == [1, 2]
    body["schema"], body["rating"] = 2, body.pop("stars")
    assert decode_act(json.dumps(body), upcasters={1: second, 2: third}, schema=3) == act
    assert lifted == [1, 2, 2]
    body["schema"], body["rating"] = 3, body["rating"] + 1
    assert decode_act(json.dumps(body), upcasters={1: second, 2: third}, schema=3) == act
    assert lifted == [1, 2, 2]


def with_rating() -> list[Any]:
    """Enough to rate a draft."""
    from tests.support.acts import DRAFTER, drafted

    return [claimed(by=DRAFTER), drafted(), claimed(), rated(4)]


def test_every_schema_below_this_one_has_its_upcaster():
    assert set(codec.UPCASTERS) == set(range(1, codec.SCHEMA))


def test_labels_of_the_first_schema_are_read_as_such():
    """Schema 1 had no schema of label records and no preselected answers, and an order of movements was a list."""
    act = History(aspect="labels").tell(claimed(), labelled(answers={"movement_order": ("pan", "tilt")})).acts[-1]
    body = plain(act)
    del body["record_schema"], body["untouched"]
    back = decode_act(json.dumps({**body, "schema": 1}))
    assert back == dataclasses.replace(act, record_schema=1)
    assert back.labels_hash == hash_of_answers({"movement_order": ["pan", "tilt"]}), "what is kept is what was said"
    others = plain()
    assert decode_act(json.dumps({**others, "schema": 1})) == History().acts[0]


def test_the_identity_of_segments_is_that_of_their_record():
    held = (Segment(movements=("pan",), start_frame=0, end_frame=5), Segment(movements=("tilt",)))
    act = History(aspect="labels").tell(claimed(), labelled(answers={"moves": held})).acts[-1]
    assert decode_act(encode_act(act)).labels_hash == act.labels_hash
    assert act.labels_hash == hash_of_answers({"moves": [segment.as_json() for segment in held]})
    assert act.labels_hash != hash_of_answers({"moves": held[::-1]})


def test_a_campaign_keeps_its_policy_in_the_record():
    act = campaign_opened()
    assert decode_act(encode_act(act)) == act
