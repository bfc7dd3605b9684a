"""The language in which clips are looked for by primitives: what it reads, what it refuses and where, what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.language.query import All, AnyOf, BadQuery, Has, Node, Not, Query, Unknown, parse_query

SPEC = load_spec()
FEW = ("pan_left", "zoom_in", "dolly_zoom")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("dolly_zoom", "dolly_zoom"),
        ("camera:dolly_zoom", "dolly_zoom"),
        ("lens:dolly_zoom", "dolly_zoom"),
        ('"Dolly zoom"', "dolly_zoom"),
        ("Dolly-Zoom", "dolly_zoom"),
        ("shot_size:close_up->wide", "shot_size_starts_close_up and shot_size_ends_wide"),
        ("shot_size:close_up->", "shot_size_starts_close_up"),
        ("shot_size:->wide", "shot_size_ends_wide"),
        ("->wide", "shot_size_ends_wide"),
        ("foreground->background", "focus_starts_foreground and focus_ends_background"),
        ("angle:high->level", "angle_starts_high and angle_ends_level"),
        ("height_above_ground:eye->hip", "height_above_ground_starts_eye_level and height_above_ground_ends_hip_level"),
        ("shot_size:starts_wide", "shot_size_starts_wide"),
        ("close_up-> and pan_left", "shot_size_starts_close_up and pan_left"),
        ("pan_left or pan_right and zoom_in", "pan_left or (pan_right and zoom_in)"),
        ("(pan_left or pan_right) and zoom_in", "(pan_left or pan_right) and zoom_in"),
        ("not pan_left and zoom_in", "not pan_left and zoom_in"),
        ("NOT (pan_left OR zoom_in)", "not (pan_left or zoom_in)"),
        ("pan_left=true", "pan_left"),
        ("pan_left=no", "not pan_left"),
        ("pan_left = ?", "pan_left=?"),
        ("(pan_left and zoom_in)=unknown", "(pan_left and zoom_in)=?"),
    ],
)
def test_what_is_written_is_read_as_primitives(text: str, means: str):
    assert parse_query(text, SPEC).root == parse_query(means, SPEC).root


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("camera:dolly_zoom and shot_size:close_up->wide",
         ("dolly_zoom", "shot_size_starts_close_up", "shot_size_ends_wide")),
        ("pan_left or not pan_left", ("pan_left",)),
    ],
)  # fmt: skip
def test_a_query_tells_which_primitives_it_names(text: str, ids: tuple[str, ...]):
    assert parse_query(text, SPEC).primitives == ids


def test_every_primitive_is_found_by_its_id_and_every_reference_name_leads_to_its_own():
    for id_, primitive in SPEC.primitives.items():
        assert parse_query(id_, SPEC).primitives == (id_,)
        assert parse_query(f"{primitive.group}:{id_}", SPEC).primitives == (id_,)
        for other in primitive.also_known_as:
            if other not in SPEC.primitives:
                assert parse_query(f'"{other}"', SPEC).primitives == (id_,)


@pytest.mark.parametrize(
    ("text", "start", "end", "says"),
    [
        ("", 0, 0, "is empty"),
        ("   ", 3, 3, "is empty"),
        ("dollyzom", 0, 8, "Perhaps dolly_zoom"),
        ("lens:pan_left", 5, 13, "Perhaps rotation:pan_left"),
        ("shot_size:close_up", 10, 18, "shot_size_starts_close_up"),
        ("shot_size:closeup->wide", 10, 17, "Use close_up"),
        ("pan_left and shot_size:wide->clos_up", 29, 36, "Use close_up"),
        ("rotation:left->right", 0, 8, "no primitives of a start and an end"),
        ("wide->background", 0, 4, "No one group has both"),
        ("lense:dolly_zoom", 0, 5, "Perhaps lens"),
        ("pan_left pan_right", 9, 18, "joined to nothing"),
        ("(pan_left", 0, 1, "never closed"),
        ("pan_left)", 8, 9, "closes nothing"),
        ("pan_left and", 12, 12, "is missing"),
        ("not", 3, 3, "is missing"),
        ("and pan_left", 0, 3, "is missing"),
        ("rotation:", 9, 9, "is missing"),
        ("pan_left=maybe", 9, 14, "no state"),
        ("pan_left=", 9, 9, "The state is missing"),
        ("->", 0, 2, "from nothing to nothing"),
        ("pan_left & zoom_in", 9, 10, "means nothing here"),
        ('pan_left and "zoom', 13, 14, "never closed"),
        ("pan_left'; DROP TABLE acts", 8, 9, "means nothing here"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_a_mend(text: str, start: int, end: int, says: str):
    with pytest.raises(BadQuery) as refused:
        parse_query(text, SPEC)
    assert (refused.value.start, refused.value.end) == (start, end)
    assert says in str(refused.value)


def test_a_name_that_may_mean_several_primitives_lists_them():
    with pytest.raises(BadQuery) as refused:
        parse_query("shot_size:close_up", SPEC)
    assert {"shot_size_starts_close_up", "shot_size_always_close_up"} <= set(refused.value.near)


@pytest.mark.parametrize(
    "text", ["(" * 5000 + "pan_left", "not " * 300 + "pan_left", "(" * 60 + "pan_left" + ")" * 60,
             " and ".join(["pan_left"] * 100)],
)  # fmt: skip
def test_what_is_too_long_or_too_deep_is_refused_and_does_not_end_the_program(text: str):
    with pytest.raises(BadQuery):
        parse_query(text, SPEC)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str):
    try:
        read = parse_query(text, SPEC)
    except BadInput:
        return
    assert parse_query(str(read), SPEC).root == read.root


@pytest.mark.parametrize(
    ("text", "states", "state"),
    [
        ("pan_left", {"pan_left": True}, True),
        ("pan_left", {}, None),
        ("not pan_left", {"pan_left": None}, None),
        ("not pan_left", {"pan_left": False}, True),
        ("pan_left=?", {}, True),
        ("pan_left=?", {"pan_left": False}, False),
        ("not pan_left=?", {"pan_left": False}, True),
        ("pan_left and zoom_in", {"zoom_in": False}, False),
        ("pan_left or zoom_in", {"zoom_in": True}, True),
        ("pan_left or zoom_in", {"zoom_in": False}, None),
        ("(pan_left and zoom_in)=?", {"pan_left": True}, True),
        ("(pan_left and zoom_in)=?", {"pan_left": False}, False),
    ],
)
def test_not_means_known_to_be_false_and_a_question_mark_means_that_nobody_knows(text, states, state):
    assert parse_query(text, SPEC).state(states) is state
    assert parse_query(text, SPEC).matches(states) is (state is True)


def _kleene(node: Node, states: dict[str, bool | None]) -> bool | None:
    """Three-valued logic as textbooks write it: false < unknown < true."""
    order = {False: 0, None: 1, True: 2}
    match node:
        case Has(primitive):
            return states[primitive]
        case Not(part):
            found = _kleene(part, states)
            return None if found is None else not found
        case Unknown(part):
            return _kleene(part, states) is None
        case All(parts):
            return min((_kleene(part, states) for part in parts), key=order.__getitem__)
        case AnyOf(parts):
            return max((_kleene(part, states) for part in parts), key=order.__getitem__)


nodes: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(FEW).map(Has),
    lambda inner: st.one_of(
        inner.map(Not), inner.map(Unknown),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=8,
)  # fmt: skip
some_states = st.fixed_dictionaries({id_: st.sampled_from([True, False, None]) for id_ in FEW})


@given(nodes, st.lists(some_states, min_size=1, max_size=12))
def test_one_clip_and_many_at_once_come_out_as_three_valued_logic_says(root: Node, clips: list[dict[str, bool | None]]):
    query = Query("", root)

    def of(id_: str) -> tuple[int, int]:
        yes = sum(1 << n for n, states in enumerate(clips) if states[id_] is True)
        return yes, sum(1 << n for n, states in enumerate(clips) if states[id_] is False)

    yes, no = query.sides(of, (1 << len(clips)) - 1)
    for number, states in enumerate(clips):
        expected = _kleene(root, states)
        assert query.state(states) is expected
        assert (bool(yes >> number & 1), bool(no >> number & 1)) == (expected is True, expected is False)


@given(nodes)
def test_a_query_written_out_and_read_again_means_the_same(root: Node):
    again = parse_query(str(Query("", root)), SPEC)
    for case in range(3 ** len(FEW)):
        states = {id_: (True, False, None)[case // 3**place % 3] for place, id_ in enumerate(FEW)}
        assert again.state(states) is Query("", root).state(states)
