import pytest

from billing import create_app
from billing.models import Invoice, db


@pytest.fixture
def app():
    app = create_app()
    with app.app_context():
        db.create_all()
        db.session.add(Invoice(id=1, account_id=7, customer="Ada", total_cents=900))
        db.session.commit()
        yield app


def test_invoice_is_shown(app):
    answer = app.test_client().get("/invoices/1", headers={"X-Account-Id": "7"})
    assert answer.json == {"id": 1, "customer": "Ada", "total_cents": 900}


def test_invoices_need_an_account(app):
    assert app.test_client().get("/invoices/1").status_code == 401
