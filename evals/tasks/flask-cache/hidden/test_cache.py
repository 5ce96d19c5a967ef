import pytest
from shop import create_app
from shop.cache import Cache, CacheDown
from shop.catalogue import Catalogue, CatalogueDown


class CountingCatalogue(Catalogue):
    def __init__(self):
        super().__init__()
        self.reads = []
        self.down = set()

    def product(self, product_id):
        self.asked("product", product_id)
        return super().product(product_id)

    def category(self, name):
        self.asked("category", name)
        return super().category(name)

    def asked(self, *what):
        self.reads.append(what)
        if "read" in self.down:
            raise CatalogueDown

    def save(self, product):
        if "write" in self.down:
            raise CatalogueDown
        super().save(product)

    def delete(self, product_id):
        if "write" in self.down:
            raise CatalogueDown
        return super().delete(product_id)


class BrokenCache(Cache):
    down = True

    def get(self, key):
        if self.down:
            raise CacheDown
        return super().get(key)

    def set(self, key, value, seconds):
        if self.down:
            raise CacheDown
        super().set(key, value, seconds)

    def delete(self, *keys):
        if self.down:
            raise CacheDown
        super().delete(*keys)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def catalogue():
    made = CountingCatalogue()
    made.save({"id": "p1", "price": 100, "categories": ["books", "gifts"]})
    made.save({"id": "p2", "price": 200, "categories": ["books"]})
    return made


@pytest.fixture
def client(catalogue, clock):
    return create_app(catalogue, Cache(clock)).test_client()


def put(client, product_id="p1", price=1, categories=("books", "gifts")):
    answer = client.put(
        f"/products/{product_id}", json={"price": price, "categories": list(categories)}
    )
    assert answer.status_code == 200
    return answer


def prices(client, name):
    answer = client.get(f"/categories/{name}")
    return (
        {each["id"]: each["price"] for each in answer.get_json()["products"]}
        if answer.status_code == 200
        else {}
    )


def reads(catalogue, act):
    before = len(catalogue.reads)
    answers = act()
    return answers, len(catalogue.reads) - before


PATHS = ["/products/p1", "/categories/books"]


@pytest.mark.parametrize("path", PATHS)
def test_second_answer_comes_from_the_cache(client, catalogue, path):
    first, count = reads(catalogue, lambda: client.get(path))
    assert (first.status_code, count) == (200, 1)
    second, count = reads(catalogue, lambda: client.get(path))
    assert (second.status_code, second.get_json(), count) == (200, first.get_json(), 0)


@pytest.mark.parametrize("path", PATHS)
def test_answers_live_a_minute(client, catalogue, clock, path):
    client.get(path)
    clock.now += 59.5
    assert reads(catalogue, lambda: client.get(path))[1] == 0
    clock.now += 1
    assert reads(catalogue, lambda: client.get(path))[1] == 1


@pytest.mark.parametrize("path", ["/products/none", "/categories/none"])
def test_what_does_not_exist_lives_five_seconds(client, catalogue, clock, path):
    first = client.get(path)
    clock.now += 4.5
    second, count = reads(catalogue, lambda: client.get(path))
    assert (first.status_code, second.status_code, count) == (404, 404, 0)
    assert second.get_json() == first.get_json()
    clock.now += 1
    assert reads(catalogue, lambda: client.get(path))[1] == 1


def test_form_is_as_before(client):
    for _ in range(2):
        assert client.get("/products/p1").get_json() == {
            "id": "p1",
            "price": 100,
            "categories": ["books", "gifts"],
        }
        assert client.get("/categories/books").get_json() == {
            "category": "books",
            "products": [{"id": "p1", "price": 100}, {"id": "p2", "price": 200}],
        }


def warm(client):
    for path in (
        "/products/p1",
        "/products/p3",
        *(f"/categories/{name}" for name in ("books", "gifts", "toys")),
    ):
        client.get(path)


