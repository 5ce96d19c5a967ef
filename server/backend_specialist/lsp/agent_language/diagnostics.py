"""Problems of agent and recipe files in the editor's list of problems.

Owns their form in the protocol, and how they get there: pulled by an editor that can, else pushed at each change.
"""

from __future__ import annotations

from lsprotocol import types

from backend_specialist.domain.agent import Problem
from backend_specialist.lsp.agent_language.texts import OpenText, OpenTexts
from backend_specialist.lsp.server import NAME, SpecialistServer

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


class Diagnostics:
    """Answers ``textDocument/diagnostic`` and sends ``textDocument/publishDiagnostics``."""

    def __init__(self, server: SpecialistServer, texts: OpenTexts) -> None:
        self._server = server
        self._texts = texts
        self._pushed: set[str] = set()

    def pull(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """Give the problems, or that they are the same as before."""
        found = self._texts.at(params.text_document.uri)
        result_id = found.snapshot.digest[:16] if found else "none"
        if params.previous_result_id == result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result_id)
        items = diagnostics_of(found) if found else []
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=result_id)

    def push(self, uri: str) -> None:
        """Send the problems of a document that was opened or changed, unless the editor pulls them."""
        found = None if self._server.profile.pulls_diagnostics else self._texts.at(uri)
        if found:
            self._pushed.add(uri)
            self._send(uri, diagnostics_of(found), found.snapshot.version)

    def withdraw(self, uri: str) -> None:
        """Take the problems of a closed document away."""
        self._texts.forget(uri)
        if uri in self._pushed:
            self._pushed.discard(uri)
            self._send(uri, [], None)

    def _send(self, uri: str, items: list[types.Diagnostic], version: int | None) -> None:
        params = types.PublishDiagnosticsParams(uri=uri, diagnostics=items, version=version)
        self._server.tell(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)


def diagnostics_of(found: OpenText) -> list[types.Diagnostic]:
    """Every problem of a text."""
    return [diagnostic(found, problem) for problem in found.text.item.problems]


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
