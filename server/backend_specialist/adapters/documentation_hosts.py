"""Hosts that ``webfetch`` reads without a question, unless the user wants none of them.

Owns the list, and the rule for it: no stranger reads the access log of such a host, because a URL can
carry source code out. Hosting with statistics for anybody (``*.readthedocs.io``, ``*.github.io``)
does not belong here. Hosts are compared whole.
"""

from __future__ import annotations

DOCUMENTATION_HOSTS: tuple[str, ...] = (
    "alembic.sqlalchemy.org", "api.rubyonrails.org", "cheatsheetseries.owasp.org",
    "clickhouse.com", "cloud.google.com", "datatracker.ietf.org",
    "dev.mysql.com", "developer.hashicorp.com", "developer.mozilla.org", "doc.rust-lang.org",
    "docs.aiohttp.org", "docs.aws.amazon.com", "docs.celeryq.dev", "docs.djangoproject.com",
    "docs.docker.com", "docs.github.com", "docs.gitlab.com", "docs.nestjs.com",
    "docs.oracle.com", "docs.pydantic.dev", "docs.pytest.org", "docs.python.org", "docs.rs",
    "docs.spring.io", "docs.sqlalchemy.org", "en.cppreference.com", "expressjs.com",
    "fastapi.tiangolo.com", "fastify.dev", "flask.palletsprojects.com", "go.dev", "graphql.org",
    "grpc.io", "guides.rubyonrails.org", "hexdocs.pm", "httpwg.org",
    "json-schema.org", "kafka.apache.org", "kotlinlang.org", "kubernetes.io", "laravel.com",
    "learn.microsoft.com", "mariadb.com", "nginx.org", "nodejs.org", "opentelemetry.io",
    "packaging.python.org", "peps.python.org", "pkg.go.dev", "prometheus.io", "protobuf.dev",
    "pypi.org", "redis.io", "spec.openapis.org", "spring.io", "sqlite.org", "swagger.io",
    "symfony.com", "typing.python.org", "www.elastic.co", "www.mongodb.com", "www.php.net",
    "www.postgresql.org", "www.prisma.io", "www.python-httpx.org", "www.rabbitmq.com",
    "www.rfc-editor.org", "www.sqlite.org", "www.typescriptlang.org", "www.w3.org",
)  # fmt: skip
