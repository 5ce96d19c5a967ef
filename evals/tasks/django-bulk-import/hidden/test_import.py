import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from products.models import Product

pytestmark = pytest.mark.django_db
HEADER = "sku,name,price,stock\n"


def send(client, text, query=""):
    body = text if isinstance(text, bytes) else text.encode()
    return client.post(f"/products/import/{query}", body, content_type="text/csv")


def stored():
    return {row[0]: row[1:] for row in Product.objects.values_list("sku", "name", "price", "stock")}


def faults(client, rows, header=HEADER):
    answer = send(client, header + rows)
    assert answer.status_code == 422, answer.content
    found = answer.json()["errors"]
    assert all(set(each) == {"line", "column", "message"} and each["message"] for each in found)
    assert stored() == {}
    return [(each["line"], each["column"]) for each in found]


def test_products_are_created(client):
    answer = send(client, HEADER + "A-1,Chair,12.50,3\nB2,Table,99,0\n")
    assert (answer.status_code, answer.json()) == (
        200,
        {"created": 2, "changed": 0, "unchanged": 0},
    )
    assert stored() == {"A-1": ("Chair", 1250, 3), "B2": ("Table", 9900, 0)}


def test_products_are_changed_and_counted(client):
    Product.objects.create(sku="A", name="Old", price=1, stock=1)
    Product.objects.create(sku="B", name="Same", price=100, stock=2)
    Product.objects.create(sku="Z", name="Other", price=5, stock=5)
    answer = send(client, HEADER + "B,Same,1,2\nC,New,2,0\nA,Old,0.01,9\n")
    assert answer.json() == {"created": 1, "changed": 1, "unchanged": 1}
    assert stored() == {
        "A": ("Old", 1, 9), "B": ("Same", 100, 2), "C": ("New", 200, 0), "Z": ("Other", 5, 5),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0", 0), ("12", 1200), ("12.5", 1250), ("12.50", 1250), ("0.07", 7), ("1.1", 110), ("19.99", 1999),
     ("999999.99", 99_999_999), (" 3 ", 300), ("1.15", 115), ("8.29", 829)],
)  # fmt: skip
def test_prices_are_exact(client, text, cents):
    assert send(client, HEADER + f"A,x,{text},1").status_code == 200
    assert stored()["A"][1] == cents


@pytest.mark.parametrize(
    "text", ["", "-1", "1.234", "1000000", "1e3", "nan", "1,5", "€5", "inf", "0x1", "1_0", "٣"]
)
def test_bad_prices(client, text):
    assert faults(client, f'A,x,"{text}",1\n') == [(2, "price")]


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1000001", "many", "1_0", "٣"])
def test_bad_stocks(client, text):
    assert faults(client, f"A,x,1,{text}\n") == [(2, "stock")]


@pytest.mark.parametrize("text", ["", "a", "A B", "A_1", "Ä", "A" * 21])
def test_bad_skus(client, text):
    assert faults(client, f"{text},x,1,1\n") == [(2, "sku")]


def test_bad_names(client):
    assert faults(client, f"A,,1,1\nB,{'x' * 101},1,1\nC,   ,1,1\n") == [
        (2, "name"),
        (3, "name"),
        (4, "name"),
    ]


def test_columns_come_in_any_order(client):
    assert send(client, "stock, price ,sku,name\n4,1.00,A,Chair\n").status_code == 200
    assert stored() == {"A": ("Chair", 100, 4)}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sku,name,price\n",
        "sku,name,price,stock,extra\n",
        "sku,name,price,price\n",
        "A,x,1,1\n",
        "SKU,name,price,stock\n",
    ],
)
def test_bad_headers(client, header):
    answer = send(client, header + "A,x,1,1\n" if header else "")
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_header"})


def test_encodings(client):
    assert send(client, b"\xef\xbb\xbf" + (HEADER + "A,Stühle,1,1\n").encode()).status_code == 200
    assert stored()["A"][0] == "Stühle"
    answer = send(client, HEADER.encode() + "B,Stühle,1,1\n".encode("latin-1"))
    assert (answer.status_code, answer.json()) == (400, {"error": "not_utf8"})


