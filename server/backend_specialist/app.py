"""The composition root: joins the adapters to the layers that know none of them.

Owns the wiring of one server process, and nothing else. The only module that imports from every layer; ``serving``
imports it once the editor has its first answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from backend_specialist.adapters.agent_places import Places
from backend_specialist.adapters.agent_sources import AgentSources
from backend_specialist.adapters.agent_texts import AgentTexts
from backend_specialist.adapters.fetch_policy import FetchPolicy
from backend_specialist.adapters.file_tree import TreeRefused
from backend_specialist.adapters.http_fetch import GuardedFetch
from backend_specialist.adapters.models import ModelCatalog
from backend_specialist.adapters.openapi import OpenApi
from backend_specialist.adapters.ripgrep import Ripgrep
from backend_specialist.adapters.sqlite_store import SqliteStore
from backend_specialist.adapters.state_files import StateFailed, StateFiles
from backend_specialist.adapters.trust import Trust
from backend_specialist.adapters.watching import Watcher
from backend_specialist.adapters.workspace_settings import workspace_settings
from backend_specialist.configuration import Configuration
from backend_specialist.domain.ports import StoreFailed
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.lsp.agent_commands import AgentCommands
from backend_specialist.lsp.agent_language.language import AgentLanguage
from backend_specialist.lsp.agent_news import AgentNews
from backend_specialist.lsp.announcer import Announcer
from backend_specialist.lsp.approvals import Approvals
from backend_specialist.lsp.code_actions import CodeActions
from backend_specialist.lsp.commands import Commands
from backend_specialist.lsp.contents import Contents, NotWritten
from backend_specialist.lsp.diagnostics import Diagnostics
from backend_specialist.lsp.editor import LspEditor
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.interrupted import Interrupted
from backend_specialist.lsp.offers import Offers
from backend_specialist.lsp.patches import Patches
from backend_specialist.lsp.picking import Picker
from backend_specialist.lsp.questions import Questions
from backend_specialist.lsp.recipe_actions import RecipeActions
from backend_specialist.lsp.requested import Requested
from backend_specialist.lsp.rights import Rights
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.lsp.session_commands import SessionCommands
from backend_specialist.lsp.task_files import TaskFiles
from backend_specialist.sessions.services import Policy, Services
from backend_specialist.sessions.stacks import Stacks
from backend_specialist.sessions.stored import Refused
from backend_specialist.sessions.supervisor import Supervisor
from backend_specialist.settings import Settings

log = logging.getLogger(__name__)


class Application:
    """What answers behind the edge of one server process. Nothing is opened before it is needed."""

    def __init__(
        self, server: SpecialistServer, files: StateFiles, environment: Mapping[str, str]
    ) -> None:
        self.server = server
        self.documents = server.documents
        self._files = files
        trust = Trust(self._files.directory)
        self._configuration = Configuration(partial(workspace_settings, trust))
        self._taking = asyncio.Lock()
        self._store = SqliteStore(self._files)
        self._models = ModelCatalog(environment)
        self._fetch = GuardedFetch()
        self._ready: asyncio.Task[None] | None = None
        self._recalling: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self.catalog = AgentSources(trust)
        self.stacks = Stacks(self.documents, lambda: self._policy().guard)
        self.editor = LspEditor(self.server)
        self.supervisor = Supervisor(self._services())
        self._interrupted = Interrupted(self.server)
        self._join_edge()

    def _services(self) -> Services:
        return Services(
            workspace=self.documents,
            editor=self.editor,
            models=self._models,
            search=Ripgrep(),
            fetch=self._fetch,
            contracts=OpenApi(),
            store=self._store,
            catalog=self.catalog,
            policy=self._policy,
        )

    def _join_edge(self) -> None:
        queries = self.supervisor.queries
        sources = {"transcript": queries.transcript, "deliverable": queries.deliverable}
        self.contents = Contents(self.server, self._write_document, sources)
        self._offers = Offers()
        self.tasks = TaskFiles(self.documents, queries.sessions)
        approvals = self._approvals()
        self._join_listeners(approvals)
        recipes = RecipeActions(self.documents, self.catalog, self.stacks)
        self._commands = self._commands_of(approvals, recipes)
        self._news = AgentNews(self.server, self.catalog, self.contents)
        self._watcher = Watcher(self._watched, self._reload)
        self.language = AgentLanguage(self.server, AgentTexts(self.catalog))
        self.actions = CodeActions(
            recipes,
            approvals,
            self._interrupted,
            self.language.fixes,
            (self.tasks.offer, self._offers.offer),
        )
        self.diagnostics = Diagnostics(self.server, (self.language.problems, self.tasks))
        self.tasks.on_news = self.diagnostics.renew

    def _approvals(self) -> Approvals:
        questions = Questions(
            self.server.requests,
            seconds=lambda: self.settings.approval_timeout_seconds,
            by_hunk=lambda: self.settings.review_granularity == "hunk",
        )
        return Approvals(self.server, self.supervisor, self.contents, questions)

    def _join_listeners(self, approvals: Approvals) -> None:
        title = self.supervisor.queries.title
        for part in (
            Announcer(self.server, lambda: self.settings.events, title),
            approvals,
            Patches(self.server, self.contents),
            self._interrupted,
            self.contents,
            self.tasks,
            self._offers,
        ):
            self.supervisor.subscribe(part.hear)

    def _commands_of(self, approvals: Approvals, recipes: RecipeActions) -> Commands:
        requested = Requested(self.documents, self.catalog)
        sessions = SessionCommands(self.supervisor, approvals, self.contents, requested)
        sessions.on_deleted = self._deleted
        rights = Rights(self.catalog, self._guarded)
        agents = AgentCommands(
            self.catalog, self.contents, requested, rights=rights, recipes=recipes
        )
        agents.on_trust = self.settle
        picker = Picker(self.server, self.catalog, recipes)
        return Commands(sessions.table, agents.table, picker=picker)

    # ------------------------------------------------------------ settings

    async def settle(self, layers: Sequence[object] | None = None) -> None:
        """Take layers of settings, or those of last time; what is wrong with them is said once, by name."""
        await self._take(layers)
        self._watching = asyncio.create_task(self._watch(), name="begin to watch files")
        self._prepare()

    async def _take(self, layers: Sequence[object] | None) -> None:
        async with self._taking:
            problems = await asyncio.to_thread(self._configuration.take, self._roots(), layers)
            self._apply(self.settings)
            await asyncio.to_thread(self.catalog.reload, self._places())
        for problem in problems:
            self.server.say(problem)

    def _watched(self) -> frozenset[str]:
        return self.catalog.watched() | self.stacks.watched()

    async def _watch(self) -> None:
        await self.stacks.refresh()
        await self._watcher.start()
        # Once more, for what changed before the watching began.
        await self._reload()

    async def _reload(self) -> None:
        """Read agent files and manifests again: new sessions take them, running ones keep what they have."""
        await self._take(None)
        await self._news.tell()
        await self.stacks.refresh()

    def _apply(self, settings: Settings) -> None:
        self.editor.approval_seconds = settings.approval_timeout_seconds
        self.server.profile = self.server.profile.drawing(settings.ui)
        self._fetch.policy = FetchPolicy(
            mode=settings.webfetch_policy, allow_hosts=settings.webfetch_allow_hosts
        )

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._configuration.settings

    def _roots(self) -> tuple[str, ...]:
        return tuple(root.path for root in self.documents.roots)

    def _places(self) -> Places:
        places = Places(
            roots=self._roots(),
            vouched=self.settings.trusted,
            directories=self.settings.agent_directories,
            replacing=self.settings.workspace_recipes == "replace",
        )
        agent = self.settings.agent
        return replace(places, default=agent) if agent else places

    def _policy(self) -> Policy:
        settings = self.settings
        return Policy(
            review=settings.review,
            preview=settings.approval == "preview",
            model=settings.model,
            max_steps=settings.max_steps,
            max_cost_usd=settings.max_cost_usd,
            max_tokens=settings.max_tokens,
            artifacts=settings.artifacts_mode,
            artifacts_directory=settings.artifacts_directory,
            guard=SecretGuard(settings.secret_globs),
        )

    def _guarded(self, path: str) -> str:
        return self._policy().guard.reason(path)

    # ------------------------------------------------------------ beginning and end

    def _prepare(self) -> asyncio.Task[None]:
        """Open the store, again if it could not be opened before."""
        if self._ready is None or _failed(self._ready):
            self._ready = asyncio.create_task(self._open_store(), name="open the store")
        return self._ready

    async def _open_store(self) -> None:
        await asyncio.to_thread(self._files.check_outside, self._roots())
        await asyncio.to_thread(self._files.prepare)
        await self._store.start()
        for notice in self._store.notices:
            self.server.say(notice)
        self._recalling = asyncio.create_task(self._recall(), name="recall interrupted sessions")
        # Last of all, since it takes longest: about a second, which the first session would wait for.
        self._warming = asyncio.create_task(self._models.warm(), name="import the SDK")

    async def _recall(self) -> None:
        try:
            self._interrupted.recall(await self.supervisor.waiting.interrupted())
            await self.tasks.refresh()
        except (StoreFailed, Refused) as error:
            log.warning("interrupted sessions could not be recalled: %s", error)

    async def run_command(self, name: str, arguments: list[Any]) -> object:
        """Run one command; raise :class:`InvalidArgument`."""
        if self.server.settling is not None:
            # Editors send the first command before they have said what the settings are.
            await asyncio.wait([self.server.settling])
        try:
            await asyncio.to_thread(self._files.check_outside, self._roots())
            await asyncio.shield(self._prepare())
            return await self._commands.run(name, arguments)
        except (NotWritten, StateFailed, StoreFailed, TreeRefused) as error:
            raise InvalidArgument("", str(error)) from error

    async def _deleted(self, session_id: str) -> None:
        self._offers.forget(session_id)
        await self.tasks.refresh()

    async def _write_document(self, session_id: str, name: str, text: str) -> str:
        try:
            return await asyncio.to_thread(self._files.write_document, session_id, name, text)
        except StateFailed as error:
            raise NotWritten(str(error)) from error

    async def close(self) -> None:
        """End the sessions and whatever is open."""
        for task in (self._watching, self._ready, self._recalling):
            if task:
                task.cancel()
        await asyncio.gather(self.supervisor.close(), self._watcher.close())
        await self._models.close()


def _failed(task: asyncio.Task[None]) -> bool:
    """Whether it ended with an error; the end of the server cancels, and then nothing is opened any more."""
    return task.done() and not task.cancelled() and task.exception() is not None
