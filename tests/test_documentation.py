"""The documents name only what exists: files, links, make targets and subcommands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend_specialist.cli import _COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
_TEST = re.compile(r"`(tests/[\w./-]+)`")


def broken_links(text: str, home: Path) -> list[str]:
    prose = re.sub(r"^```.*?^```|^    .*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    found = [link for link in _LINK.findall(prose) if "://" not in link]
    return [link for link in found if not (home / link).exists()]


def missing_tests(text: str) -> list[str]:
    return [name for name in _TEST.findall(text) if not (ROOT / name).exists()]


@pytest.mark.parametrize("name", NAMES)
def test_links_of_a_page_lead_somewhere(name: str) -> None:
    assert broken_links((ROOT / name).read_text(encoding="utf-8"), (ROOT / name).parent) == []


@pytest.mark.parametrize("name", NAMES)
def test_tests_that_a_page_names_exist(name: str) -> None:
    assert missing_tests((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_and_subcommands_that_a_page_names_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    called = set(re.findall(r"(?:^|`)backend-specialist ([a-z]+)", text, re.MULTILINE))
    assert called <= set(_COMMANDS)


def test_every_promise_has_tests_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d)\. .*$", text, re.MULTILINE)
    assert rows == [str(number) for number in range(1, 10)]
    for number in rows:
        (row,) = re.findall(rf"^\| {number}\. .*$", text, re.MULTILINE)
        assert _TEST.search(row), row


def test_a_broken_link_and_a_missing_test_are_found(tmp_path: Path) -> None:
    text = (
        "[a](no.md) [b](https://example.com) [c](.) `tests/none.py` `tests/test_documentation.py`"
    )
    assert broken_links(text, tmp_path) == ["no.md"]
    assert missing_tests(text) == ["tests/none.py"]
