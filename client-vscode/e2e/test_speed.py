"""How soon something is seen. The model is scripted.

The figures are printed (``-s``), not asserted: machines are noisy. ``--rounds N`` measures more than once.
"""

from __future__ import annotations

import asyncio
import os
import re
from statistics import median

import pytest
from patience import PATIENCE
from playwright.async_api import expect
from workbench import Workbench

from backend_specialist.adapters.scripts import Fault, Reply

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


@pytest.fixture
def rounds(request) -> int:
    return int(request.config.getoption("rounds"))


def report(what: str, figures: list[float]) -> None:
    each = ", ".join(f"{figure:.0f}" for figure in figures)
    load = os.getloadavg()[0]
    print(f"\n{what}: median {median(figures):.0f} ms of {each}; load {load:.1f}")


async def test_progress_is_seen_before_the_model_says_anything(open_window, rounds) -> None:
    silent = Reply(text="…", fault=Fault(kind="stall", after=0, times=rounds))
    window = await open_window([silent])
    bench = window.workbench
    await bench.ready()
    figures = []
    for _ in range(rounds):
        await bench.palette("Run a Task")
        await bench.page.evaluate(WATCH)
        await bench.type_into_box("Guard mean()")
        async with asyncio.timeout(PATIENCE):
            figures.append(
                await bench.page.evaluate("async () => await window.seen - window.pressed")
            )
        await expect(bench.status).to_contain_text("working")
        await bench.palette("Cancel")
        await expect(bench.status).not_to_contain_text("working")
    report("from Enter to the first visible progress", figures)
    assert min(figures) > 0


async def test_the_extension_is_activated_after_start_up(open_window, rounds) -> None:
    bench = (await open_window()).workbench
    figures = []
    for number in range(rounds):
        if number:
            await bench.page.reload()
        await bench.ready()
        figures.append(await activation(bench))
    report("activation", figures)


async def activation(bench: Workbench) -> float:
    """Milliseconds that VS Code says the activation took: loading the code, and running it."""
    await bench.palette("Developer: Show Running Extensions")
    row = bench.page.locator(".runtime-extensions-editor .extension", has_text="Backend Specialist")
    await expect(row.first).to_contain_text("Activation")
    said = (await row.first.inner_text()).replace("\xa0", " ")
    found = re.search(r"Activation: (\d+)ms", said)
    assert found, said
    return float(found[1])
