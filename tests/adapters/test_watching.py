"""Real file events on a real disk. No test waits for a time: each waits for what must happen."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend_specialist.adapters.watching import Watcher

PATIENCE = 20.0


class Reader:
    """Reads a directory each time that it is told to, as the catalog does."""

    def __init__(self, *directories: Path) -> None:
        self.directories = [str(path) for path in directories]
        self.readings: list[dict[str, str]] = []
        self._news = asyncio.Condition()

    async def read(self) -> None:
        files = (path for each in self.directories for path in Path(each).rglob("*.md"))
        async with self._news:
            self.readings.append({path.name: path.read_text() for path in files})
            self._news.notify_all()

    async def until(self, **expected: str) -> None:
        """Wait for a reading that finds these files with these texts."""
        wanted = {f"{name}.md": text for name, text in expected.items()}
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: bool(self.readings) and self.readings[-1] == wanted)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Reader]:
    (tmp_path / "agents").mkdir()
    reader = Reader(tmp_path / "agents", tmp_path / "root/.opencode/agent")
    (tmp_path / "root").mkdir()
    watcher = Watcher(lambda: reader.directories, reader.read)
    await watcher.start()
    yield reader
    await watcher.close()


async def test_watcher_hears_of_new_changed_and_removed_files(
    watched: Reader, tmp_path: Path
) -> None:
    file = tmp_path / "agents/a.md"
    file.write_text("1")
    await watched.until(a="1")
    file.write_text("2")
    await watched.until(a="2")
    file.unlink()
    await watched.until()


async def test_watcher_hears_of_a_file_that_is_renamed_into_its_place(
    watched: Reader, tmp_path: Path
) -> None:
    for text in ("1", "2"):
        (tmp_path / "agents/.a.md.swp").write_text(text)
        os.replace(tmp_path / "agents/.a.md.swp", tmp_path / "agents/a.md")
        await watched.until(a=text)


async def test_watcher_waits_for_a_directory_that_does_not_exist_yet(
    watched: Reader, tmp_path: Path
) -> None:
    directory = tmp_path / "root/.opencode/agent"
    directory.mkdir(parents=True)
    (directory / "a.md").write_text("1")
    await watched.until(a="1")
    (directory / "a.md").write_text("2")
    await watched.until(a="2")


async def test_watcher_hears_of_a_directory_that_goes_and_comes_again(
    watched: Reader, tmp_path: Path
) -> None:
    (tmp_path / "agents/a.md").write_text("1")
    await watched.until(a="1")
    (tmp_path / "agents").rename(tmp_path / "elsewhere")
    await watched.until()
    (tmp_path / "elsewhere").rename(tmp_path / "agents")
    await watched.until(a="1")
    (tmp_path / "agents/a.md").write_text("2")
    await watched.until(a="2")


async def test_watcher_hears_of_a_directory_that_is_replaced_at_once(
    watched: Reader, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.md").write_text("1")
    (tmp_path / "agents").rename(tmp_path / "gone")
    (tmp_path / "other").rename(tmp_path / "agents")
    await watched.until(a="1")
    (tmp_path / "agents/a.md").write_text("2")
    await watched.until(a="2")


async def test_watcher_reads_once_for_many_changes(watched: Reader, tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"agents/f{number}.md").write_text("x")
    await watched.until(**{f"f{number}": "x" for number in range(1000)})
    assert len(watched.readings) < 50


async def test_watcher_does_not_look_at_the_rest_of_a_workspace(
    watched: Reader, tmp_path: Path
) -> None:
    for number in range(1000):
        (tmp_path / f"root/{number}.md").write_text("x")
    (tmp_path / "root/src").mkdir()
    (tmp_path / "root/src/b.md").write_text("x")
    (tmp_path / "agents/a.md").write_text("1")
    await watched.until(a="1")
    # One event may be told of twice; a thousand others are not among them.
    assert len(watched.readings) <= 3


async def test_watcher_takes_other_directories_while_it_runs(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "one")
    watcher = Watcher(lambda: reader.directories, reader.read)
    await watcher.start()
    (tmp_path / "two").mkdir()
    reader.directories = [str(tmp_path / "two")]
    await watcher.start()
    (tmp_path / "two/a.md").write_text("1")
    await reader.until(a="1")
    await watcher.close()


class Faulty(Reader):
    """Raises what it is told to, once for each."""

    def __init__(self, *directories: Path) -> None:
        super().__init__(*directories)
        self.faults: list[BaseException] = []
        self.failed = asyncio.Event()

    async def read(self) -> None:
        if self.faults:
            self.failed.set()
            raise self.faults.pop()
        await super().read()


@pytest.fixture
async def faulty(tmp_path: Path) -> AsyncIterator[tuple[Faulty, Watcher]]:
    reader = Faulty(tmp_path)
    watcher = Watcher(lambda: reader.directories, reader.read)
    await watcher.start()
    yield reader, watcher
    await watcher.close()


@pytest.mark.parametrize("fault", [OSError("gone"), ValueError("odd"), RecursionError("deep")])
async def test_watcher_goes_on_after_a_reading_that_failed(
    faulty: tuple[Faulty, Watcher],
    tmp_path: Path,
    fault: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader, _ = faulty
    reader.faults.append(fault)
    (tmp_path / "a.md").write_text("1")
    async with asyncio.timeout(PATIENCE):
        await reader.failed.wait()
    (tmp_path / "a.md").write_text("2")
    await reader.until(a="2")
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[1] is fault


async def test_watcher_that_ended_is_started_again(
    faulty: tuple[Faulty, Watcher], tmp_path: Path
) -> None:
    reader, watcher = faulty
    reader.faults.append(asyncio.CancelledError())
    (tmp_path / "a.md").write_text("1")
    async with asyncio.timeout(PATIENCE):
        await reader.failed.wait()
    await watcher.start()
    (tmp_path / "a.md").write_text("2")
    await reader.until(a="2")


async def test_watcher_is_quiet_once_it_is_closed(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    watcher = Watcher(lambda: reader.directories, reader.read)
    await watcher.start()
    await watcher.close()
    (tmp_path / "a.md").write_text("1")
    assert not [task for task in asyncio.all_tasks() if task.get_name().endswith("agents")]
