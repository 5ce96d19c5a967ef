"""A lease lives as long as its process, or its heartbeat where the process cannot be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend_specialist.adapters.lease import Lease, Owner, _started, is_live, this_process


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def lease_of(process: subprocess.Popen[bytes], *, expires_at: float) -> Lease:
    owner = replace(this_process(), pid=process.pid, started=_started(process.pid))
    return Lease(owner=owner, expires_at=expires_at)


def test_each_owner_is_another() -> None:
    one, two = this_process(), this_process()
    assert one.id != two.id
    assert (one.pid, one.host, one.started) == (two.pid, two.host, two.started)


def test_own_lease_is_live_however_old() -> None:
    me = this_process()
    assert is_live(Lease(owner=me, expires_at=0), now=1000, viewer=me)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_living_process_keeps_its_lease_however_old(child: subprocess.Popen[bytes]) -> None:
    assert is_live(lease_of(child, expires_at=0), now=1000, viewer=this_process())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_killed_process_loses_its_lease_before_anybody_has_waited_for_it(
    child: subprocess.Popen[bytes],
) -> None:
    lease = lease_of(child, expires_at=1000)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now
    assert not is_live(lease, now=0, viewer=this_process())
    child.wait()
    assert not is_live(lease, now=0, viewer=this_process())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_number_used_again_by_another_process_is_not_the_owner() -> None:
    me = this_process()
    stranger = Lease(owner=replace(me, id="other", started="1"), expires_at=1000)
    assert not is_live(stranger, now=0, viewer=me)


@pytest.mark.parametrize(("now", "live"), [(9.9, True), (10.0, False)])
def test_heartbeat_decides_on_another_host(now: float, live: bool) -> None:
    owner = Owner(id="other", host="elsewhere", pid=1, started="1")
    assert is_live(Lease(owner=owner, expires_at=10), now=now, viewer=this_process()) is live


@pytest.mark.parametrize(("now", "live"), [(9.9, True), (10.0, False)])
def test_heartbeat_decides_where_start_times_are_unknown(now: float, live: bool) -> None:
    owner = replace(this_process(), id="other", started="")
    assert is_live(Lease(owner=owner, expires_at=10), now=now, viewer=this_process()) is live


def test_missing_process_is_dead_where_start_times_are_unknown(
    child: subprocess.Popen[bytes],
) -> None:
    child.kill()
    child.wait()
    owner = replace(this_process(), id="other", pid=child.pid, started="")
    assert not is_live(Lease(owner=owner, expires_at=10), now=0, viewer=this_process())
