"""What every session is given: the ports and the policy.

Owns nothing; the composition root fills it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from backend_specialist.domain.ports import (
    Contracts,
    Editor,
    Fetch,
    Models,
    Search,
    Store,
    Workspace,
)
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.turns import Backoff


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The user's settings as far as a session acts on them. Limits count from the user's last word.

    ``review`` is ``changeset`` or ``each``; ``preview`` makes *Apply all* go through the editor's own confirmation
    where it has one. ``artifacts`` is ``auto``, ``workflow`` or ``standalone``.
    """

    review: str = "changeset"
    preview: bool = False
    model: str | None = None
    max_steps: int = 60
    max_cost_usd: float = 5.0
    max_tokens: int = 3_000_000
    rounds: int = 3
    artifacts: str = "auto"
    artifacts_directory: str = "agent-docs"
    guard: SecretGuard = field(default_factory=SecretGuard)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The outside world of a session. ``policy`` is read when a session starts and never again."""

    workspace: Workspace
    editor: Editor
    models: Models
    search: Search
    fetch: Fetch
    contracts: Contracts
    store: Store
    catalog: Catalog
    policy: Callable[[], Policy]
    backoff: Backoff = field(default_factory=Backoff)
