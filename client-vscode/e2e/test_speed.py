"""How soon something is seen. The figures are printed (``-s``), not asserted: machines are noisy."""

from __future__ import annotations

import re

from playwright.async_api import expect

from backend_specialist.adapters.scripts import Fault, Reply

# Notes in the page itself when the status bar first says that the specialist works.
# Notes in the page itself when Enter is pressed, and when the status bar first shows the session.
WATCH = """() => {
    const bar = document.querySelector('.part.statusbar');
    document.addEventListener('keydown', ({key}) => {
        if (key === 'Enter') window.pressed = performance.now();
    }, {capture: true});
    window.seen = new Promise(seen => new MutationObserver((_, observer) => {
        if (!/working|Guard mean/.test(bar.textContent)) return;
        observer.disconnect();
        seen(performance.now());
    }).observe(bar, {subtree: true, childList: true, characterData: true, attributes: true}));
}"""


async def test_progress_is_seen_before_the_model_says_anything(open_window) -> None:
    silent = Reply(text="…", fault=Fault(kind="stall", after=0))
    window = await open_window([silent])
    bench = window.workbench
    await bench.ready()
    await bench.palette("Run a Task")
    await bench.page.evaluate(WATCH)
    await bench.type_into_box("Guard mean()")
    waited = await bench.page.evaluate("async () => await window.seen - window.pressed")
    await expect(bench.status).to_contain_text("working")
    print(f"\nfrom Enter to the first visible progress: {waited:.0f} ms")
    assert waited > 0


async def test_the_extension_is_activated_after_start_up(open_window) -> None:
    bench = (await open_window()).workbench
    await bench.ready()
    await bench.palette("Developer: Show Running Extensions")
    row = bench.page.locator(".runtime-extensions-editor .extension", has_text="Backend Specialist")
    await expect(row.first).to_contain_text("Activation")
    said = await row.first.inner_text()
    found = re.search(r"Activation: (\d+)ms", said.replace("\xa0", " "))
    assert found, said
    print(f"\nactivation: {found[1]} ms")
