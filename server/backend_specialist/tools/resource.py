"""A place that a tool may work on, with every name that it goes by.

Owns the agreement on what those names are. Finds nothing (``tools.location`` does).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend_specialist.domain.ports import Root


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """``path`` is the one identity of the file: what it is open or proposed under, else the real path below the root.

    ``label`` is the real path below the root, with ``/``. ``shown`` is the same headed by the root's name where there
    are several roots: it can be given back to any tool. Both are the absolute path of an ``external`` file, and the
    URI of a document without a file, which have no root.

    A link has a name of its own, and one guarded name is enough: ``names`` are the absolute paths by which the file
    was reached (as given, what each link made of that, the real one), for the secret guard. ``subjects`` are those of
    them that lie below a root, as labels and with ``label`` first, for permission rules and protected paths.
    """

    root: Root | None
    path: str
    label: str
    shown: str
    uri: str
    names: tuple[str, ...]
    subjects: tuple[str, ...]
    external: bool = False

    def known_as(self, other: Resource) -> Resource:
        """The same place with the names by which it was reached another way as well."""
        return replace(
            self,
            names=tuple(dict.fromkeys((*self.names, *other.names))),
            subjects=tuple(dict.fromkeys((*self.subjects, *other.subjects))),
        )
