"""`python -m deploy.demo.figures [PLACE] [--json]`: the published figures beside the live ones; tells nothing. 0 only if all hold."""

import argparse
import json
import sys

import msgspec
from rich.console import Console

from deploy.demo.checking import as_document, check_all
from deploy.demo.gateway import Gateway, GatewayError
from deploy.demo.printed import load_article
from deploy.demo.progress import say
from deploy.demo.replay import UnknownPlaceError, places
from deploy.demo.report import Found, print_table
from deploy.demo.settings import DemoSettings


def show(found: Found, *, as_json: bool) -> bool:
    """Prints one JSON document, or one table; whether all figures hold."""
    checked = [one for _, rows in found for one in rows]
    for one in checked:
        if one.reason:
            say(f"{one.figure.id}: {one.reason}")
    if as_json:
        sys.stdout.write(json.dumps(as_document(checked), ensure_ascii=False) + "\n")
    else:
        print_table(Console(), found)
    return all(one.holds for one in checked)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./run figures", description="Published figures beside the live ones.")
    parser.add_argument("place", nargs="?", help="only this place; without it, every place that has published figures")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    settings = DemoSettings.from_environment()
    try:
        articles = [load_article(settings.catalogue, place, cut=settings.cut) for place in ([options.place] if options.place else places(settings.catalogue))]
        with Gateway(settings.gateway, settings.reader) as gateway:
            found = [(article, check_all(gateway, article)) for article in articles]
    except UnknownPlaceError as error:
        say(f"figures: {error}")
        return 2
    except (GatewayError, msgspec.MsgspecError) as error:
        say(f"figures: {error}")
        return 1
    return 0 if show(found, as_json=options.json) else 1


if __name__ == "__main__":
    sys.exit(main())
