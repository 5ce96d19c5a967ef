"""Problems of agent and recipe files in the editor's list of problems.

Owns their form in the protocol. How they get there is ``lsp.diagnostics``'.
"""

from __future__ import annotations

from lsprotocol import types

from backend_specialist.domain.agent import Problem
from backend_specialist.lsp.agent_language.texts import OpenText, OpenTexts
from backend_specialist.lsp.diagnostics import Found
from backend_specialist.lsp.server import NAME

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
_TAGS = {
    "shadowed": types.DiagnosticTag.Unnecessary,
    "never-matches": types.DiagnosticTag.Unnecessary,
    "unused": types.DiagnosticTag.Unnecessary,
    "deprecated": types.DiagnosticTag.Deprecated,
}


class AgentProblems:
    """Implements :class:`~backend_specialist.lsp.diagnostics.Source` for agent and recipe files."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts

    def problems(self, uri: str) -> Found | None:
        """Give the problems; ``None`` for a file of another kind."""
        found = self._texts.at(uri)
        if found is None:
            return None
        items = [diagnostic(found, problem) for problem in found.text.item.problems]
        return Found(items=items, version=found.snapshot.version, state=found.snapshot.digest[:16])

    def forget(self, uri: str) -> None:
        """Drop a document that was closed."""
        self._texts.forget(uri)


def diagnostic(found: OpenText, problem: Problem) -> types.Diagnostic:
    """One problem in the protocol's form."""
    tag = _TAGS.get(problem.code)
    return types.Diagnostic(
        range=found.range_of(problem.place),
        message=problem.message,
        severity=_SEVERITIES[problem.severity],
        code=problem.code,
        source=NAME,
        tags=[tag] if tag else None,
    )
