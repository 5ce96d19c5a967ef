from pathlib import Path

import contacts
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = [("contacts", "0001_initial")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return (
        MigrationExecutor(connection)
        .loader.project_state(targets)
        .apps.get_model("contacts", "Contact")
    )


def newest():
    return MigrationExecutor(connection).loader.graph.leaf_nodes("contacts")


@pytest.fixture
def forward():
    """Gives the rows that come of full names, in the order of their ids."""

    def run(*names):
        old = migrate(FIRST)
        old.objects.all().delete()
        old.objects.bulk_create(old(full_name=name) for name in names)
        new = migrate(newest())
        return list(new.objects.order_by("id"))

    yield run
    migrate(newest())


def parts(rows):
    return [(row.first_name, row.last_name) for row in rows]


def handles(rows):
    return [row.handle for row in rows]


def test_names_are_split_at_the_last_white_space(forward):
    rows = forward("Ann Lee", "Cher", "Jean Paul  Sartre", "  Ada\tLovelace ", "Van der  Berg", "")
    assert parts(rows) == [
        ("Ann", "Lee"), ("", "Cher"), ("Jean Paul", "Sartre"), ("Ada", "Lovelace"), ("Van der", "Berg"), ("", ""),
    ]  # fmt: skip


def test_white_space_inside_of_a_name_stays(forward):
    assert parts(forward("Mary  Ann Lee")) == [("Mary  Ann", "Lee")]


def test_handles(forward):
    names = ("Ann Lee", "José Núñez", "O'Neil, Jr.", "--x--", "李小龍", "Zoë 2", "A" * 80)
    assert handles(forward(*names)) == [
        "ann-lee",
        "jose-nunez",
        "o-neil-jr",
        "x",
        "contact",
        "zoe-2",
        "a" * 50,
    ]


def test_same_handles_are_counted(forward):
    rows = forward("Ann Lee", "ann lee", "ANN  LEE", "Ann Lee 2", "!", "?")
    assert handles(rows)[:3] == ["ann-lee", "ann-lee-2", "ann-lee-3"]
    assert handles(rows)[3] == "ann-lee-2-2"
    assert handles(rows)[4:] == ["contact", "contact-2"]


def test_taken_numbers_are_passed_over(forward):
    assert handles(forward("Ann Lee 2", "Ann Lee", "Ann Lee")) == [
        "ann-lee-2",
        "ann-lee",
        "ann-lee-3",
    ]


def test_back_again(forward):
    forward("Ann Lee", "Cher", "Jean Paul  Sartre")
    old = migrate(FIRST)
    assert list(old.objects.order_by("id").values_list("full_name", flat=True)) == [
        "Ann Lee",
        "Cher",
        "Jean Paul Sartre",
    ]
    again = migrate(newest())
    assert handles(again.objects.order_by("id")) == ["ann-lee", "cher", "jean-paul-sartre"]


def test_empty_table_goes_forward_and_back(forward):
    assert forward() == []
    migrate(FIRST)


def test_large_table_takes_few_queries(forward):
    old = migrate(FIRST)
    old.objects.bulk_create(old(full_name=f"Name {number % 700}") for number in range(3000))
    with CaptureQueriesContext(connection) as queries:
        new = migrate(newest())
    selects = [
        each["sql"]
        for each in queries
        if each["sql"].startswith("SELECT") and "contacts_contact" in each["sql"]
    ]
    assert len(selects) <= 100
    assert new.objects.count() == new.objects.values("handle").distinct().count() == 3000


def test_database_holds_the_rules(forward):
    (row, *_) = forward("Ann Lee", "Bob Ross")
    model = type(row)
    for wrong in ({"handle": "bob-ross"}, {"handle": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**wrong)
    columns = {
        column.name
        for column in connection.introspection.get_table_description(
            connection.cursor(), "contacts_contact"
        )
    }
    assert columns == {"id", "first_name", "last_name", "handle"}


def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_do_not_import_the_models():
    for path in (Path(contacts.__file__).parent / "migrations").glob("*.py"):
        text = path.read_text()
        assert "contacts.models" not in text
        assert "from ..models" not in text


def post(client, **body):
    return client.post("/contacts/", body, content_type="application/json")


def test_contacts_are_added_and_listed(client):
    made = post(client, first_name="Ann", last_name="Lee", handle="ann-lee")
    assert made.status_code == 201
    assert {**made.json(), "id": 0} == {
        "id": 0,
        "first_name": "Ann",
        "last_name": "Lee",
        "handle": "ann-lee",
    }
    bare = post(client, handle="x2")
    assert (bare.status_code, bare.json()["first_name"], bare.json()["last_name"]) == (201, "", "")
    assert client.get("/contacts/").json() == {"contacts": [made.json(), bare.json()]}


def test_taken_handle_is_a_conflict(client):
    post(client, handle="ann")
    assert post(client, handle="ann").status_code == 409
    assert len(client.get("/contacts/").json()["contacts"]) == 1


@pytest.mark.parametrize(
    "handle", ["", "Ann", "ann lee", "-ann", "ann-", "a--b", "é", "x" * 61, 5, None, "a\n"]
)
def test_bad_handle_is_refused(client, handle):
    assert post(client, handle=handle).status_code == 400
    assert post(client, first_name="A").status_code == 400
    assert post(client, handle="x" * 60).status_code == 201
