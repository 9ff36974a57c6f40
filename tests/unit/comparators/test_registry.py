import importlib
from pathlib import Path

import infoflow
from infoflow.comparators import COMPARATORS

PAGE = Path(__file__).parents[3] / "docs" / "comparators.md"


def test_homes_exist_and_are_documented():
    for comparator in COMPARATORS.values():
        module, *names = comparator.home.replace(",", " ").split()
        module, _, first = module.rpartition(".")
        for name in (first, *names):
            assert getattr(importlib.import_module(module) if module != "infoflow" else infoflow, name).__doc__


def test_the_page_lists_every_comparator_as_the_registry_does():
    page = PAGE.read_text(encoding="utf-8")
    for comparator in COMPARATORS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{comparator.name}` "))
        for part in (
            comparator.title,
            comparator.quantities,
            comparator.estimates,
            comparator.vacuous,
            comparator.source,
        ):
            assert part in row
