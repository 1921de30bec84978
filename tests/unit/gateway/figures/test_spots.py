from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.combinations import Key
from services.gateway.figures.places import AreaPlace, OrgPlace, Places
from services.gateway.figures.spots import Spots, Spotting

AREAS, ORGANISATIONS = "abcx", "opx"  # x is not known
MERGES = [date(2026, 2, 1), date(2026, 5, 1)]
ERAS = [(0, 2**31 - 1), (0, 0), (1, 2**31 - 1), (1, 1), (2, 2**31 - 1)]

areas = st.builds(AreaPlace, st.sampled_from("abc"), st.just(0), st.just(2**31 - 1), st.integers(-1, 3), st.booleans())
areas_of_an_era = st.builds(lambda one, era: AreaPlace(one.key, *era, one.group, one.placed), areas, st.sampled_from(ERAS))
organisations = st.builds(
    lambda key, era, group, placed, area, stands: OrgPlace(key, *era, group, placed, area, stands),
    st.sampled_from("op"), st.sampled_from(ERAS), st.integers(-1, 0), st.booleans(), st.integers(-1, 3), st.booleans(),
)  # fmt: skip
places = st.builds(Places, st.lists(areas_of_an_era, max_size=6), st.lists(organisations, max_size=4), st.integers(-1, 1), st.integers(-1, 0), st.just(MERGES))
keys = st.lists(st.builds(Key, st.sampled_from([None, *AREAS]), st.sampled_from([None, *ORGANISATIONS])), max_size=12, unique=True)


def of_each(spots: Spots, size: int) -> list[list[tuple[object, ...]]]:
    """The spots of each place, in whatever order they are passed."""
    return [sorted((one.first, one.last, *spots.falls[one.of[place]]) for one in spots.passes if one.of[place] >= 0) for place in range(size)]


@given(places, keys, st.integers(0, 12), st.booleans())
def test_places_that_come_later_count_where_they_would_have_counted_from_the_first(where: Places, known: list[Key], early: int, by: bool) -> None:
    spotting = Spotting(where, by_organisation=by)

    before = spotting.of(known[:early])
    kept = of_each(before, len(known[:early]))
    after = spotting.of(known)

    assert of_each(after, len(known)) == of_each(Spotting(where, by_organisation=by).of(known), len(known))
    assert of_each(before, len(known[:early])) == kept, "what a question under way holds stays as it is"
    assert all(len(one.of) == len(known) for one in after.passes)
