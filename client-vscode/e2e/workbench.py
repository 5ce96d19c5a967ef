"""The window of VS Code, as a user sees and handles it.

Owns the selectors and the keys of editors, views and questions. Asserts nothing but that what it handles is there.
"""

from __future__ import annotations

import contextlib
import re

from frame import Frame
from patience import PATIENCE, SOON, eventually, insist
from playwright.async_api import Locator, expect


class Workbench(Frame):
    """One window on one folder."""

    # ------------------------------------------------------------ editors

    async def show(self, name: str) -> None:
        """Open a file, or go to its tab; a diff that comes or goes meanwhile takes it away again."""
        await insist(lambda: self._show(name))

    async def _show(self, name: str) -> None:
        tab = self._tab(name)
        if await tab.count():
            await tab.click(timeout=SOON)
        else:
            await self._open(name)
        await expect(tab).to_have_class(re.compile(r"\bactive\b"), timeout=SOON)
        lines = self.page.locator(".editor-instance .monaco-editor .view-lines")
        await lines.first.click(timeout=SOON)

    async def _open(self, name: str) -> None:
        await self._look_up("Control+p", name)
        label = re.compile(f"^{re.escape(name.rpartition('/')[2])}$")
        names = self.rows.locator(".label-name")
        await names.filter(has_text=label).first.click(timeout=SOON)

    def _tab(self, name: str) -> Locator:
        return self.page.locator(f'.tab[data-resource-name="{name.rpartition("/")[2]}"]').first

    async def is_dirty(self, name: str) -> bool:
        return "dirty" in (await self._tab(name).get_attribute("class") or "")

    async def text(self, name: str) -> str:
        """The text that the editor shows."""
        await self.show(name)
        return await self.shown_text()

    async def shown_text(self) -> str:
        """The text of the editor in front; it must fit into the window."""
        lines = await self.page.evaluate(
            """() => [...document.querySelectorAll('.editor-instance .monaco-editor .view-lines .view-line')]
                .filter(line => line.offsetParent)
                .map(line => [parseFloat(line.style.top), line.textContent])
                .sort((a, b) => a[0] - b[0]).map(([, text]) => text)"""
        )
        return "\n".join(lines).replace("\xa0", " ")

    async def expect_text(self, name: str, text: str) -> None:
        """Wait until the editor shows a text; a diff that opens meanwhile is left again."""
        await eventually(lambda: self.text(name), text)

    async def select_lines(self, first: int, last: int) -> None:
        """Select whole lines of the editor in front, counted from 1."""
        await self.press("Control+Home", *["ArrowDown"] * (first - 1))
        await self.press(*["Shift+ArrowDown"] * (last - first + 1))

    async def actions(self, key: str) -> Locator:
        """Open a list of code actions by its key; never by Escape and again, which ends a selection."""
        rows = self.page.locator(".action-widget .monaco-list-row.action")

        async def open_list() -> None:
            await self.press(key)
            await expect(rows.first).to_be_visible(timeout=SOON)

        await insist(open_list)
        return rows

    async def go_to_problem(self, text: str) -> None:
        """Go to the only problem of the editor in front, which is found some time after the file is shown."""
        await expect(self.page.locator(".squiggly-error").first).to_be_visible()

        async def go() -> None:
            await self.press("F8")
            widget = self.page.locator(".marker-widget")
            await expect(widget).to_contain_text(text, timeout=SOON)

        await insist(go)
        await self.press("Escape")

    async def context_menu(self, *titles: str) -> None:
        """Choose from the context menu of the selection; all but the last title are submenus."""
        items = self.page.locator(".monaco-menu .action-menu-item")

        async def choose() -> None:
            if not await items.first.is_visible():
                await self.press("Shift+F10")
            for title in titles:
                item = items.filter(has_text=title).first
                await item.hover(timeout=SOON)
                await item.click(timeout=SOON)

        await insist(choose)

    # ------------------------------------------------------------ the sessions view

    async def session_row(self, text: str) -> Locator:
        """The row of a session, with the view in front."""
        await self.palette("Show Sessions")
        row = self.page.locator(".pane-body .monaco-list-row", has_text=text).first
        await expect(row).to_be_visible()
        return row

    async def row_button(self, row: Locator, title: str) -> None:
        """Press one of the buttons in a row, which are there while the pointer is over it."""

        async def press() -> None:
            await row.hover(timeout=SOON)
            await row.locator(f'.action-label[aria-label="{title}"]').click(timeout=SOON)

        await insist(press)

    # ------------------------------------------------------------ being asked

    def toast(self, text: str) -> Locator:
        """A notification that contains a text, by itself or in the list of all."""
        return self.page.locator(".notification-list-item").filter(has_text=text).first

    async def choose(self, text: str, button: str) -> None:
        """Press a button of a notification; one that was there for a while is only in the list of all."""
        row = self.toast(text)
        with contextlib.suppress(AssertionError):
            await expect(row).to_be_visible(timeout=PATIENCE / 3 * 1000)

        async def press() -> None:
            if not await row.is_visible():
                await self.palette("Notifications: Show Notifications")
            await row.hover(timeout=SOON)
            await row.locator(".monaco-button", has_text=button).first.click(timeout=SOON)

        await insist(press)

    def preview_rows(self) -> Locator:
        """The rows of the refactor preview."""
        return self.page.locator(".bulk-edit-panel .monaco-list-row")

    async def tick(self, text: str) -> None:
        """Tick the row of the preview that contains a text."""
        row = self.preview_rows().filter(has_text=text).first
        box = row.locator(".edit-checkbox")
        await expect(box).to_be_visible()

        async def tick() -> None:
            if await box.get_attribute("aria-checked", timeout=SOON) != "true":
                await box.click(timeout=SOON)
            await expect(box).to_have_attribute("aria-checked", "true", timeout=SOON)

        await insist(tick)

    async def preview(self, button: str) -> None:
        """Press a button of the refactor preview: Apply or Discard."""
        await self.page.locator(".bulk-edit-panel .monaco-button", has_text=button).first.click()

    def dialog(self, text: str) -> Locator:
        return self.page.locator(".monaco-dialog-box", has_text=text)