def test_quoted_values_and_line_ends(client):
    text = 'sku,name,price,stock\r\nA,"Chair, ""red""",1,1\r\n\r\n,,,\r\nB,"two\nlines",1,1\r\n'
    assert send(client, text).json() == {"created": 2, "changed": 0, "unchanged": 0}
    assert (stored()["A"][0], stored()["B"][0]) == ('Chair, "red"', "two\nlines")


def test_all_faults_are_told_by_line(client):
    rows = 'A,"two\nlines",1,1\nb,,x,y\n\nC,x,1\nD,x,1,1,1\nE,x,1,-1\n'
    assert faults(client, rows) == [
        (4, "sku"), (4, "name"), (4, "price"), (4, "stock"), (6, None), (7, None), (8, "stock"),
    ]  # fmt: skip


def test_faults_come_in_the_order_of_the_columns(client):
    assert faults(client, "x,x,1,a\n", "stock,price,name,sku\n") == [
        (2, "stock"),
        (2, "price"),
        (2, "sku"),
    ]


def test_sku_that_stands_twice(client):
    assert faults(client, "A,x,1,1\nB,x,1,1\nA,y,2,2\nA,z,3,3\n") == [(4, "sku"), (5, "sku")]


def test_good_lines_are_not_stored_beside_a_bad_one(client):
    Product.objects.create(sku="A", name="Old", price=1, stock=1)
    assert send(client, HEADER + "A,New,1,1\nB,x,1,1\nC,x,1,no\n").status_code == 422
    assert stored() == {"A": ("Old", 1, 1)}


def test_hundred_faults_are_enough(client):
    answer = send(client, HEADER + "A,x,1,no\n" * 1)
    assert "more" not in answer.json()
    body = send(client, HEADER + "".join(f"A{n},x,1,no\n" for n in range(100))).json()
    assert (len(body["errors"]), body.get("more")) == (100, None)
    body = send(client, HEADER + "".join(f"A{n},x,1,no\n" for n in range(500))).json()
    assert (len(body["errors"]), body["more"]) == (100, True)


def rows(count, name="x"):
    return HEADER + "".join(f"P{n},{name},1,1\n" for n in range(count))


@pytest.mark.parametrize("name", ["x", "y"], ids=["unchanged", "changed"])
def test_many_rows_take_few_queries(client, name):
    with CaptureQueriesContext(connection) as queries:
        assert send(client, rows(5000)).json()["created"] == 5000
    assert len(queries) <= 40
    with CaptureQueriesContext(connection) as queries:
        answer = send(client, rows(5000, name)).json()
    assert answer["changed" if name == "y" else "unchanged"] == 5000
    assert len(queries) <= 40


def test_too_many_rows(client):
    answer = send(client, rows(10_001))
    assert (answer.status_code, answer.json(), stored()) == (413, {"error": "too_many_rows"}, {})


def test_dry_run_stores_nothing(client):
    Product.objects.create(sku="A", name="Old", price=1, stock=1)
    answer = send(client, HEADER + "A,New,1,1\nB,x,1,1\n", "?dry_run=1")
    assert (answer.status_code, answer.json()) == (
        200,
        {"created": 1, "changed": 1, "unchanged": 0},
    )
    assert stored() == {"A": ("Old", 1, 1)}
    assert send(client, HEADER + "a,x,1,1\n", "?dry_run=1").status_code == 422


def test_only_header(client):
    assert send(client, HEADER).json() == {"created": 0, "changed": 0, "unchanged": 0}


def test_list_and_method(client):
    send(client, HEADER + "B,x,1,1\nA,y,2,3\n")
    assert [each["sku"] for each in client.get("/products/").json()["products"]] == ["A", "B"]
    assert client.get("/products/import/").status_code == 405
