"""What can be said of a project without running anything.

Owns the detection of the stack from manifests and the reading of project instructions. Everything goes
through the secret guard, is bounded, and is marked as text of the repository.
"""

from __future__ import annotations

import os

from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import Root, Workspace
from backend_specialist.domain.secret import SecretGuard

MANIFESTS = (
    "pyproject.toml", "requirements.txt", "Pipfile", "package.json", "tsconfig.json", "go.mod",
    "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile", "composer.json", "Cargo.toml",
    "alembic.ini", "docker-compose.yml", "Dockerfile",
)  # fmt: skip
SIGNS = (
    "fastapi", "flask", "django", "starlette", "sqlalchemy", "alembic", "pydantic", "pytest", "celery", "redis",
    "express", "@nestjs/core", "fastify", "prisma", "typeorm", "knex", "vitest", "jest", "gin-gonic/gin",
    "go-chi/chi", "gorm.io/gorm", "spring-boot", "hibernate", "flyway", "liquibase", "junit", "rails", "sinatra",
    "rspec", "laravel/framework", "symfony", "phpunit", "axum", "actix-web", "sqlx", "diesel", "tokio", "psycopg",
    "asyncpg", "mongoose", "kafka", "grpc",
)  # fmt: skip
MAX_INSTRUCTIONS = 8_000
MAX_MANIFEST = 40_000


async def project_facts(workspace: Workspace, guard: SecretGuard) -> str:
    """Say which manifests a project has and what they name, one line a root."""
    lines = []
    for root in workspace.roots:
        found: list[str] = []
        signs: set[str] = set()
        for name in MANIFESTS:
            text = await _text(workspace, guard, root, name)
            if text is not None:
                found.append(name)
                lowered = text[:MAX_MANIFEST].lower()
                signs.update(sign for sign in SIGNS if sign in lowered)
        if found:
            named = f"; they name {', '.join(sorted(signs))}" if signs else ""
            lines.append(f"{root.name}: {', '.join(found)}{named}")
    return "\n".join(lines)


async def instructions(workspace: Workspace, guard: SecretGuard) -> str:
    """Give each root's ``AGENTS.md``, bounded."""
    parts = []
    for root in workspace.roots:
        text = await _text(workspace, guard, root, "AGENTS.md")
        if text and text.strip():
            cut = text[:MAX_INSTRUCTIONS]
            more = "\n(cut here)" if len(text) > len(cut) else ""
            parts.append(
                f'<instructions from="{root.name}/AGENTS.md">\n{cut}{more}\n</instructions>'
            )
    return "\n".join(parts)


async def _text(workspace: Workspace, guard: SecretGuard, root: Root, name: str) -> str | None:
    """The text of a file of a root; ``None`` for none, for a secret one and for a link that leads out of the root."""
    path = os.path.join(root.path, name)
    real, home = [await workspace.disk.real_path(each) for each in (path, root.path)]
    if not real.startswith(home.rstrip(os.sep) + os.sep) or guard.reason(path, real):
        return None
    try:
        return (await workspace.read(path)).text
    except Unreadable:
        return None
