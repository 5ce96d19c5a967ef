"""Every language feature of agent and recipe files, over one set of texts.

Owns that they share what was read. Answers nothing itself.
"""

from __future__ import annotations

from backend_specialist.lsp.agent_language.completion import Completion
from backend_specialist.lsp.agent_language.diagnostics import AgentProblems
from backend_specialist.lsp.agent_language.fixes import Fixes
from backend_specialist.lsp.agent_language.hover import Hover
from backend_specialist.lsp.agent_language.lenses import Lenses
from backend_specialist.lsp.agent_language.outline import Outline
from backend_specialist.lsp.agent_language.texts import AgentFiles, OpenTexts
from backend_specialist.lsp.server import SpecialistServer


class AgentLanguage:
    """The features by what they answer."""

    def __init__(self, server: SpecialistServer, files: AgentFiles) -> None:
        texts = OpenTexts(server.documents, files)
        self.problems = AgentProblems(texts)
        self.fixes = Fixes(texts)
        self.outline = Outline(texts)
        self.hover = Hover(texts)
        self.completion = Completion(texts)
        self.lenses = Lenses(texts)
