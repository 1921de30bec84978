"""An operator's own folder lies over the shipped one: it adds, and what it says goes before."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.kernel.catalogue import CatalogueError, load

Write = Callable[..., Path]

NAMES = "names: {zh: 名, en: Name}"
SHIPPED = f"""
kinds:
  unit.shop:
    {NAMES}
    class: public
    attributes:
      size: {{type: integer, minimum: 1}}
      open: {{type: boolean}}
measures:
  - {{id: units, nature: stock, families: [unit], unit: units, {NAMES}}}
metrics:
  - {{id: shops, unit: units, text: {{zh: 店, en: Shops}}, sum: {{measure: units}}}}
  - {{id: shops, version: 2, valid_from: 2020-01-01, unit: shops, text: {{zh: 店, en: Shops}}, sum: {{measure: units}}}}
"""
OWN = f"""
kinds:
  unit.shop:
    class: restricted
    attributes:
      size: {{type: integer, minimum: 5}}
  unit.stall:
    {NAMES}
metrics:
  - {{id: shops, version: 2, valid_from: 2021-01-01, unit: shops, text: {{zh: 店, en: Our shops}}, sum: {{measure: units}}}}
"""


def _own(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_what_the_later_folder_says_goes_before_word_by_word(write: Write, tmp_path: Path) -> None:
    catalogue = load(os.pathsep.join((str(write(common=SHIPPED)), _own(tmp_path, OWN))))
    shop = catalogue.kind("unit.shop")

    assert (shop.access, shop.names.en) == ("restricted", "Name")
    assert shop.attributes["size"].minimum == 5
    assert "open" in shop.attributes
    assert "unit.stall" in catalogue.kinds


def test_a_definition_is_replaced_by_id_and_version(write: Write, tmp_path: Path) -> None:
    catalogue = load(os.pathsep.join((str(write(common=SHIPPED)), _own(tmp_path, OWN))))

    assert [(one.version, one.text.en, one.valid_from.year) for one in catalogue.definitions["shops"]] == [(1, "Shops", 1970), (2, "Our shops", 2021)]


def test_the_order_of_the_folders_decides(write: Write, tmp_path: Path) -> None:
    shipped = str(write(common=SHIPPED))

    assert load(os.pathsep.join((_own(tmp_path, OWN.replace("class: restricted", "names: {zh: 甲, en: A}")), shipped))).kind("unit.shop").access == "public"


def test_a_flaw_in_the_later_folder_names_its_file(write: Write, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        load(os.pathsep.join((str(write(common=SHIPPED)), _own(tmp_path, "kinds:\n  unit.shop:\n    class: secret\n"))))

    assert [(flaw.file, flaw.line) for flaw in refused.value.flaws] == [(str(tmp_path / "ours.yaml"), 3)]


def test_folders_in_one_numbered_folder_are_layers_in_the_order_of_their_numbers(write: Write, tmp_path: Path) -> None:
    (tmp_path / "0").symlink_to(write(common=SHIPPED))
    _own(tmp_path / "10", OWN.replace("minimum: 5", "minimum: 10"))
    _own(tmp_path / "2", OWN)

    assert load(tmp_path).kind("unit.shop").attributes["size"].minimum == 10


def test_a_folder_that_holds_nothing_is_told(write: Write, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="there is no catalogue here"):
        load(os.pathsep.join((str(write(common=SHIPPED)), str(tmp_path / "nowhere"))))
