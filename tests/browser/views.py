"""Every view there is, as an address."""

from tests.browser.world import World

NAMES = ("home", "wall", "metrics", "rate", "split", "list", "place", "case", "unit", "organisation", "phone", "operations")

PHONE = (360, 640)
LAPTOP = (1366, 768)


def address_of(name: str, world: World) -> str:
    """Where a view is, for a district."""
    root = world.root
    return {
        "home": "/",
        "wall": f"/wall/{root}",
        "metrics": "/desk",
        "rate": f"/desk/metric/units.coverage?area={root}",
        "split": f"/desk/metric/cases.opened?area={root}&by=kind&compare=previous&from={world.today.replace(day=1)}&to={world.today}",
        "list": f"/desk/metric/units.coverage/items?area={root}&in=den&not_in=num",
        "place": f"/desk/area/{root}",
        "case": f"/desk/thing/case/{world.case}",
        "unit": f"/desk/thing/unit/{root}-u0",
        "organisation": f"/desk/thing/organisation/{world.party}",
        "phone": f"/m/{world.grid}",
        "operations": "/ops",
    }[name]


def size_of(name: str) -> tuple[int, int]:
    """The screen that a view is made for."""
    return {"wall": (1920, 1080), "phone": PHONE}.get(name, LAPTOP)
