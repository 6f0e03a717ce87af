"""The case table cell by cell, whose entry it is, and laws over random trees."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from deepdiff import DeepDiff
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelcat.merge import NO_BASE, Base, Merged, always, merge
from modelcat.tree import MISSING, Item, Keyed, Layout, ScalarSet, entries, same

if TYPE_CHECKING:
    from modelcat.tree import Pointer, Shape, Tree

SHAPE: Shape = {
    ("clients",): Keyed(("name", "type")),
    ("clients", "*", "models"): Keyed(("name",)),
    ("clients", "*", "tags"): ScalarSet(),
}
ENTRIES = (("clients", "*"), ("clients", "*", "models", "*"))
LAYOUT = Layout(SHAPE, ENTRIES)


def merged(base: Tree | Base, ours: Tree, theirs: Tree, **options: Any) -> Merged:
    start = base if isinstance(base, Base) else Base(base)
    before = copy.deepcopy((start.tree, ours, theirs))
    result = merge(start, ours, theirs, **{"shape": SHAPE, "entries": ENTRIES, **options})
    assert same([*before], [start.tree, ours, theirs]), "a merge must not change what it is given"
    return result


def never(_: Pointer) -> bool:
    return False


def facts(result: Merged) -> list[tuple[str, str, bool, bool]]:
    return [(d.case, d.action, d.held, d.new) for d in result.decisions]


# The table of merge.py, cell by cell: what stands at "x" in base, ours and theirs; the value after, the new
# base, and what was decided. 1, 2, 3 are values; MISSING is nothing.
M = MISSING
CELLS: list[tuple[Any, Any, Any, Any, Any, list[tuple[str, str, bool, bool]]]] = [
    # base = theirs
    (1, 1, 1, 1, 1, []),
    (1, 2, 1, 2, 1, [("edited", "keep", False, False)]),
    (1, M, 1, M, 1, [("edited", "keep", False, False)]),
    # ours = theirs
    (1, 2, 2, 2, 2, []),
    (M, 2, 2, 2, 2, []),
    (1, M, M, M, M, []),
    # base = ours, theirs changed
    (1, 1, 2, 2, 2, [("update", "change", False, False)]),
    # the person deleted it
    (1, M, 2, M, 2, [("deleted", "keep", True, True)]),
    # only theirs
    (M, M, 1, 1, 1, [("new", "add", False, False)]),
    # only ours
    (M, 1, M, 1, M, []),
    # the person's
    (M, 1, 2, 1, 2, [("yours", "keep", True, True)]),
    # dropped
    (1, 1, M, M, M, [("dropped", "remove", False, False)]),
    (1, 2, M, 2, 1, [("dropped-edited", "keep", False, False)]),
    # conflict
    (1, 2, 3, 2, 3, [("conflict", "keep", True, True)]),
    # types count
    (1, True, 1, True, 1, [("edited", "keep", False, False)]),
    (1, 1.0, 2, 1.0, 2, [("conflict", "keep", True, True)]),
    (1, 1, 1.0, 1.0, 1.0, [("update", "change", False, False)]),
    (M, None, 1, None, 1, [("yours", "keep", True, True)]),
    (None, None, M, M, M, [("dropped", "remove", False, False)]),
    # a list without keys is one value
    ([1, 2], [1, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3], [("update", "change", False, False)]),
    ([1, 2], [2, 1], [1, 2, 3], [2, 1], [1, 2, 3], [("conflict", "keep", True, True)]),
    # a map and a value
    (1, 1, {"a": 1}, {"a": 1}, {"a": 1}, [("update", "change", False, False)]),
    (1, {"b": 2}, {"a": 1}, {"b": 2, "a": 1}, {"a": 1}, [("new", "add", False, False)]),
    ({"a": 1}, 5, {"a": 2}, 5, {"a": 2}, [("conflict", "keep", True, True)]),
]


@pytest.mark.parametrize(("base", "ours", "theirs", "after", "known", "decided"), CELLS)
def test_a_cell_of_the_table(
    base: Any, ours: Any, theirs: Any, after: Any, known: Any, decided: list[tuple[str, str, bool, bool]]
) -> None:
    def tree(value: Any) -> Tree:
        return {"keep": 0} if value is MISSING else {"keep": 0, "x": value}

    result = merged(tree(base), tree(ours), tree(theirs))
    assert same(result.tree, tree(after))
    assert same(result.base.tree, tree(known))
    assert facts(result) == decided
    for decision in result.decisions:
        if decision.pointer == ("x",):
            assert same([decision.base, decision.ours, decision.theirs], [base, ours, theirs])


def test_without_proof_nothing_is_removed_and_the_base_remembers() -> None:
    result = merged({"x": 1, "y": 1}, {"x": 1}, {}, proof=never)
    assert result.tree == {"x": 1}
    assert result.base.tree == {"x": 1, "y": 1}
    assert not result.decisions


def test_what_was_deleted_stays_deleted_after_its_provider_was_not_offered_for_a_while() -> None:
    away = merged({"x": 1}, {}, {}, proof=never)
    assert merged(away.base, {}, {"x": 1}).tree == {}


def test_a_deletion_inside_an_entry_is_remembered_while_it_is_not_offered() -> None:
    def models(*names: str) -> Tree:
        return {"clients": [{"name": "or", "models": [{"name": name} for name in names]}]}

    away = merged(models("a", "b"), models("a"), models("a"), proof=never)
    assert away.base.tree == models("a", "b")
    assert merged(away.base, models("a"), models("a", "b")).tree == models("a")


@pytest.mark.parametrize("case", ["conflict", "yours", "deleted"])
def test_what_is_held_is_told_once_and_again_when_theirs_changes(case: str) -> None:
    base, ours = {"conflict": ({"x": 1}, {"x": 2}), "yours": ({}, {"x": 2}), "deleted": ({"x": 1}, {})}[case]
    first = merged(base, ours, {"x": 3})
    assert [(d.held, d.new) for d in first.decisions] == [(True, True)]
    again = merged(first.base, ours, {"x": 3})
    assert [(d.held, d.new) for d in again.decisions] == [(True, False)]
    assert again.base == first.base
    changed = merged(again.base, ours, {"x": 4})
    assert [(d.held, d.new) for d in changed.decisions] == [(True, True)]
    assert changed.tree == ours
    assert changed.base.held == {("x",)}


def test_a_conflict_says_why_and_a_deletion_is_none() -> None:
    assert merged({"x": 1}, {"x": 2}, {"x": 3}).decisions[0].conflict
    assert merged({}, {"x": 2}, {"x": 3}).decisions[0].conflict
    assert merged({"x": 1}, {}, {"x": 3}).decisions[0].conflict is None


def test_what_is_settled_is_held_no_more() -> None:
    held = merged({"x": 1}, {"x": 2}, {"x": 3}).base
    settled = merged(held, {"x": 3}, {"x": 3})
    assert not settled.decisions
    assert not settled.base.held


@pytest.mark.parametrize(
    ("base", "ours", "after"),
    [({"x": 1}, {"x": 2}, {"x": 3}), ({"x": 1}, {}, {"x": 3}), ({"y": 0}, {"x": 2}, {"x": 3})],
)
def test_preferring_theirs_acts_on_what_is_held(base: Tree, ours: Tree, after: Tree) -> None:
    held = merged(base, ours, {"x": 3}).base
    for start in (Base(base), held):
        result = merged(start, ours, {"x": 3}, prefer="theirs")
        assert result.tree == after
        assert not result.base.held
        case = "deleted" if "x" not in ours else "conflict" if "x" in start.tree else "yours"
        assert facts(result)[0] == (case, "change" if "x" in ours else "add", False, False)


def test_what_comes_back_by_preference_comes_after_the_last_of_ours() -> None:
    base = {"x": 1, "a": 1}
    result = merged(base, {"a": 1, "mine": 0}, {"x": 3, "a": 1}, prefer="theirs")
    assert [decision.after for decision in result.decisions] == ["a"]
    assert list(result.tree) == ["a", "x", "mine"]


def test_preferring_theirs_leaves_alone_what_only_the_person_changed() -> None:
    assert merged({"x": 1, "y": 1}, {"x": 2}, {"x": 1, "y": 1}, prefer="theirs").tree == {"x": 2}


def test_preferring_ours_settles_it_until_theirs_changes_again() -> None:
    result = merged({"x": 1}, {"x": 2}, {"x": 3}, prefer="ours")
    assert result.tree == {"x": 2}
    assert [(d.held, d.conflict) for d in result.decisions] == [(False, None)]
    assert not result.base.held
    assert merged(result.base, {"x": 2}, {"x": 4}).base.held


# ---------------------------------------------------------------- first contact and the entry as the unit

HAND: dict[str, Any] = {
    "model": "or:a",
    "clients": [
        {
            "type": "openai-compatible",
            "name": "or",
            "api_key": "k",
            "models": [{"name": "a", "max": 1}, {"name": "z"}],
        }
    ],
}
WRITTEN: dict[str, Any] = {
    "clients": [
        {
            "type": "openai-compatible",
            "name": "or",
            "api_base": "https://or",
            "models": [{"name": "a", "max": 9, "price": 2}, {"name": "b", "max": 5}],
        },
        {"type": "openai-compatible", "name": "groq", "models": [{"name": "g"}]},
    ]
}


def test_first_contact_adds_whole_entries_and_models_to_lists_that_exist() -> None:
    result = merged(NO_BASE, HAND, WRITTEN)
    assert result.tree == {
        "model": "or:a",
        "clients": [
            {
                "type": "openai-compatible",
                "name": "or",
                "api_key": "k",
                "models": [{"name": "a", "max": 1}, {"name": "z"}, {"name": "b", "max": 5}],
            },
            WRITTEN["clients"][1],
        ],
    }
    told = {(d.pointer, d.action, d.case, d.held, d.conflict) for d in result.decisions}
    client = ("clients", Item("or"))
    assert told == {
        ((*client, "models", Item("a"), "max"), "keep", "yours", True, None),
        ((*client, "models", Item("a"), "price"), "none", "lacking", False, None),
        ((*client, "models", Item("b")), "add", "new", False, None),
        ((*client, "api_base"), "none", "lacking", False, None),
        (("clients", Item("groq")), "add", "new", False, None),
    }
    assert result.base.yours == {client, (*client, "models", Item("a"))}


def test_the_entry_stays_the_persons_but_what_was_added_to_it_is_kept_up_to_date() -> None:
    first = merged(NO_BASE, HAND, WRITTEN)
    theirs = copy.deepcopy(WRITTEN)
    theirs["clients"][0]["models"][0]["seen"] = True
    theirs["clients"][0]["models"][1] = {"name": "b", "max": 6, "price": 1}
    theirs["clients"][0]["extra"] = "new field"
    second = merged(first.base, first.tree, theirs)
    client = second.tree["clients"][0]
    assert "extra" not in client
    assert client["models"] == [{"name": "a", "max": 1}, {"name": "z"}, {"name": "b", "max": 6, "price": 1}]


def test_no_list_of_models_is_made_in_an_entry_the_person_wrote() -> None:
    ours = {"clients": [{"type": "openai", "api_key": "k"}]}
    theirs = {"clients": [{"type": "openai", "models": [{"name": "a"}]}]}
    result = merged(NO_BASE, ours, theirs)
    assert result.tree == ours
    assert merged(result.base, ours, theirs).tree == ours
    adopted = merged(result.base, ours, theirs, adopt=frozenset({("clients", Item("openai"))}))
    assert adopted.tree == {"clients": [{"type": "openai", "api_key": "k", "models": [{"name": "a"}]}]}
    assert not adopted.base.yours


def test_adopting_completes_the_entry_and_its_models_and_overwrites_nothing() -> None:
    adopted = merged(NO_BASE, HAND, WRITTEN, adopt=frozenset({("clients", Item("or"))}))
    client = adopted.tree["clients"][0]
    assert client["api_base"] == "https://or"
    assert client["models"][0] == {"name": "a", "max": 1, "price": 2}
    assert client["api_key"] == "k"
    assert adopted.base.held == {("clients", Item("or"), "models", Item("a"), "max")}
    later = copy.deepcopy(WRITTEN)
    later["clients"][0]["extra"] = 1
    assert merged(adopted.base, adopted.tree, later).tree["clients"][0]["extra"] == 1


def test_only_at_first_contact_is_a_difference_in_an_adopted_entry_no_news() -> None:
    entry = ("clients", Item("or"))

    def clients(**fields: object) -> Tree:
        return {"clients": [{"name": "or", **fields}]}

    ours = clients(url="mine")
    first = merged(NO_BASE, ours, clients(url="u"), adopt=frozenset({entry}))
    assert [d.conflict for d in first.decisions] == [None]
    met = Base(clients(key="k"), yours=frozenset({entry}))
    later = merged(met, clients(key="k", url="mine"), clients(key="k", url="u"), adopt=frozenset({entry}))
    assert [d.conflict for d in later.decisions] == ["you wrote another value before modelcat had one"]


def test_whose_an_entry_was_is_forgotten_with_it_and_not_before() -> None:
    entry, other = ("clients", Item("or")), ("clients", Item("b"))
    base = Base({"clients": [{"name": "or"}, {"name": "b"}]}, yours=frozenset({entry, other}))
    ours = {"clients": [{"name": "b"}]}
    assert merged(base, ours, {"clients": []}, proof=never).base.yours == {entry, other}
    assert merged(base, ours, {"clients": []}).base.yours == {other}
    twice = {"clients": [{"name": "b"}, {"name": "b"}], "or": {}}
    assert merged(base, twice, base.tree).base.yours == {entry, other}


def test_an_entry_stays_the_persons_although_nothing_is_lacking_in_it() -> None:
    result = merged(NO_BASE, {"clients": [{"name": "or", "k": 1}]}, {"clients": [{"name": "or", "k": 2}]})
    assert result.base.yours == {("clients", Item("or"))}


def test_a_model_of_the_persons_stays_when_the_list_around_it_goes() -> None:
    both = {"clients": [{"name": "or", "models": [{"name": "a"}]}]}
    base = Base(both, yours=frozenset({("clients", Item("or"), "models", Item("a"))}))
    assert merged(base, both, {"clients": [{"name": "or"}]}).tree == both
    assert merged(base.tree, both, {"clients": [{"name": "or"}]}).tree == {"clients": [{"name": "or"}]}


def test_dropping_a_provider_takes_back_only_what_was_added_to_the_persons_entry() -> None:
    first = merged(NO_BASE, HAND, WRITTEN)
    dropped = merged(first.base, first.tree, {"clients": []})
    assert dropped.tree == HAND
    assert {(d.action, d.pointer) for d in dropped.decisions} == {
        ("remove", ("clients", Item("or"), "models", Item("b"))),
        ("remove", ("clients", Item("groq"))),
    }


def test_where_the_whole_list_is_dropped_each_entry_is_looked_at() -> None:
    base = {"clients": [{"name": "a"}, {"name": "b"}]}
    ours = {"clients": [{"name": "a", "x": 1}, {"name": "b"}]}
    result = merged(base, ours, {})
    assert result.tree == {"clients": [{"name": "a", "x": 1}]}
    assert result.base.tree == {"clients": [{"name": "a"}]}
    assert [(d.pointer[-1], d.case) for d in result.decisions] == [
        (Item("a"), "dropped-edited"),
        (Item("b"), "dropped"),
    ]


def test_an_entry_with_a_model_of_the_persons_is_not_removed_with_it() -> None:
    theirs = {"clients": [{"name": "or", "models": [{"name": "a", "max": 1}, {"name": "b"}]}]}
    ours: dict[str, Any] = {"clients": [{"name": "or", "models": [{"name": "b"}]}]}
    base = merged(NO_BASE, {}, {"clients": [{"name": "or", "models": [{"name": "b"}]}]}).base
    ours["clients"][0]["models"].append({"name": "a"})
    joint = merged(base, ours, theirs)
    assert merged(joint.base, joint.tree, {}).tree == joint.tree


def test_an_entry_equal_to_ours_becomes_ours_jointly() -> None:
    result = merged(NO_BASE, {"clients": [WRITTEN["clients"][1]]}, {"clients": [WRITTEN["clients"][1]]})
    assert not result.decisions
    assert not result.base.yours
    assert merged(result.base, result.tree, {"clients": []}).tree == {"clients": []}


def test_the_whole_file_can_be_the_entry() -> None:
    whole: dict[str, Any] = {"shape": {}, "entries": ((),)}
    theirs = {"model": "m", "catalog": "f.json"}
    assert merged(NO_BASE, {}, theirs, **whole).tree == theirs
    assert merged(NO_BASE, MISSING, theirs, **whole).tree == theirs
    person = merged(NO_BASE, {"model": "x"}, theirs, **whole)
    assert person.tree == {"model": "x"}
    assert merged(NO_BASE, {"model": "x"}, theirs, adopt=frozenset({()}), **whole).tree == {
        "model": "x",
        "catalog": "f.json",
    }
    assert merged(Base(theirs), theirs, MISSING, **whole).tree is MISSING


# ---------------------------------------------------------------- lists


def test_the_persons_order_stays_and_new_elements_follow_the_last_of_ours() -> None:
    def clients(*names: str) -> Tree:
        return {"clients": [{"name": name} for name in names]}

    result = merged(clients("a", "b"), clients("b", "a", "mine"), clients("a", "b", "c", "d"))
    assert result.tree == clients("b", "a", "c", "d", "mine")
    assert [d.after for d in result.decisions] == [Item("a"), Item("a")]
    assert merged(NO_BASE, clients("mine"), clients("c")).tree == clients("mine", "c")


def test_the_base_stands_in_the_order_of_the_file_and_then_what_is_only_remembered() -> None:
    def clients(*names: str) -> Tree:
        return {"clients": [{"name": name} for name in names]}

    first = merged(clients("z", "a"), clients(), clients("z", "a", "b"))
    assert first.base.tree == clients("b", "a", "z")
    assert merged(first.base, first.tree, clients("z", "a", "b")).base.tree == first.base.tree


def test_an_element_known_by_another_field_keeps_its_key_in_the_base() -> None:
    ours = {"clients": [{"type": "openai", "api_key": "k"}]}
    theirs = {"clients": [{"name": "openai", "type": "openai-compatible", "url": "u"}]}
    first = merged(NO_BASE, ours, theirs)
    assert first.tree == ours
    again = merged(first.base, ours, theirs)
    assert again.tree == ours
    assert again.base == first.base
    assert not [d for d in again.decisions if d.changes or d.new]


def test_map_keys_follow_the_last_of_ours_too() -> None:
    result = merged({"a": 1}, {"mine": 0, "a": 1, "also": 0}, {"a": 1, "b": 2})
    assert list(result.tree) == ["mine", "a", "b", "also"]


def test_what_only_happens_to_be_equal_is_not_one_of_ours_to_follow() -> None:
    result = merged({"a": "1"}, {"a": "1", "mine": "x"}, {"a": "1", "mine": "x", "new": "y"})
    assert list(result.tree) == ["a", "new", "mine"]


@pytest.mark.parametrize(
    ("clients", "why"),
    [
        ([{"name": "a"}, {"name": "a"}], "more than one 'a'"),
        ([{"name": "a"}, {"x": 1}], "element 2 has no name or type"),
        ([{"name": "a"}, "text"], "element 2 has no name or type"),
    ],
)
def test_a_list_that_cannot_be_keyed_is_left_alone_with_a_note(clients: Tree, why: str) -> None:
    base = Base({"clients": [{"name": "a", "x": 1}]}, held=frozenset({("clients", Item("a"), "x")}))
    result = merged(base, {"clients": clients, "y": 1}, {"clients": [{"name": "b"}], "z": 1})
    assert result.tree == {"clients": clients, "y": 1, "z": 1}
    assert [note.pointer for note in result.notes] == [("clients",)]
    assert why in result.notes[0].text
    assert result.base.held == base.held
    assert result.base.tree["clients"] == base.tree["clients"]


def test_a_list_of_modelcats_that_cannot_be_keyed_is_named_in_the_note() -> None:
    twice = [{"name": "a"}, {"name": "a"}]
    result = merged({"clients": []}, {"clients": [{"name": "b"}]}, {"clients": twice})
    assert [note.text for note in result.notes] == ["it has more than one 'a'"]


def test_the_base_holds_an_element_known_by_another_field_as_it_is() -> None:
    theirs = {"clients": [{"type": "openai", "url": "u"}]}
    assert merged(NO_BASE, {"clients": []}, theirs).base.tree == theirs


@pytest.mark.parametrize(("ours", "theirs"), [([1], ["b"]), (["a"], [2])])
def test_a_set_with_anything_but_strings_in_it_is_one_value(ours: Tree, theirs: Tree) -> None:
    def tags(value: Tree) -> Tree:
        return {"clients": [{"name": "c", "tags": value}]}

    result = merged(tags(["x"]), tags(ours), tags(theirs))
    assert result.tree == tags(ours)
    assert facts(result) == [("conflict", "keep", True, True)]
    assert not result.notes


def test_sets_merge_in_the_persons_order() -> None:
    def tags(*names: str) -> Tree:
        return {"clients": [{"name": "c", "tags": list(names)}]}

    result = merged(tags("a", "b", "c"), tags("mine", "c", "a"), tags("c", "b", "d"))
    assert result.tree == tags("mine", "c", "d")
    assert {(d.action, d.pointer[-1]) for d in result.decisions} == {
        ("remove", Item("a")),
        ("keep", Item("b")),
        ("add", Item("d")),
    }
    assert merged(tags("a", "b"), tags("a", "b"), tags("b"), proof=never).tree == tags("a", "b")


def test_a_set_with_an_element_twice_is_left_alone() -> None:
    ours = {"clients": [{"name": "c", "tags": ["a", "a"]}]}
    base = {"clients": [{"name": "c", "tags": ["a"]}]}
    result = merged(base, ours, {"clients": [{"name": "c", "tags": ["b"]}]}, proof=always)
    assert result.tree == ours
    assert [note.text for note in result.notes] == ["it has an element twice"]


def test_a_set_in_an_entry_the_person_wrote_is_a_field_of_theirs() -> None:
    ours = {"clients": [{"name": "c", "tags": ["a"]}]}
    theirs = {"clients": [{"name": "c", "tags": ["b"]}]}
    result = merged(NO_BASE, ours, theirs)
    assert result.tree == ours
    assert result.base.held == {("clients", Item("c"), "tags")}


@pytest.mark.parametrize(
    ("ours", "theirs"), [("x", "y"), ("x", []), ([], "y"), ({}, []), ({"a": 1}, [{"name": "a"}])]
)
def test_what_is_no_list_where_one_is_expected_is_one_value(ours: Tree, theirs: Tree) -> None:
    result = merged({"clients": 0}, {"clients": ours}, {"clients": theirs})
    assert result.tree == {"clients": ours}
    assert not result.notes
    assert [d.case for d in result.decisions] == ["conflict"]


def test_a_list_left_alone_that_is_equal_is_not_worth_a_note() -> None:
    twice = {"clients": [{"name": "a"}, {"name": "a"}]}
    result = merged({}, twice, copy.deepcopy(twice))
    assert not result.notes
    assert result.base.tree == twice


def test_an_empty_section_is_no_value_of_the_persons() -> None:
    theirs = {"clients": [{"name": "a"}]}
    result = merged(NO_BASE, {"clients": None}, theirs)
    assert result.tree == theirs
    assert [(d.action, d.case) for d in result.decisions] == [("change", "new")]


def test_proof_is_asked_for_each_entry_by_its_pointer() -> None:
    both = {"clients": [{"name": "or", "models": [{"name": "a"}, {"name": "b"}]}]}
    asked: list[Pointer] = []

    def proof(pointer: Pointer) -> bool:
        asked.append(pointer)
        return pointer[-1] == Item("b")

    result = merged(both, both, {"clients": [{"name": "or", "models": []}]}, proof=proof)
    assert result.tree == {"clients": [{"name": "or", "models": [{"name": "a"}]}]}
    assert asked == [("clients", Item("or"), "models", Item(name)) for name in "ab"]
    assert merged(both, both, {}, proof=proof).tree == both


# ---------------------------------------------------------------- laws

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.sampled_from([0, 1, True, 1.0, None, "x", "y"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(SCALARS, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
MODELS = st.lists(
    st.builds(
        lambda name, rest: {"name": name, **rest},
        NAMES,
        st.dictionaries(st.sampled_from(["max", "price", "own"]), SCALARS, max_size=3),
    ),
    max_size=3,
    unique_by=lambda model: str(model["name"]),
)
CLIENTS = st.lists(
    st.builds(
        lambda name, models, tags, rest: {"name": name} | models | tags | rest,
        NAMES,
        st.just({}) | st.builds(lambda models: {"models": models}, MODELS),
        st.just({}) | st.builds(lambda tags: {"tags": tags}, st.lists(NAMES, max_size=3, unique=True)),
        st.dictionaries(st.sampled_from(["type", "base", "own"]), st.sampled_from(["p", "q"]), max_size=2),
    ),
    max_size=3,
    unique_by=lambda client: str(client["name"]),
)
FILES = st.builds(
    lambda clients, rest: clients | rest,
    st.just({}) | st.builds(lambda clients: {"clients": clients}, CLIENTS),
    st.dictionaries(st.sampled_from(["model", "theme", "nested"]), VALUES, max_size=2),
)
PROOFS = st.sampled_from([lambda _: True, never, lambda pointer: Item("a") in pointer])
LAWS = settings(max_examples=150, deadline=None)


def typed_equal(left: Tree, right: Tree) -> bool:
    """By another program than ours: DeepDiff, with types, and for the order of lists."""
    return not DeepDiff(left, right)


def bases(theirs: Tree, ours: Tree) -> Base:
    """A base as modelcat would have recorded it."""
    return merge(NO_BASE, ours, theirs, shape=SHAPE, entries=ENTRIES).base


@LAWS
@given(FILES, FILES, PROOFS)
def test_law_nothing_new_changes_nothing(base: Tree, ours: Tree, proof: Any) -> None:
    result = merged(base, ours, base, proof=proof)
    assert typed_equal(result.tree, ours)
    assert not [d for d in result.decisions if d.changes or d.new]


@LAWS
@given(FILES, FILES)
def test_law_an_untouched_file_becomes_theirs(base: Tree, theirs: Tree) -> None:
    result = merged(base, copy.deepcopy(base), theirs)
    assert typed_equal(unordered(result.tree), unordered(theirs))
    assert same(unordered(result.base.tree), unordered(theirs))


def unordered(tree: Tree) -> Tree:
    """With keyed lists and sets in one order: they stay in the person's."""
    if not isinstance(tree, dict):
        return tree
    clients = [
        {key: sorted(value, key=str) if key in {"models", "tags"} else value for key, value in client.items()}
        for client in tree.get("clients", [])
    ]
    return {**tree, **({"clients": sorted(clients, key=str)} if "clients" in tree else {})}