def test_changed_price_is_seen(client):
    warm(client)
    put(client, price=7)
    assert client.get("/products/p1").get_json()["price"] == 7
    assert (prices(client, "books"), prices(client, "gifts")) == ({"p1": 7, "p2": 200}, {"p1": 7})


def test_moved_product_leaves_and_enters(client):
    warm(client)
    put(client, categories=["toys"])
    assert prices(client, "books") == {"p2": 200}
    assert prices(client, "gifts") == {}
    assert prices(client, "toys") == {"p1": 1}


def test_moved_product_leaves_also_when_the_product_is_not_kept(client, catalogue, clock):
    client.get("/products/p1")
    clock.now += 50
    client.get("/categories/gifts")
    clock.now += 11
    put(client, categories=["toys"])
    assert prices(client, "gifts") == {}


def test_created_product_is_seen(client):
    warm(client)
    put(client, "p3", 5, ["toys", "books"])
    assert client.get("/products/p3").status_code == 200
    assert prices(client, "toys") == {"p3": 5}
    assert prices(client, "books")["p3"] == 5


def test_deleted_product_is_gone(client):
    warm(client)
    assert client.delete("/products/p1").status_code == 204
    assert client.get("/products/p1").status_code == 404
    assert (prices(client, "books"), prices(client, "gifts")) == ({"p2": 200}, {})
    assert client.delete("/products/p1").status_code == 404


def test_others_stay_in_the_cache(client, catalogue):
    client.get("/products/p2")
    client.get("/categories/toys")
    put(client)
    assert (
        reads(catalogue, lambda: (client.get("/products/p2"), client.get("/categories/toys")))[1]
        == 0
    )


def test_failed_write_changes_nothing(client, catalogue):
    warm(client)
    catalogue.down = {"write"}
    assert client.put("/products/p1", json={"price": 9, "categories": ["toys"]}).status_code == 503
    assert client.delete("/products/p1").status_code == 503
    catalogue.down = set()
    assert client.get("/products/p1").get_json()["price"] == 100
    assert prices(client, "gifts") == {"p1": 100}
    assert prices(client, "toys") == {}


@pytest.mark.parametrize("path", PATHS)
def test_failed_read_is_not_kept(client, catalogue, path):
    catalogue.down = {"read"}
    assert client.get(path).status_code == 503
    catalogue.down = set()
    assert client.get(path).status_code == 200


def test_kept_answers_are_given_while_the_catalogue_is_away(client, catalogue):
    client.get("/products/p1")
    catalogue.down = {"read", "write"}
    assert client.get("/products/p1").status_code == 200


def test_without_the_cache_everything_works(catalogue):
    client = create_app(catalogue, BrokenCache()).test_client()
    assert client.get("/products/p1").get_json()["price"] == 100
    put(client, price=3)
    assert (client.get("/products/p1").get_json()["price"], prices(client, "books")["p1"]) == (3, 3)
    assert client.get("/products/none").status_code == 404
    assert client.delete("/products/p1").status_code == 204
    answer, count = reads(catalogue, lambda: client.get("/products/p2"))
    assert (answer.status_code, count) == (200, 1)


def test_names_of_users_are_not_mixed_up(client, catalogue):
    odd = ["p1:books", "category:books", "product:p1", "books|p1", "p1\n", "category", "None"]
    for name in odd:
        assert client.get("/products/" + name.replace("\n", "%0A")).status_code == 404, name
        assert client.get("/categories/" + name.replace("\n", "%0A")).status_code == 404, name
    put(client, "books", 4, ["p1"])
    assert client.get("/categories/p1").get_json()["products"] == [{"id": "books", "price": 4}]
    assert client.get("/products/p1").get_json()["price"] == 100
    assert client.get("/products/books").get_json()["price"] == 4
    assert prices(client, "books")["p1"] == 100


def test_applications_use_the_cache_that_they_are_given(catalogue, clock):
    shared = Cache(clock)
    create_app(catalogue, shared).test_client().get("/products/p1")
    other = create_app(catalogue, shared).test_client()
    assert reads(catalogue, lambda: other.get("/products/p1"))[1] == 0
