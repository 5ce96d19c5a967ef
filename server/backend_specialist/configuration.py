"""The settings in force: what the editor gave, made stricter by what trusted workspaces say.

Owns the order of these layers, and that each problem is said once: again only when it was gone meanwhile. Asks no
editor, and acts on no setting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from backend_specialist.settings import Settings, narrow, parse

# Gives what the trusted ones among some roots say, each with a sentence about what is wrong with it; the flag says
# that the client vouches for all of them.
OfWorkspace = Callable[[Sequence[str], bool], Iterable[tuple[object, str]]]


class Configuration:
    """``settings`` are those of the last :meth:`take`."""

    def __init__(self, of_workspace: OfWorkspace) -> None:
        self.settings = Settings()
        self._of_workspace = of_workspace
        self._given: tuple[object, ...] = ()
        self._problems: tuple[str, ...] = ()

    def take(self, roots: Sequence[str], given: Sequence[object] | None) -> tuple[str, ...]:
        """Put the editor's layers in force, a later one over an earlier; give the sentences not yet said.

        ``None`` stands for the layers of last time: the folders or their trust have changed. Reads the disk, so blocks.
        """
        if given is not None:
            self._given = tuple(given)
        settings, problems = parse(*self._given)
        for content, problem in self._of_workspace(roots, settings.trusted):
            settings, more = narrow(settings, content)
            problems = (*problems, *([problem] if problem else more))
        fresh = tuple(dict.fromkeys(each for each in problems if each not in self._problems))
        self.settings, self._problems = settings, problems
        return fresh