@settings(LAWS, max_examples=400)
@given(FILES, FILES, FILES, FILES, PROOFS, st.sampled_from([None, "ours", "theirs"]))
def test_law_merging_twice_does_nothing_more(
    first: Tree, then: Tree, ours: Tree, theirs: Tree, proof: Any, prefer: Any
) -> None:
    once = merged(bases(first, then), ours, theirs, proof=proof, prefer=prefer)
    twice = merged(once.base, once.tree, theirs, proof=proof, prefer=prefer)
    assert typed_equal(twice.tree, once.tree)
    assert not [d for d in twice.decisions if d.changes or d.new]
    assert twice.base == once.base or same(twice.base.tree, once.base.tree)
    assert twice.base.held == once.base.held
    assert twice.base.yours == once.base.yours


@LAWS
@given(FILES, FILES)
def test_law_first_contact_only_adds(ours: Tree, theirs: Tree) -> None:
    result = merged(NO_BASE, ours, theirs)
    difference = DeepDiff(keyed(ours), keyed(result.tree), threshold_to_diff_deeper=0)
    assert set(difference) <= {"dictionary_item_added"}
    assert not [d for d in result.decisions if d.conflict or d.action in {"change", "remove"}]


def keyed(tree: Tree) -> Tree:
    """Lists of entries as maps, so that an addition is an added key wherever it stands."""
    clients = {
        client["name"]: {
            **client,
            **(
                {"models": {model["name"]: model for model in client["models"]}} if "models" in client else {}
            ),
        }
        for client in tree.get("clients", [])
    }
    return {**tree, **({"clients": clients} if "clients" in tree else {})}


