"""The figures of an audit, worked out by hand beside what we compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.acts import ANN, BOB, LEAD, START, SimulatedClock, catalogue
from tests.support.audits import item, ratings, span
from videolect.errors import BadInput
from videolect.evals.audit.people import Judged, items_of, judged, people_figures
from videolect.evals.audit.report import audit_report, beside_golden
from videolect.evals.audit.words import automatic_figures
from videolect.language.spec import load_spec
from videolect.metrics.agreement import alpha_stats, ordinal_alpha
from videolect.oversight.audit import AuditDesk
from videolect.record.audit import RATED

SPEC = load_spec()
QUICK = {"resamples": 100}


def said(id: str = "s1", dataset: str = "A", *, by: str | None = "ann", caption: str | None = "A man walks.",
         spans: Any = (), critique: str = "", **given: int) -> Judged:  # fmt: skip
    """One answer, with the ratings that are given."""
    return Judged(
        dataset=dataset, id=id, video_id=f"v-{id}", source_id=f"v-{id}", caption=caption, auditor=by, ratings=given,
        spans=tuple(spans), critique=critique,
    )  # fmt: skip


def all_six(value: int) -> dict[str, int]:
    return dict.fromkeys(RATED, value)


def mark(failure: str | None) -> dict[str, Any]:
    return {"start": 0, "end": 1, "words": "A", "failure": failure, "exact": True}


# ------------------------------------------------------------------------------------------------------------- people


def test_an_item_counts_once_however_many_people_audited_it():
    rows = [
        said("s1", overall=1), said("s1", by="bob", overall=2), said("s1", by="cat", overall=3), said("s2", overall=5)
    ]  # fmt: skip
    found = people_figures(items_of(rows), **QUICK)
    assert found["per_dataset"]["A"]["overall"]["value"] == pytest.approx((2 + 5) / 2)
    assert found["per_dataset"]["A"]["overall"]["n"] == 2
    assert (found["pooled"]["items"], found["pooled"]["answers"]) == (2, 4)


def test_what_nobody_rated_is_an_item_and_in_no_mean():
    rows = [said("s1", **all_six(4)), said("s2", by=None), said("s3", overall=2)]
    scope = people_figures(items_of(rows), **QUICK)["pooled"]
    assert (scope["items"], scope["complete"], scope["answers"]) == (3, 1, 2)
    assert (scope["overall"]["value"], scope["overall"]["n"]) == (3, 2)
    assert (scope["camera"]["value"], scope["camera"]["n"]) == (4, 1)
    assert scope["camera"]["low"] is None  # one film says nothing of others
    nobody = people_figures(items_of([said("s2", by=None)]), **QUICK)["pooled"]
    assert nobody["overall"] is None


def test_an_interval_is_over_films_not_over_captions():
    values = [1, 5, 1, 5, 2, 4, 1, 5]
    apart = [said(f"s{n}", overall=value) for n, value in enumerate(values)]
    together = [
        Judged(dataset="A", id=f"s{n}", video_id="v", source_id=f"film-{n // 4}", caption="x", auditor="ann",
               ratings={"overall": value}) for n, value in enumerate(values)
    ]  # fmt: skip
    wide, narrow = (people_figures(items_of(rows), resamples=500)["pooled"]["overall"] for rows in (apart, together))
    assert wide["value"] == narrow["value"] == 3
    assert narrow["high"] - narrow["low"] < wide["high"] - wide["low"]
    assert wide["low"] < 3 < wide["high"]


def test_failures_are_counted_by_kind_and_by_item():
    rows = [
        said("s1", spans=[mark("hallucination"), mark("hallucination"), mark("subjective")], **all_six(2)),
        said("s1", by="bob", **all_six(4)),
        said("s2", **all_six(3)),
    ]
    failures = people_figures(items_of(rows), **QUICK)["pooled"]["failures"]
    assert failures["hallucination"]["spans"] == 2
    assert failures["hallucination"]["items"]["value"] == pytest.approx((0.5 + 0) / 2)
    assert failures["poor_writing"] == {"spans": 0, "items": failures["poor_writing"]["items"]}
    assert "unnamed" not in failures


def test_marks_of_others_without_a_kind_are_not_told_as_absent_failures():
    failures = people_figures(items_of([said(spans=[mark(None)], **all_six(2))]), **QUICK)["pooled"]["failures"]
    assert set(failures) == {"unnamed"}


def test_agreement_is_told_of_items_that_several_people_audited():
    rows = [said(f"s{n}", overall=1 + n % 5) for n in range(10)]
    rows += [said(f"s{n}", by="bob", overall=1 + n % 5) for n in range(10)]
    found = people_figures(items_of(rows), **QUICK)["agreement"]
    assert found["items"] == 10
    assert (found["overall"]["alpha"]["value"], found["overall"]["equal"]["value"]) == (1, 1)
    assert "camera" not in found
    assert people_figures(items_of(rows[:10]), **QUICK)["agreement"] == {"items": 0}


def test_an_auditor_is_told_how_far_above_the_others_he_rates():
    rows = [
        said("s1", overall=4),
        said("s1", by="bob", overall=2),
        said("s1", by="cat", overall=3),
        said("s2", overall=1),
    ]
    auditors = people_figures(items_of(rows), **QUICK)["auditors"]
    assert auditors["ann"]["answers"] == 2
    assert auditors["ann"]["overall"]["value"] == 2.5
    assert auditors["ann"]["above_others"]["overall"]["value"] == 1.5
    assert auditors["bob"]["above_others"]["overall"]["value"] == -1.5


def test_alpha_from_sums_refuses_what_is_no_value_and_has_none_where_all_are_equal():
    with pytest.raises(BadInput, match="6 is none"):
        alpha_stats([[6, 1]], range(1, 6))
    assert np.isnan(ordinal_alpha(alpha_stats([[3, 3], [3, 3]], range(1, 6)).sum(axis=0), 5))


def test_an_audit_of_the_workspace_becomes_answers_and_what_waits():
    audits = AuditDesk(catalogue(SPEC, clock=SimulatedClock(START)))
    audits.add(LEAD, "spring", [item("s1"), item("s2")], people=2)
    audits.answer(ANN, "spring", 1, ratings(5), spans=[span()], critique="So.")
    audits.answer(BOB, "spring", 1, ratings(2))
    rows = judged(audits.look("spring"))
    assert [(row.id, row.auditor, row.ratings.get("overall")) for row in rows] == [
        ("s1", "ann", 5), ("s1", "bob", 2), ("s2", None, None)
    ]  # fmt: skip
    assert rows[0].spans[0]["failure"] == "wrong_detail"


# -------------------------------------------------------------------------------------------------------- the machine


def test_the_linter_and_the_claims_are_counted_by_data_set():
    rows = [
        said("s1", "A", caption="The camera pans left.", **all_six(4)),
        said("s2", "A", caption="A beautiful woman might be walking", **all_six(2)),
        said("s3", "B", caption="A dog runs.", **all_six(3)),
        said("s4", "B", caption=None, **all_six(3)),
    ]
    found = automatic_figures(items_of(rows), SPEC, **QUICK)
    assert found["captions"] == 3
    assert found["claims"]["per_dataset"]["A"]["camera"]["any"]["value"] == 0.5
    assert found["claims"]["per_dataset"]["B"]["camera"]["any"]["value"] == 0
    assert found["lint"]["per_dataset"]["A"]["kinds"]["speculation"] == 1
    assert found["lint"]["per_dataset"]["A"]["clean"]["value"] == 0.5
    assert found["lint"]["pooled"]["captions"] == 3
    assert "labelled" not in found["claims"]["pooled"]


def test_with_labels_it_says_how_much_of_what_is_asserted_is_so():
    rows = [
        said("s1", caption="The camera pans left and zooms in.", **all_six(4)),
        said("s2", caption="The camera pans left.", **all_six(4)),
        said("s3", caption="The camera pans left.", **all_six(4)),
    ]
    states = {"v-s1": {"pan_left": True, "zoom_in": False}, "v-s2": {"pan_left": False}}
    claims = automatic_figures(items_of(rows), SPEC, states, **QUICK)["claims"]["pooled"]
    assert claims["labelled"] == 2
    assert claims["camera"]["judged"] == 3
    assert claims["camera"]["precision"]["value"] == pytest.approx(1 / 3)
    assert claims["scene"]["judged"] == 0
    assert claims["scene"]["precision"] is None


def test_correlation_with_ratings_is_told_with_and_without_the_data_sets_levels():
    """Long captions come from the set that people like better; inside each set the longer ones are worse."""
    rows = []
    for dataset, level, words in (("A", 2, 5), ("B", 4, 50)):
        for n in range(8):
            rating = level + (1 if n < 4 else 0)
            rows.append(said(f"s{n}", dataset, caption="word " * (words + n), **all_six(rating)))
    found = automatic_figures(items_of(rows), SPEC, **QUICK)["correlation"]
    words = next(each for each in found if (each["automatic"], each["rating"]) == ("words", "overall"))
    assert words["n"] == 16
    assert words["value"] > 0.5
    assert words["within"]["value"] < -0.5
    claims = next(each for each in found if each["automatic"] == "claims_camera")
    assert claims["value"] is None  # no caption says anything of the camera: there is no order


def test_nothing_at_all_has_no_figures_and_does_not_fail():
    found = audit_report([], SPEC, **QUICK)
    assert found["per_dataset"] == {}
    assert found["captions"] == 0
    assert all(each["value"] is None for each in found["correlation"])


def test_published_figures_stand_beside_ours(tmp_path: Path):
    rows = [said("s1", spans=[mark(None)], critique="So.", **all_six(4)), said("s2", **all_six(3))]
    report = audit_report(rows, SPEC, **QUICK)
    golden = tmp_path / "audits.json"
    golden.write_text('{"A": {"items": 2, "spans": 1, "mean_scores": {"overall": 3.5, "camera": 3.4}}}')
    beside = {each["name"].partition(":")[2]: (each["ours"], each["equal"]) for each in beside_golden(report, golden)}
    assert beside == {
        "/A/items": (2, True), "/A/spans": (1, True), "/A/mean_scores/overall": (3.5, True),
        "/A/mean_scores/camera": (3.5, False),
    }  # fmt: skip
