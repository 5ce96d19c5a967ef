"""The frame of a window of VS Code: its keys, the palette, the lists and boxes that it opens.

Owns their selectors. Asserts nothing but that what it handles is there.
"""

from __future__ import annotations

import re
from pathlib import Path

from patience import SOON, insist
from playwright.async_api import Locator, Page, expect

SPECIALIST = "#backend-specialist\\.backend-specialist\\.backendSpecialist\\.client\\.status"


class Frame:
    """One window on one folder."""

    def __init__(self, page: Page, root: Path) -> None:
        self.page = page
        self.root = root
        self.keyboard = page.keyboard

    async def open(self, url: str) -> None:
        """Open the folder."""
        await self.page.goto(f"{url}?folder={self.root}")
        await expect(self.page.locator(".monaco-workbench")).to_be_visible()

    @property
    def status(self) -> Locator:
        """The item of the specialist in the status bar."""
        return self.page.locator(SPECIALIST)

    async def ready(self, seconds: float = 60) -> None:
        """Wait for the server."""
        await expect(self.status).to_have_attribute(
            "aria-label", re.compile("Ready"), timeout=seconds * 1000
        )

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.keyboard.press(key)

    async def palette(self, title: str) -> None:
        """Run a command from the palette: one of the specialist, or one that is named with its category."""
        named = title if ": " in title else f"Backend Specialist: {title}"

        async def pick() -> None:
            row = await self._look_up("F1", f">{named}")
            await expect(row).to_contain_text(named.partition(": ")[2], timeout=SOON)
            await row.click(timeout=SOON)

        await insist(pick)

    async def offered(self, title: str) -> bool:
        """Whether the palette offers a command of the specialist."""
        row = await insist(lambda: self._look_up("F1", f">Backend Specialist: {title}"))
        found = True
        try:
            await expect(row).to_contain_text(title, timeout=SOON)
        except AssertionError:
            found = False
        await self.press("Escape")
        return found

    async def _look_up(self, key: str, text: str) -> Locator:
        """Open the list that a key opens and look for a text; gives the first row there is soon."""
        await self.press(key)
        await self.box.fill(text, timeout=SOON)
        row = self.rows.first
        await expect(row).to_be_visible(timeout=SOON)
        return row

    @property
    def box(self) -> Locator:
        """The input of whatever list or box is open."""
        return self.page.locator(".quick-input-widget input")

    @property
    def rows(self) -> Locator:
        """The rows of the list that is open."""
        return self.page.locator(".quick-input-list .monaco-list-row")

    async def type_into_box(self, text: str) -> None:
        """Answer an input box."""
        await self.write(text)
        await self.box.press("Enter")

    async def write(self, text: str) -> None:
        """Write into an input box that opens."""
        await self._opened()
        await self.box.fill(text)

    async def pick(self, text: str) -> None:
        """Choose from a list that opens, which is seen before its rows are there and shows some of them."""
        await self._opened()

        async def choose() -> None:
            await self.box.fill(text, timeout=SOON)
            await self.rows.filter(has_text=text).first.click(timeout=SOON)

        await insist(choose)

    async def _opened(self) -> None:
        """Wait for a list or box that a command opens; until then the palette may still be seen."""
        await expect(self.box).to_be_visible()
        await expect(self.box).not_to_have_value(re.compile("^>"))