@LAWS
@given(FILES, FILES, FILES, FILES)
def test_law_without_proof_nothing_is_removed(first: Tree, then: Tree, ours: Tree, theirs: Tree) -> None:
    result = merged(bases(first, then), ours, theirs, proof=never)
    assert not [d for d in result.decisions if d.action == "remove"]
    kept = set(entries(result.tree, LAYOUT))
    assert set(entries(ours, LAYOUT)) <= kept


@LAWS
@given(FILES, FILES, FILES)
def test_law_what_the_person_changed_stays(base: Tree, ours: Tree, theirs: Tree) -> None:
    """Every path whose value differs between base and ours is the same in the result."""
    result = merged(base, ours, theirs)
    was, now, after = flat(base), flat(ours), flat(result.tree)
    for path, value in now.items():
        if not same(was.get(path, MISSING), value):
            assert same(after.get(path, MISSING), value), path


@LAWS
@given(FILES, FILES, FILES)
def test_law_a_change_appears_only_where_theirs_differs_from_base(
    base: Tree, ours: Tree, theirs: Tree
) -> None:
    result = merged(base, ours, theirs)
    was, now, wanted, after = flat(base), flat(ours), flat(theirs), flat(result.tree)
    for path in now.keys() | after.keys():
        if not same(now.get(path, MISSING), after.get(path, MISSING)):
            assert not same(was.get(path, MISSING), wanted.get(path, MISSING)), path
            assert same(after.get(path, MISSING), wanted.get(path, MISSING)), path


