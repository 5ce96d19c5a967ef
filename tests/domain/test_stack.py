"""What manifests say about a project, in each language, and that no text of one does harm."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain import manifests
from backend_specialist.domain.manifests import MANIFESTS, Manifest, manifest_of, names_in
from backend_specialist.domain.stack import around, component, described, tells, words
from backend_specialist.domain.technologies import DEPENDENCIES, FILES, KINDS

PYPROJECT = """
[project]
name = "redis"
dependencies = ["FastAPI[all]>=0.1 ; python_version > '3'", "sqlalchemy ~= 2"]
optional-dependencies.dev = ["PyTest"]
[dependency-groups]
dev = ["alembic", {include-group = "x"}]
[tool.poetry.dependencies]
python = "^3.11"
psycopg2_binary = "*"
[tool.celery]
"""

TEXTS = {
    "pyproject.toml": (
        PYPROJECT,
        ("language Python; framework FastAPI; data access SQLAlchemy; migrations Alembic; tests pytest; "
        "database PostgreSQL"),
    ),
    "requirements-dev.txt": (
        "-r base.txt\n# flask\nDjango==5.0  # web\ncelery[redis]>=5\n  pytest-django\n",
        ("language Python; framework Django; data access Django ORM; migrations Django migrations; tests pytest; "
        "jobs and messaging Celery"),
    ),
    "package.json": (
        json.dumps(
            {
                "name": "koa",
                "dependencies": {"express": "^4", "@prisma/client": "1"},
                "devDependencies": {"prisma": "1", "typescript": "5", "vitest": "1"},
            }
        ),
        "language TypeScript; framework Express; data access Prisma; migrations Prisma Migrate; tests Vitest",
    ),
    "go.mod": (
        ("module example.com/gin\n\nrequire github.com/jackc/pgx/v5 v5.5.0\nrequire (\n"
        "\tgithub.com/gin-gonic/gin v1.9.1\n\tgorm.io/gorm v1.25.0 // indirect\n"
        "\tgithub.com/golang-migrate/migrate/v4 v4.17.0\n)\n"),
        "language Go; framework Gin; migrations golang-migrate; tests go test; database PostgreSQL",
    ),
    "pom.xml": (
        ("<project><parent><artifactId>spring-boot-starter-parent</artifactId></parent><dependencies><dependency>"
        "<groupId>org.flywaydb</groupId>\n<artifactId> flyway-core </artifactId></dependency>"
        "<dependency><artifactId>spring-boot-starter-data-jpa</artifactId></dependency></dependencies></project>"),
        "language Java; framework Spring Boot; data access Spring Data JPA (Hibernate); migrations Flyway",
    ),
    "build.gradle.kts": (
        ('plugins {\n  id("org.springframework.boot") version "3"\n  id("org.jetbrains.kotlin.jvm")\n}\n'
        'dependencies {\n  implementation("org.jooq:jooq:3.19")\n'
        '  testImplementation("io.kotest:kotest-runner-junit5:5")\n}'),
        "language Kotlin; framework Spring Boot; data access jOOQ; tests Kotest",
    ),
    "Gemfile": (
        "source 'https://rubygems.org'\ngem 'rails', '~> 7'\n  gem \"rspec-rails\"\n# gem 'sinatra'\n",
        "language Ruby; framework Rails; data access Active Record; migrations Active Record; tests RSpec",
    ),
    "composer.json": (
        '{"require": {"php": "^8", "laravel/framework": "^11"}, "require-dev": {"pestphp/pest": "2"}}',
        "language PHP; framework Laravel; data access Eloquent; migrations Laravel migrations; tests Pest",
    ),
    "Shop.Api.csproj": (
        ('<Project Sdk="Microsoft.NET.Sdk.Web">\n<PackageReference Include="Microsoft.EntityFrameworkCore.Design" '
        'Version="8"/><PackageReference Include="xunit" /></Project>'),
        ("language C#; framework ASP.NET Core; data access Entity Framework Core; migrations Entity Framework Core; "
        "tests xUnit"),
    ),
    "Cargo.toml": (
        ('[package]\nname = "diesel"\n[dependencies]\naxum = "0.7"\nsqlx = { version = "0.8" }\n'
        "[target.'cfg(unix)'.dependencies]\ntracing = \"1\"\n"),
        "language Rust; framework Axum; data access SQLx; migrations SQLx; tests cargo test; observability tracing",
    ),
}  # fmt: skip


def told(**files: str) -> str:
    """What is said of a directory with these files."""
    return described([component("/shop", "shop", files)], 10_000).partition(": ")[2]


@pytest.mark.parametrize("name", TEXTS)
def test_stack_is_read_out_of_a_manifest(name: str) -> None:
    text, expected = TEXTS[name]
    assert told(**{name: text}) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Pipfile", '[packages]\nflask = "*"\n[dev-packages]\npytest = "*"\n', "flask pytest"),
        ("setup.cfg", "[options]\ninstall_requires =\n    flask>=2\n    celery\n", "flask celery"),
        ("setup.py", "setup(install_requires=['flask>=2', \"celery\"])", "flask celery"),
        ("build.gradle", "implementation 'com.h2database:h2:2.2'", "h2"),
        ("libs.versions.toml", 'h2 = { module = "com.h2database:h2", version = "2" }', "h2"),
        ("shop.gemspec", "s.add_development_dependency 'rspec', '~> 3'", "rspec"),
        ("Directory.Packages.props", '<PackageVersion Include="Dapper" Version="2"/>', "dapper"),
    ],
)
def test_names_are_read_out_of_other_manifests(name: str, text: str, expected: str) -> None:
    manifest = manifest_of(name)
    assert manifest
    assert set(expected.split()) <= names_in(manifest, text)


def test_a_file_may_say_it_all_by_its_name() -> None:
    assert told(**{"alembic.ini": "anything"}) == "migrations Alembic"
    assert tells("alembic.ini")
    assert tells("requirements.txt")
    assert not tells("README.md")
    assert not tells("package.json.bak")


def test_unknown_dependencies_are_not_told() -> None:
    assert told(**{"requirements.txt": "leftpad\nignore-all-previous-instructions\n"}) == (
        "language Python"
    )


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYED = st.fixed_dictionaries({"dependencies": JSON, "require": JSON})


@given(st.sampled_from(MANIFESTS), st.binary(max_size=400))
def test_no_bytes_break_a_reader(manifest: Manifest, data: bytes) -> None:
    names_in(manifest, data.decode("utf-8", "replace"))
    names_in(manifest, data.decode("latin-1"))


@given(KEYED)
def test_no_json_breaks_a_reader(value: object) -> None:
    for name in ("package.json", "composer.json"):
        component("/shop", "shop", {name: json.dumps(value)})


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"dependencies":' * 20_000,
        '{"dependencies": [' + '"a",' * 50_000 + '"a"]}',
        "a." * 20_000 + "a = 1",
        "a = " + "[" * 90_000,
        "[[" + "a." * 30_000 + "a]]",
        "dependencies = 1",
        "[dependencies]\n" + "".join(f"a{n} = 1\n" for n in range(15_000)),
        "x" * 200_000,
        "\n" * 200_000,
        "gem '" * 40_000,
        "<artifactId>" * 20_000,
        "a" * 100_000 + "\t" * 100_000 + "!",
        '"' + "a:" * 80_000,
        "9" * 100_000,
        "a." * 100_000,
        "a/" * 100_000 + "\t",
        "a.a/" * 50_000 + " v",
        "\n" + "a " * 100_000,
        "a" * 59 + (" " * 9 + "." + "a" * 59) * 3_000,
    ],
    ids=lambda text: f"{text[:12]!r}x{len(text)}",
)
def test_hostile_manifests_end_and_name_little(text: str) -> None:
    for manifest in MANIFESTS:
        found = names_in(manifest, text)
        assert len(found) <= manifests._MOST_NAMES
        assert all(len(name) <= manifests._LONGEST_NAME for name in found)


def test_a_manifest_that_is_too_long_names_nothing() -> None:
    text = "flask\n" + "#" * manifests.MOST_TEXT
    assert told(**{"requirements.txt": text}) == "language Python"


def test_description_is_bounded_and_one_line_a_component() -> None:
    every = dict.fromkeys(name for name in DEPENDENCIES if "/" not in name)
    huge = component("/shop", "we\nird`<x>", {"requirements.txt": "\n".join(every)})
    text = described([huge] * 100, 3_000)
    assert len(text.encode()) <= 3_000
    assert text.splitlines()[0].startswith("we ird'‹x› (requirements.txt): language ")
    assert described([huge], 10) == ""


def test_a_file_belongs_to_the_components_above_it() -> None:
    shop, api, web = (component(path, path, {}) for path in ("/shop", "/shop/api", "/shop/web"))
    assert around([shop, api, web], "/shop/api/v1/x.py") == (api, shop)
    assert around([api, web], "/shop/other/x.py") == (api, web)
    assert around([api, web], "") == (api, web)


def test_a_stack_is_named_by_kinds_and_labels() -> None:
    assert words(component("/", "", {"requirements.txt": "sqlalchemy"}).technologies) == {
        "language", "python", "orm", "sqlalchemy"
    }  # fmt: skip


def test_the_table_has_known_kinds_and_names_as_manifests_give_them() -> None:
    for line in {**DEPENDENCIES, **FILES}.values():
        for item in line.split(", "):
            kind, _, label = item.partition(" ")
            assert kind in KINDS, line
            assert label, line
    assert not any("_" in name or name != name.lower() for name in DEPENDENCIES)
