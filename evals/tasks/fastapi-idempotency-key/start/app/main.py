"""The payments service: ``create_app`` is its factory."""

from fastapi import FastAPI, Header, HTTPException

from app.gateway import Gateway, GatewayError
from app.schemas import PaymentIn, PaymentOut
from app.store import Store


def create_app(database: str, gateway: Gateway) -> FastAPI:
    """Build the service on a SQLite file; the gateway is what talks to the card network."""
    app = FastAPI(title="Payments")
    store = Store(database)

    @app.post("/payments", status_code=201)
    def create_payment(payment: PaymentIn, x_merchant_id: str = Header()) -> PaymentOut:
        try:
            charge_id = gateway.charge(payment.amount, payment.currency, payment.source)
        except GatewayError as error:
            raise HTTPException(502, "The card network does not answer.") from error
        return store.add_payment(x_merchant_id, payment, charge_id)

    @app.get("/payments/{payment_id}")
    def get_payment(payment_id: int, x_merchant_id: str = Header()) -> PaymentOut:
        payment = store.payment(x_merchant_id, payment_id)
        if payment is None:
            raise HTTPException(404, "There is no such payment.")
        return payment

    return app
