"""``data search`` at the command line: in a workspace, and in files without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import movies
from tests.support.commands import run
from videolect.cli.main import main
from videolect.dataset.label_tables import read_states
from videolect.dataset.search_files import search_files
from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.ledger.memory_search import MemorySearch
from videolect.oversight.ports import CaptionText, ClipStates
from videolect.oversight.searching import Asked, read_asked

ROWS = [
    ("a", "subject", "A red car passes."),
    ("a", "scene", "A street. The Red Car is old, and the street is wet."),
    ("b", "subject", "Ein roter Wagen; a café car."),
    ("c", "scene", None),
]
STATES = [("pan_left", "a", True), ("pan_left", "b", False), ("zoom_in", "b", True), ("zoom_in", "d", True)]


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    videos, aspects, texts = (list(column) for column in zip(*ROWS, strict=True))
    table = {"video_id": videos, "aspect": aspects, "post_caption": texts, "campaign": ["spring"] * len(ROWS)}
    pq.write_table(pa.table(table), tmp_path / "triples.parquet")
    return tmp_path / "triples.parquet"


@pytest.fixture
def states(tmp_path: Path) -> Path:
    primitives, videos, values = (list(column) for column in zip(*STATES, strict=True))
    pq.write_table(
        pa.table({"primitive": primitives, "video_id": videos, "value": values}), tmp_path / "states.parquet"
    )
    return tmp_path / "states.parquet"


def found(answer: dict[str, Any]) -> list[str]:
    return [f"{hit['video_id']}/{hit['aspect']}" for hit in answer["hits"]]


def test_words_in_a_file_of_triples(captions: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, "data", "search", "--in", captions, "--text", '"red car"')
    assert (code, answer["total"], found(answer)) == (0, 2, ["a/subject", "a/scene"])
    hit = answer["hits"][1]
    assert {"video_id", "campaign", "aspect", "snippet", "caption", "states", "score"} <= hit.keys()
    assert [hit["caption"][start:end] for start, end in hit["marks"]] == ["Red Car"]
    assert [hit["snippet"][start:end] for start, end in hit["snippet_marks"]] == ["Red Car"]
    assert answer["seconds"] >= 0
    assert found(run(capsys, "data", "search", "--in", captions, "--text", "cafe")[1]) == ["b/subject"]
    assert found(run(capsys, "data", "search", "--in", captions, "--text", "car", "--aspect", "scene")[1]) == [
        "a/scene"
    ]
    assert run(capsys, "data", "search", "--in", captions, "--text", "car", "--campaign", "x")[1]["total"] == 0


def test_states_in_a_file_alone_and_with_captions(captions: Path, states: Path, capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, "data", "search", "zoom_in", "--states", states)
    assert (code, found(answer)) == (0, ["d/None", "b/None"])
    assert answer["hits"][0]["states"] == {"zoom_in": True}
    query = "not rotation:pan_left"
    assert found(run(capsys, "data", "search", query, "--states", states, "--in", captions)[1]) == ["b/subject"]
    _, answer = run(capsys, "data", "search", query, "--states", states, "--in", captions, "--text", "car")
    assert (answer["read_as"], found(answer)) == ("not pan_left", ["b/subject"])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["dolly_zom"], 2, "Perhaps dolly_zoom"),
        ([], 2, "Nothing is looked for"),
        (["--text", "'"], 2, "no word"),
        (["zoom_in"], 2, "no states are given"),
        (["--text", "car", "--limit", "0"], 2, "from 1 to 500"),
        (["--text", "car", "--aspect", "sound"], 2, "no aspect"),
        (["--text", "car", "--unsettled"], 2, "for a workspace"),
    ],
)
def test_what_is_asked_wrongly_of_files(captions: Path, capsys: pytest.CaptureFixture[str], words, code, says):
    answered, answer = run(capsys, "data", "search", *words, "--in", captions)
    assert answered == code
    assert says in answer["message"] + answer["mend"]


@pytest.mark.parametrize("column", ["primitive", "video_id"])
def test_a_row_that_names_nothing_is_refused_with_its_number(
    tmp_path: Path, column: str, capsys: pytest.CaptureFixture[str]
):
    rows = [{"primitive": "zoom_in", "video_id": f"v{n}", "value": True, "caption": "A car."} for n in range(3)]
    pq.write_table(pa.Table.from_pylist([*rows[:2], rows[2] | {column: None}]), tmp_path / "t.parquet")
    table, told = tmp_path / "t.parquet", f"Row 3 of t.parquet has no {column}."
    code, answer = run(capsys, "data", "search", "--states", table, "zoom_in")
    assert (code, answer["message"]) == (2, told)
    with pytest.raises(BadInput, match=told):
        read_states(table)
    if column == "video_id":
        code, answer = run(capsys, "data", "search", "--in", table, "--text", "car")
        assert (code, answer["message"]) == (2, told)


def test_files_that_are_none(tmp_path: Path, captions: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "other.parquet")
    pq.write_table(pa.table({"primitive": ["zoom_in"], "video_id": ["a"], "value": [1]}), tmp_path / "ints.parquet")
    pq.write_table(
        pa.table({"primitive": ["zoom_in"] * 2, "video_id": ["a"] * 2, "value": [True, False]}),
        tmp_path / "both.parquet",
    )
    for file, code in (("none.parquet", 2), ("bad.parquet", 1), ("other.parquet", 2)):
        assert run(capsys, "data", "search", "--in", tmp_path / file, "--text", "car")[0] == code
    for file, code in (("none.parquet", 2), ("bad.parquet", 1), ("ints.parquet", 2), ("both.parquet", 2)):
        assert run(capsys, "data", "search", "zoom_in", "--states", tmp_path / file)[0] == code


words = st.lists(st.sampled_from(["red", "car", "Réd", "carpet", "车", "it's"]), max_size=4).map(" ".join)
rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["scene", "motion"]), words),
    max_size=8, unique_by=lambda row: row[:2],
)  # fmt: skip
labels = st.dictionaries(
    st.tuples(st.sampled_from(["pan_left", "zoom_in"]), st.sampled_from("abcd")), st.booleans(), max_size=6
)
asked = st.builds(
    Asked,
    query=st.sampled_from(["", "pan_left", "not pan_left", "pan_left=? or zoom_in", "not (pan_left and zoom_in)"]),
    text=st.sampled_from(["red", "car*", '"red car"', "车", "red car"]),
    aspect=st.sampled_from([None, "scene"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, labels=labels, wish=asked)
def test_files_are_searched_as_the_index_is(tmp_path: Path, rows: list[Any], labels: dict[Any, bool], wish: Asked):
    table = {name: [row[place] for row in rows] for place, name in enumerate(("video_id", "aspect", "caption"))}
    pq.write_table(pa.table({name: pa.array(of, pa.string()) for name, of in table.items()}), tmp_path / "c.parquet")
    of_states = {
        "primitive": pa.array([id_ for id_, _ in labels], pa.string()),
        "video_id": pa.array([clip for _, clip in labels], pa.string()),
        "value": pa.array(list(labels.values()), pa.bool_()),
    }
    pq.write_table(pa.table(of_states), tmp_path / "s.parquet")
    index = MemorySearch()
    index.keep(
        [CaptionText(campaign="", clip=clip, aspect=aspect, settled=True, text=text) for clip, aspect, text in rows],
        [
            ClipStates(
                campaign="", clip=clip, yes=frozenset(i for (i, of), value in labels.items() if of == clip and value),
                no=frozenset(i for (i, of), value in labels.items() if of == clip and not value),
            )
            for clip in dict.fromkeys(clip for _, clip in labels)
        ],
        seen=0, upto=1,
    )  # fmt: skip
    query = read_asked(wish, load_spec())
    ours = search_files(query, captions=tmp_path / "c.parquet", states=tmp_path / "s.parquet", spec=load_spec())
    theirs = index.find(query)
    assert ours.total == theirs.total

    def by_name(hit: Any) -> tuple[Any, ...]:
        return hit.clip, hit.aspect or ""

    assert sorted(ours.hits, key=by_name) == sorted(theirs.hits, key=by_name)


def test_a_workspace_is_searched_after_an_import_and_again_after_a_rebuild(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    root = tmp_path / "workspace"
    run(capsys, "desk", "init", "--workspace", root)
    film = movies.constant(tmp_path / "film.mp4", 12)
    run(capsys, "data", "import", film, "--campaign", "spring", "--workspace", root)
    for _ in range(2):
        code, answer = run(capsys, "data", "search", "dolly_zoom=?", "--workspace", root)
        assert (code, answer["total"], found(answer)) == (0, 1, ["film/None"])
        assert answer["hits"][0]["states"] == {"dolly_zoom": None}
        assert run(capsys, "desk", "rebuild", "--workspace", root)[0] == 0
    (root / "search.db").unlink()
    assert run(capsys, "data", "search", "not dolly_zoom", "--workspace", root)[1]["total"] == 0
    assert run(capsys, "data", "search", "x", "--campaign", "winter", "--workspace", root)[0] == 2


def test_what_is_found_is_marked_on_a_terminal(captions: Path, states: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "search", "pan_left", "--states", str(states), "--in", str(captions), "--text", "red"]) == 0
    told = capsys.readouterr().out
    assert "2 found" in told
    assert "spring/a/subject  A [red] car passes." in told
    assert "pan_left yes" in told
