"""One suite for every index of captions and states: in memory, on SQLite, on PostgreSQL. All give the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import postgres

from videolect.errors import CannotRead
from videolect.language.query import All, AnyOf, Has, Not, Query, Unknown
from videolect.language.text_query import parse_text
from videolect.ledger import search_tables
from videolect.ledger.database import Database
from videolect.ledger.memory_search import MemorySearch
from videolect.ledger.search import SqlSearch
from videolect.oversight.ports import RANKED, CaptionText, ClipStates, Found, SearchIndex, SearchQuery

ADAPTERS = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
Maker = Callable[[], SearchIndex]


@pytest.fixture(scope="module")
def one_database(postgres_url: str) -> Iterator[Database]:
    """One PostgreSQL database for the tests of this file."""
    with postgres.fresh_database(postgres_url, "search") as url:
        database = Database(url, pool_size=2)
        yield database
        database.close()


@pytest.fixture(params=ADAPTERS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Makes empty indexes."""
    opened: list[Database] = []
    numbers = count()

    def made() -> SearchIndex:
        if request.param == "memory":
            return MemorySearch()
        if request.param == "postgres":
            index = SqlSearch(request.getfixturevalue("one_database"))
            index.clear()
            return index
        database = Database(f"sqlite:///{tmp_path / f'{next(numbers)}.db'}", pool_size=2)
        sa.event.listen(database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF").close())
        opened.append(database)
        return SqlSearch(database)

    yield made
    for database in opened:
        database.close()


@pytest.fixture
def index(make: Maker) -> SearchIndex:
    return make()


def text(clip: str, words: str | None, aspect: str = "scene", *, campaign: str = "spring", settled: bool = True) -> Any:
    return CaptionText(campaign=campaign, clip=clip, aspect=aspect, settled=settled, text=words)


def states(clip: str, yes: str = "", no: str = "", campaign: str = "spring") -> ClipStates:
    return ClipStates(campaign=campaign, clip=clip, yes=frozenset(yes.split()), no=frozenset(no.split()))


def keep(index: SearchIndex, *known: CaptionText | ClipStates) -> None:
    seen = index.seen()
    captions = [each for each in known if isinstance(each, CaptionText)]
    labels = [each for each in known if isinstance(each, ClipStates)]
    assert index.keep(captions, labels, seen=seen, upto=seen + 1)


def find(index: SearchIndex, words: str | None = None, query: Any = None, **more: Any) -> Found:
    return index.find(
        SearchQuery(
            text=parse_text(words) if words is not None else None,
            states=Query("", query) if query is not None else None,
            **more,
        )
    )


def names(found: Found) -> list[str]:
    return [f"{hit.clip}/{hit.aspect}" for hit in found.hits]


CAPTIONS = (
    text("a", "A red car passes. The Red Car is old."),
    text("b", "A car, red and old, stands in a café."),
    text("c", "A redcar has no carpet."),
    text("d", "红色汽车 in the rain; naïve façade, Straße 12½."),
    text("e", "Nothing 'here': it\\'s \"quoted\" & <b>odd</b> | ! :* 100% -- ; x_y"),
)


@pytest.mark.parametrize(
    ("words", "clips"),
    [
        ("red car", "ab"), ("RED  Car", "ab"), ('"red car"', "a"), ("car*", "abc"), ("re* old", "ab"),
        ('"red c"*', "a"), ("carpet", "c"), ("redcar", "c"), ("car red passes", "a"), ("cafe", "b"), ("CAFÉ", "b"),
        ("cafe\u0301", "b"), ("红色", "d"), ("色红", ""), ("汽*", "d"), ("naive facade", "d"), ("strasse", "d"),
        ("straße", "d"), ("it's", "e"), ("quoted", "e"), ("100%", "e"), ("x_y", "e"), ("b>odd", "e"), ("blue", ""),
        ("old-car", ""), ("red-car", "a"), ("'", None), ('"', None), ("* * AND", "b"), ("OR", ""), ("NOT red", ""),
        ("NEAR(red car)", ""), ("red*car", "a"), ("words:red", ""), ("red' OR '1'='1", ""), ("^red", "ab"),
    ],
)  # fmt: skip
def test_all_words_are_found_whatever_signs_stand_around_them(index: SearchIndex, words: str, clips: str | None):
    keep(index, *CAPTIONS)
    if clips is None:
        with pytest.raises(Exception, match="no word"):
            find(index, words)
        return
    found = find(index, words)
    assert {hit.clip for hit in found.hits} == set(clips)
    assert found.total == len(clips)


def test_a_hit_tells_where_and_how_well_it_matches_and_the_best_come_first(index: SearchIndex):
    keep(index, *CAPTIONS)
    first, second = find(index, "red car").hits
    assert (first.clip, second.clip) == ("a", "b")
    assert first.score > second.score > 0
    assert [second.caption[start:end] for start, end in second.marks] == ["car", "red"]
    assert first.states == {}


def test_among_equals_the_newer_clip_comes_first(index: SearchIndex):
    keep(index, text("a", "A dog."), text("b", "A dog."))
    keep(index, text("c", "A dog."), text("a", "A cat."), text("a", "A dog.", "motion"))
    assert names(find(index, "dog")) == ["c/scene", "b/scene", "a/motion"]
    assert names(find(index, "dog", limit=2)) == ["c/scene", "b/scene"]
    assert find(index, "dog", limit=2).total == 3


def test_what_is_replaced_or_gone_is_found_no_more(index: SearchIndex):
    keep(index, text("a", "A dog runs."), text("b", "A dog sleeps.", settled=False))
    keep(index, text("a", "A cat runs."), text("b", "A dog sleeps."))
    assert names(find(index, "dog")) == ["b/scene"]
    assert names(find(index, "cat")) == ["a/scene"]
    keep(index, text("b", None))
    assert find(index, "sleeps", unsettled=True) == Found(hits=(), total=0)
    keep(index, text("b", "A dog sleeps."))
    assert names(find(index, "sleeps")) == ["b/scene"]


def test_filters_of_campaign_aspect_and_what_is_final(index: SearchIndex):
    keep(
        index, text("a", "A dog."), text("a", "A dog moves.", "motion"), text("b", "A dog.", settled=False),
        text("a", "A dog.", campaign="autumn"),
    )  # fmt: skip
    assert find(index, "dog").total == 3
    assert find(index, "dog", unsettled=True).total == 4
    assert names(find(index, "dog", aspect="motion")) == ["a/motion"]
    assert find(index, "dog", campaign="autumn").total == 1
    assert find(index, "dog", campaign="winter") == Found(hits=(), total=0)
    assert find(index, "dog", aspect="camera") == Found(hits=(), total=0)
    assert find(index, "dog", campaign="spring", aspect="scene", unsettled=True).total == 2


def test_not_is_known_to_be_false_and_unknown_is_neither(index: SearchIndex):
    keep(index, states("a", yes="pan"), states("b", no="pan"), states("c", yes="zoom"), text("d", "Not labelled."))
    assert [hit.clip for hit in find(index, query=Has("pan")).hits] == ["a"]
    assert [hit.clip for hit in find(index, query=Not(Has("pan"))).hits] == ["b"]
    assert [hit.clip for hit in find(index, query=Unknown(Has("pan"))).hits] == ["c", "d"]
    assert find(index, query=Not(Has("pan"))).hits[0].states == {"pan": False}


def test_new_labels_replace_the_old_ones(index: SearchIndex):
    keep(index, states("a", yes="pan zoom", no="tilt"))
    keep(index, states("a", yes="tilt"))
    assert find(index, query=Has("zoom")).total == 0
    assert find(index, query=Unknown(Has("pan"))).total == 1
    assert find(index, query=Has("tilt")).total == 1


def test_without_words_a_clip_is_found_once_with_its_first_caption(index: SearchIndex):
    keep(index, text("x", "One.", "scene"), text("x", "Two.", "motion"), text("y", "Three.", "motion"))
    keep(index, states("x", yes="pan"), states("y", yes="pan"), states("z", yes="pan"), text("y", "Q.", settled=False))
    found = find(index, query=Has("pan"))
    assert names(found) == ["z/None", "y/motion", "x/scene"]
    assert [hit.caption for hit in found.hits] == [None, "Three.", "One."]
    assert [hit.score for hit in found.hits] == [None] * 3
    assert names(find(index, query=Has("pan"), aspect="scene")) == ["x/scene"]
    assert find(index, query=Has("pan"), limit=1).total == 3


def test_words_and_states_together(index: SearchIndex):
    keep(index, text("a", "A dog."), text("b", "A dog."), text("c", "A cat."), states("b", yes="pan"))
    keep(index, states("c", yes="pan"), states("a", no="pan"))
    assert names(find(index, "dog", Has("pan"))) == ["b/scene"]
    assert names(find(index, "dog", Not(Has("pan")))) == ["a/scene"]
    assert names(find(index, "dog", Has("pan"), campaign="winter")) == []


def test_an_index_that_does_not_stand_where_the_writer_thinks_keeps_nothing(index: SearchIndex):
    assert index.keep([text("a", "A dog.")], [], seen=0, upto=7)
    assert index.seen() == 7
    assert not index.keep([text("a", "A cat.")], [], seen=0, upto=9)
    assert (index.seen(), find(index, "dog").total, find(index, "cat").total) == (7, 1, 0)


def test_a_cleared_index_knows_nothing(index: SearchIndex):
    keep(index, text("a", "A dog."), states("a", yes="pan"))
    index.clear()
    assert (index.seen(), find(index, "dog").total, find(index, query=Has("pan")).total) == (0, 0, 0)
    keep(index, text("b", "A dog."))
    assert names(find(index, "dog")) == ["b/scene"]


def test_many_clips_over_several_rows_of_bits(index: SearchIndex):
    many = search_tables.CHUNK + 50
    keep(index, *(text(f"c{n}", "A dog." if n % 2 else "A cat.") for n in range(many)))
    keep(index, *(states(f"c{n}", yes="pan") for n in range(0, many, 3)))
    dogs = [n for n in range(many) if n % 2]
    assert find(index, "dog").total == len(dogs)
    assert find(index, "dog", Has("pan")).total == sum(n % 3 == 0 for n in dogs)
    assert len(find(index, "dog", limit=10_000).hits) == RANKED
    assert find(index, query=Unknown(Has("pan")), limit=3).hits[0].clip == f"c{many - 1}"
    assert find(index, "cat", Has("pan"), limit=1).hits[0].clip == f"c{(many - 1) // 6 * 6}"


def test_names_of_other_scripts_and_odd_signs_filter_exactly(index: SearchIndex):
    keep(index, text("a", "A dog.", "ton—'x'", campaign="über"))
    assert find(index, "dog", campaign="über", aspect="ton—'x'").total == 1
    assert find(index, "dog", campaign="uber").total == 0


CLIPS = ("a", "b", "c")
IDS = ("pan", "zoom")
VOCABULARY = ("red", "car", "red car", "Réd", "carpet", "—", "it's", "车")
captions = st.lists(st.sampled_from(VOCABULARY), max_size=5).map(" ".join)
acts = st.lists(
    st.one_of(
        st.builds(
            text, st.sampled_from(CLIPS), st.one_of(st.none(), captions), st.sampled_from(["scene", "motion"]),
            campaign=st.sampled_from(["spring", "autumn"]), settled=st.booleans(),
        ),
        st.builds(
            lambda clip, of: ClipStates(
                campaign="spring", clip=clip, yes=frozenset(i for i in IDS if of[i] is True),
                no=frozenset(i for i in IDS if of[i] is False),
            ),
            st.sampled_from(CLIPS),
            st.fixed_dictionaries({id_: st.sampled_from([True, False, None]) for id_ in IDS}),
        ),
    ),
    max_size=10,
)  # fmt: skip
trees = st.recursive(
    st.sampled_from(IDS).map(Has),
    lambda inner: st.one_of(
        inner.map(Not), inner.map(Unknown), st.tuples(inner, inner).map(All), st.tuples(inner, inner).map(AnyOf)
    ),
    max_leaves=4,
)
looked_for = st.lists(st.sampled_from(["red", "car", '"red car"', "car*", "red", "it's", "车", "c*"]), min_size=1)
queries = st.builds(
    SearchQuery,
    states=st.one_of(st.none(), trees.map(lambda root: Query("", root))),
    text=st.one_of(st.none(), looked_for.map(" ".join).map(parse_text)),
    campaign=st.sampled_from([None, "spring", "autumn"]),
    aspect=st.sampled_from([None, "scene", "motion"]),
    unsettled=st.booleans(),
    limit=st.sampled_from([1, 3, 20]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(acts, min_size=1, max_size=3), asked=st.lists(queries, min_size=1, max_size=4))
def test_every_index_answers_as_the_one_in_memory(make: Maker, batches: list[list[Any]], asked: list[SearchQuery]):
    index, twin = make(), MemorySearch()
    for batch in batches:
        keep(index, *batch)
        keep(twin, *batch)
    for query in asked:
        assert index.find(query) == twin.find(query)


def test_what_another_release_indexed_is_forgotten_and_the_tables_are_made_anew(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'search.db'}")
    keep(SqlSearch(database), text("a", "A dog."))
    with database.writing() as connection:
        connection.execute(search_tables.meta.update().values(value="0").where(search_tables.meta.c.name == "version"))
    index = SqlSearch(database)
    assert (index.seen(), find(index, "dog").total) == (0, 0)
    database.close()


def test_a_file_that_is_no_index_is_told_with_a_mend(tmp_path: Path):
    (tmp_path / "search.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(CannotRead, match="Delete it"):
        SqlSearch(Database(f"sqlite:///{tmp_path / 'search.db'}"))
