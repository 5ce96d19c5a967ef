"""What the inner layers need of the outside world, as protocols.

Owns the seams. Adapters and the protocol edge implement them; the composition root joins them.
"""

from __future__ import annotations

from backend_specialist.domain.ports.contracts import (
    Contracts,
)
from backend_specialist.domain.ports.editor import (
    ApplyAnswer,
    Editor,
    EditorTraits,
)
from backend_specialist.domain.ports.fetch import (
    Fetch,
    FetchFailed,
    Page,
)
from backend_specialist.domain.ports.model import (
    Model,
    ModelError,
    ModelEvent,
    ModelInfo,
    ModelRequest,
    Models,
    TextDelta,
    ThinkingDelta,
    ToolSpec,
    ToolStarted,
)
from backend_specialist.domain.ports.search import (
    Match,
    Search,
    SearchFailed,
)
from backend_specialist.domain.ports.store import (
    Record,
    SessionHead,
    Store,
    StoreFailed,
)
from backend_specialist.domain.ports.trust import (
    TrustRefused,
)
from backend_specialist.domain.ports.workspace import (
    Disk,
    Root,
    Workspace,
)

__all__ = [
    "ApplyAnswer",
    "Contracts",
    "Disk",
    "Editor",
    "EditorTraits",
    "Fetch",
    "FetchFailed",
    "Match",
    "Model",
    "ModelError",
    "ModelEvent",
    "ModelInfo",
    "ModelRequest",
    "Models",
    "Page",
    "Record",
    "Root",
    "Search",
    "SearchFailed",
    "SessionHead",
    "Store",
    "StoreFailed",
    "TextDelta",
    "ThinkingDelta",
    "ToolSpec",
    "ToolStarted",
    "TrustRefused",
    "Workspace",
]
