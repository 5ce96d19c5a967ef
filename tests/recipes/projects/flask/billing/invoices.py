from flask import Blueprint, g, request
from sqlalchemy import text

from billing.auth import signed_in
from billing.models import Invoice, db

blueprint = Blueprint("invoices", __name__)


@blueprint.get("")
@signed_in
def search():
    term = request.args.get("customer", "")
    rows = db.session.execute(
        text(
            f"SELECT id, total_cents FROM invoice WHERE account_id = {g.account_id}"
            f" AND customer LIKE '%{term}%'"
        )
    )
    return {"invoices": [dict(row._mapping) for row in rows]}


@blueprint.get("/<int:invoice_id>")
@signed_in
def show(invoice_id):
    invoice = db.get_or_404(Invoice, invoice_id)
    return {"id": invoice.id, "customer": invoice.customer, "total_cents": invoice.total_cents}


@blueprint.post("/<int:invoice_id>/payments")
@signed_in
def pay(invoice_id):
    invoice = db.one_or_404(
        db.select(Invoice).filter_by(id=invoice_id, account_id=g.account_id)
    )
    invoice.paid_cents = invoice.paid_cents + int(request.json["cents"])
    db.session.commit()
    return {"id": invoice.id, "paid_cents": invoice.paid_cents}