def flat(tree: Tree, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every leaf by its path, entries by their names; other lists are leaves, empty places none."""
    if tree in ({}, []):
        return {}
    if isinstance(tree, dict):
        found: dict[tuple[str, ...], Any] = {}
        for key, value in tree.items():
            found |= flat(value, (*at, key))
        return found
    if isinstance(tree, list) and all(isinstance(item, dict) and "name" in item for item in tree):
        found = {}
        for item in tree:
            found |= flat(item, (*at, f"[{item['name']}]"))
        return found
    if isinstance(tree, list) and at[-1] == "tags":
        return {(*at, f"[{item}]"): item for item in tree}
    return {at: tree}


@LAWS
@given(FILES, FILES, FILES, FILES)
def test_law_decisions_say_what_changes_and_nothing_else(
    first: Tree, then: Tree, ours: Tree, theirs: Tree
) -> None:
    result = merged(bases(first, then), ours, theirs)
    assert bool([d for d in result.decisions if d.changes]) == (not typed_equal(ours, result.tree))
    pointers = [d.pointer for d in result.decisions]
    assert len(set(pointers)) == len(pointers)
    assert {d.pointer for d in result.decisions if d.held} <= result.base.held


@LAWS
@given(FILES, FILES, FILES)
def test_law_deleted_entries_stay_deleted(base: Tree, ours: Tree, theirs: Tree) -> None:
    written, kept = set(entries(base, LAYOUT)), set(entries(ours, LAYOUT))
    assume(written - kept)
    assert not (written - kept) & set(entries(merged(base, ours, theirs).tree, LAYOUT))
