"""Which recipe comes first for a whole file of a project: words that are on every page must not decide it."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.recipe_files import load_recipe
from backend_specialist.domain.recipe import fitting
from support.scenario import HERE

BUILT_IN = [
    load_recipe(path.read_text(encoding="utf-8"), name=path.stem, source="built-in")
    for path in sorted((HERE.parent.parent / "agents" / "commands").glob("*.md"))
]
# Where no recipe is meant more than the others, those for any code come first, and this one is their first.
ANY = "add-error-handling"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("aspnet/Shop.Api/Sessions/SessionEndpoints.cs", "add-auth"),
        ("axum/src/config.rs", "add-configuration"),
        ("axum/src/links.rs", "optimise-query"),
        ("django/events/models.py", "add-migration"),
        ("django/events/views.py", "optimise-query"),
        ("express/src/errors.ts", ANY),
        ("express/src/middleware/auth.ts", "add-auth"),
        ("fastapi/app/errors.py", ANY),
        ("fastapi/app/main.py", "version-api"),
        ("fastapi/app/models.py", "add-migration"),
        ("fastapi/app/routers/orders.py", "optimise-query"),
        ("flask/billing/invoices.py", "optimise-query"),
        ("flask/billing/money.py", ANY),
        ("go/cmd/server/main.go", "add-health-checks"),
        ("laravel/app/Services/TransferService.php", "add-transaction"),
        ("rails/app/controllers/api/v1/subscriptions_controller.rb", "version-api"),
        ("rails/app/controllers/application_controller.rb", ANY),
        ("rails/app/models/subscription.rb", "add-migration"),
        ("spring/src/main/java/com/example/catalogue/SupplierClient.java", "add-configuration"),
    ],
)
def test_first_recipe_for_a_file(name: str, first: str) -> None:
    text = (HERE / "projects" / name).read_text(encoding="utf-8")
    offered = fitting(BUILT_IN, has_selection=True, has_diagnostic=False, language="", text=text)
    assert offered[0].name == first
