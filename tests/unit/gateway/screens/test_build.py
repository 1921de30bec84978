"""What was built, where it was: small enough to load at once, and nothing from elsewhere."""

import gzip
import json
import re
from pathlib import Path

import pytest

from services.gateway.web_pages import DIST

WEB = Path("services/gateway/web")
BUDGET = 600 * 1000
built = pytest.mark.usefixtures("screens")
NEWER_THAN_CHROME_90 = re.compile(
    r"\bObject\.hasOwn\(|\.findLast(?:Index)?\(|\bstructuredClone\(|\bstatic\s*\{|#\w+ in "
    r"|:has\(|@container\b|@layer\b|\baccent-color:|\d(?:dvh|svh|lvh|cqw)\b|color-mix\("
)
"""What the browsers of government desktops do not know yet."""


def first_load(entry: str) -> set[str]:
    """The assets a view fetches before it shows: those of the page and everything they import at once, charts included."""
    pending, found = re.findall(r'/assets/([^"]+)', entry), set()
    while pending:
        name = pending.pop()
        if name in found or not (DIST / "assets" / name).exists():
            continue
        found.add(name)
        if name.endswith((".js", ".css")):
            pending += re.findall(r"""[./"'(]([\w-]+-[\w-]{8}\.(?:js|css|woff2))""", (DIST / "assets" / name).read_text(encoding="utf-8"))
    return found


@built
def test_all_views_together_load_in_less_than_the_budget() -> None:
    assets = first_load((DIST / "index.html").read_text(encoding="utf-8"))
    sizes = {name: len(gzip.compress((DIST / "assets" / name).read_bytes(), 9)) for name in assets if not name.endswith(".woff")}

    assert any(name.startswith("FigurePage") for name in assets), "charts are counted"
    assert sum(sizes.values()) <= BUDGET, sizes


@built
def test_nothing_built_is_loaded_from_elsewhere_or_made_of_text() -> None:
    for path in (DIST / "assets").glob("*"):
        if path.suffix in {".js", ".css"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"""(?:import|from|url)\s*\(?["']?https?:""", text), path.name
            assert not re.search(r"\bnew Function\(|[^\w.]eval\(", text), path.name
    assert "http" not in (DIST / "index.html").read_text(encoding="utf-8")


@built
def test_nothing_built_needs_a_browser_newer_than_chrome_90() -> None:
    assert "target: 'chrome90'" in (WEB / "vite.config.ts").read_text(encoding="utf-8")
    for path in (DIST / "assets").glob("*"):
        if path.suffix in {".js", ".css"}:
            found = NEWER_THAN_CHROME_90.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path.name}: …{found.string[max(0, found.start() - 60) : found.end() + 20]}…" if found else ""


def test_the_lock_names_no_host() -> None:
    assert "://" not in (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert "omit-lockfile-registry-resolved=true" in (WEB / ".npmrc").read_text(encoding="utf-8")


def test_both_languages_say_the_same_things() -> None:
    def keys(texts: dict[str, object], prefix: str = "") -> set[str]:
        return {found for name, text in texts.items() for found in (keys(text, f"{prefix}{name}.") if isinstance(text, dict) else {prefix + name})}

    zh, en = (json.loads((WEB / "src" / "i18n" / f"{language}.json").read_text(encoding="utf-8")) for language in ("zh", "en"))
    assert keys(zh) == keys(en)


def test_every_text_that_is_used_exists() -> None:
    texts = json.loads((WEB / "src" / "i18n" / "zh.json").read_text(encoding="utf-8"))
    for path in (WEB / "src").rglob("*"):
        if path.suffix in {".vue", ".ts"}:
            for group, name in re.findall(r"\bt\('(\w+)\.(\w+)'", path.read_text(encoding="utf-8")):
                assert name in texts.get(group, {}), f"{path.name}: {group}.{name}"
