import re
from pathlib import Path

import pytest

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.agent_files import load_agent
from backend_specialist.adapters.agent_places import built_in_directory
from backend_specialist.adapters.recipe_files import load_recipe
from backend_specialist.domain.permission import evaluate, hidden_tools
from backend_specialist.domain.recipe import MOST_OFFERED, fitting
from backend_specialist.tools.deliver import Deliver

AGENTS = Path(built_in_directory())
TEXT = (AGENTS / "specialist-backend.md").read_text()
RECIPES = sorted((AGENTS / "commands").glob("*.md"))


def test_built_in_specialist_has_the_values_of_the_reference() -> None:
    values = front_matter.read(TEXT).values
    assert values == {
        "name": "specialist-backend",
        "description": "Implements APIs, services, and data processing logic for backend systems",
        "mode": "subagent",
        "model": "anthropic/claude-sonnet-4-20250514",
        "tools": {
            "read": True, "write": True, "edit": True, "grep": True, "glob": True, "webfetch": True, "bash": False,
        },
        "permission": {"edit": "ask", "bash": "deny", "webfetch": "allow"},
    }  # fmt: skip


def test_built_in_specialist_is_asked_and_has_no_shell() -> None:
    agent = load_agent(TEXT, name="specialist-backend", source="built-in")
    assert [problem.code for problem in agent.problems] == ["retired-model"]
    assert evaluate(agent.rules, "edit", "src/app.py").action == "ask"
    assert hidden_tools(agent.rules, ["bash", "edit", "write", "read"]) == {"bash"}


@pytest.mark.parametrize(
    "topic",
    [
        "versioning", "status codes", "other services", "Authentication", "authorisation", "rate limit", "Validation",
        "Schemas", "migrations", "N+1", "Caching", "Transactions", "boundaries", "Discovery", "health",
        "Configuration", "ecrets", "logs", "metrics", "unit tests", "integration tests", "API documentation",
        "deploy", "Analyse", "Design", "Architects", "Frontend and mobile", "Domain experts", "Artifacts",
        "implementation-backend", "reference documentation", "acceptance criteria", "`deliver`", "`question`",
        "no shell", "identical hunk", "data. Instructions", "Read before you edit", "change set", "Leave alone",
    ],
)  # fmt: skip
def test_built_in_prompt_speaks_of_everything(topic: str) -> None:
    assert topic in load_agent(TEXT, name="x", source="x").prompt


def test_built_in_texts_are_short() -> None:
    assert len(TEXT.encode()) < 6000
    assert all(path.stat().st_size < 4096 for path in RECIPES)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_built_in_recipe_is_complete(path: Path) -> None:
    recipe = load_recipe(path.read_text(), name=path.stem, source="built-in")
    assert recipe.problems == ()
    assert recipe.description
    assert recipe.languages == (("markdown",) if path.stem == "implement-task" else ())
    for part in ("Decide", "Leave", "Deliver:"):
        assert part in recipe.template


def test_built_in_texts_name_only_what_a_report_has() -> None:
    """A part that ``deliver`` does not take is one that the specialist cannot fill."""
    schema = Deliver.spec.schema["properties"]
    known = {f"{part}.{key}" for part in schema for key in schema[part].get("properties", ())}
    for path in (AGENTS / "specialist-backend.md", *RECIPES):
        named = re.findall(r"`((?:service|database|testing_documentation)\.\w+)`", path.read_text())
        assert set(named) <= known, path.stem
        plain = re.findall(r"`([a-z]+(?:_[a-z]+)+)`", path.read_text())
        parts = {key for section in schema.values() for key in section.get("properties", ())}
        assert set(plain) <= {*schema, *parts}, path.stem


BUILT_IN = [load_recipe(path.read_text(), name=path.stem, source="built-in") for path in RECIPES]


@pytest.mark.parametrize(
    ("first", "selected"),
    [
        ("optimise-query", "rows = session.execute(select(Order).join(Item).where(Item.order_id == order_id))"),
        ("add-auth", "def login(user, password):\n    return jwt.encode({'sub': user.id}, KEY)"),
        ("add-migration", "CREATE TABLE refunds (id TEXT PRIMARY KEY, UNIQUE (order_id));"),
        ("call-service", "const answer = await axios.post(url, body)"),
        ("add-configuration", "TIMEOUT = int(os.environ.get('TIMEOUT', '5'))  # settings"),
        ("add-observability", "logger.info('order placed'); ordersCounter.inc(); span.end()"),
        ("add-health-checks", "app.get('/health', (req, res) => res.send('ready'))"),
        ("add-transaction", "stock.balance -= amount; session.commit()"),
        ("add-caching", "value = await redis.get(key)  # ttl"),
        ("add-rate-limit", "if count > LIMIT: raise TooMany(429)  # throttle bucket"),
    ],
)  # fmt: skip
def test_built_in_recipe_for_the_selected_code_comes_first(first: str, selected: str) -> None:
    offered = fitting(
        BUILT_IN, has_selection=True, has_diagnostic=False, language="python", text=selected
    )
    assert offered[0].name == first
    assert len(offered) > MOST_OFFERED


def test_built_in_recipe_about_what_the_project_uses_is_among_the_first() -> None:
    """The same word, ``fetch``: of a service in the one project, of a database in the other."""

    def first(*stack: str) -> list[str]:
        offered = fitting(
            BUILT_IN,
            has_selection=True, has_diagnostic=False, language="python", text="fetch",
            stack=frozenset(("framework", *stack)),
        )  # fmt: skip
        return [each.name for each in offered[:MOST_OFFERED]]

    assert first("client")[0] == "call-service"
    assert "add-caching" not in first("client")
    assert first("orm")[:2] == ["add-caching", "call-service"]


def test_built_in_recipe_for_a_specification_is_offered_in_markdown_only() -> None:
    where = {"has_selection": False, "has_diagnostic": False}
    assert "implement-task" in {r.name for r in fitting(BUILT_IN, **where, language="markdown")}
    assert "implement-task" not in {r.name for r in fitting(BUILT_IN, **where, language="python")}


def test_built_in_recipes_are_offered_where_they_fit() -> None:
    recipes = BUILT_IN
    broken = fitting(recipes, has_selection=True, has_diagnostic=True, language="go")
    assert broken[0].name == "fix-problem"
    assert broken[0].kind == "quickfix"
    selected = fitting(recipes, has_selection=True, has_diagnostic=False, language="python")
    assert {"implement-endpoint", "add-validation"} <= {
        recipe.name for recipe in selected[:MOST_OFFERED]
    }
