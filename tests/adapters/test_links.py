"""Links followed one at a time: every name on the way, and in the end what the operating system says."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.links import spellings

NAMES = st.sampled_from(["a", "b", "c", "d"])
PARTS = st.lists(st.one_of(NAMES, st.just("..")), min_size=1, max_size=4).map("/".join)
# In order: a later link may stand on an earlier one, and a target need not exist.
LINKS = st.lists(st.tuples(PARTS, PARTS, st.booleans()), max_size=6)
WAYS = st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), min_size=1, max_size=4)


@given(LINKS, WAYS)
def test_the_last_name_is_the_real_path(
    links: list[tuple[str, str, bool]], ways: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as base:
        root = Path(os.path.realpath(base)) / "1" / "2" / "3" / "4" / "5"
        (root / "a" / "b").mkdir(parents=True)
        (root / "c").mkdir()
        for name, target, absolute in links:
            with suppress(OSError):
                os.symlink(root / target if absolute else target, root / name)
        paths = [str(root / way) for way in ways]
        for path, names in zip(paths, spellings(paths), strict=True):
            if not names:
                with pytest.raises(OSError, match="symbolic links"):
                    os.stat(path)
                continue
            assert (names[0], names[-1]) == (path, os.path.realpath(path))


def test_every_name_on_the_way_is_given(tmp_path: Path) -> None:
    home = os.path.realpath(tmp_path)
    os.makedirs(f"{home}/deploy/deep")
    for name, target in {".ssh": "deploy", "x": ".ssh/y", "deploy/y": "deep/../z"}.items():
        os.symlink(target, f"{home}/{name}")
    assert spellings([f"{home}/x"]) == [
        tuple(f"{home}/{name}" for name in ("x", ".ssh/y", "deploy/y", "deploy/z"))
    ]


def test_parent_of_a_link_is_the_parent_of_where_it_leads(tmp_path: Path) -> None:
    home = os.path.realpath(tmp_path)
    os.makedirs(f"{home}/far/deep")
    os.symlink("far/deep", f"{home}/near")
    os.symlink("near/../x", f"{home}/x")
    assert spellings([f"{home}/x"])[0][-1] == f"{home}/far/x" == os.path.realpath(f"{home}/x")


@pytest.mark.parametrize(("links", "followed"), [(40, True), (41, False), (3000, False)])
def test_as_many_links_are_followed_as_the_system_follows(
    tmp_path: Path, links: int, followed: bool
) -> None:
    names = [str(tmp_path / str(number)) for number in range(links + 1)]
    Path(names[-1]).write_text("x")
    for name, target in pairwise(names):
        os.symlink(target, name)
    (found,) = spellings([names[0]])
    assert bool(found) is followed
    assert not followed or found[-1] == os.path.realpath(names[-1])


@pytest.mark.parametrize("target", ["loop", "loop/loop", "./loop/../loop"])
def test_circle_has_no_names(tmp_path: Path, target: str) -> None:
    (tmp_path / "loop").symlink_to(target)
    assert spellings([str(tmp_path / "loop" / "x"), str(tmp_path)])[0] == ()


@pytest.mark.parametrize(
    "path", ["/", "/none/at/all", "/a\0b", "/" + "a" * 300, "/" + "a/" * 3000 + "a"]
)
def test_what_is_no_link_is_itself(path: str) -> None:
    assert spellings([path]) == [(path,)]
