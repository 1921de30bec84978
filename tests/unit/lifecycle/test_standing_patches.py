import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.lifecycle.patches import apply, leaves, without_newer

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("ab/"), inner, max_size=2),
    max_leaves=6,
)
documents = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


def merge_patch(target: object, patch: object) -> object:
    """The algorithm as RFC 7396 prints it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


@given(documents, documents)
@settings(deadline=None)
def test_a_patch_is_merged_as_the_rfc_says(data: dict[str, object], patch: dict[str, object]):
    before = json.dumps([data, patch])

    assert apply(data, patch) == merge_patch(data, patch)
    assert json.dumps([data, patch]) == before


@given(documents, documents)
@settings(deadline=None)
def test_where_nothing_is_newer_a_late_patch_does_what_a_timely_one_does(data: dict[str, object], patch: dict[str, object]):
    clean = merge_patch({}, data)
    assert isinstance(clean, dict)

    late = apply(clean, without_newer(patch, clean, lambda path: False))

    assert _bare(late) == _bare(apply(clean, patch))


@given(documents, documents)
@settings(deadline=None)
def test_where_everything_is_newer_nothing_is_taken(data: dict[str, object], patch: dict[str, object]):
    assert without_newer(patch, data, lambda path: True) == {}


def test_the_fields_of_a_patch_are_its_leaves():
    assert sorted(leaves({"name": "a", "attributes": {"size": None, "tags": ["x"]}, "a/b": 1})) == ["attributes/size", "attributes/tags", "a~1b", "name"]


def _bare(document: object) -> object:
    """Without objects that hold nothing: taking all of an object's fields away one by one leaves it empty."""
    if not isinstance(document, dict):
        return document
    inner = {name: _bare(value) for name, value in document.items()}
    return {name: value for name, value in inner.items() if value != {}}
