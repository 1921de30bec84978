"""Writes the dashboards out: `python -m deploy.grafana`."""

import json
from pathlib import Path

from deploy.grafana.boards import BOARDS, as_json

FOLDER = Path(__file__).with_name("dashboards")
LANGUAGES = ("zh", "en")


def files() -> dict[Path, str]:
    """Every dashboard's file, by its path below the folder."""
    return {
        Path(language) / f"{board.uid.removeprefix('wangge-')}.json": json.dumps(as_json(board, language), ensure_ascii=False, indent=1) + "\n"
        for language in LANGUAGES
        for board in BOARDS
    }


def main() -> None:
    """Writes them all."""
    for name, text in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
