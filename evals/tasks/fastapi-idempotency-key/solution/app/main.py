"""The payments service: ``create_app`` is its factory."""

from fastapi import FastAPI, Header, HTTPException, Response

from app.gateway import Gateway, GatewayError
from app.schemas import PaymentIn, PaymentOut
from app.store import KeyInUse, KeyReused, Store


def create_app(database: str, gateway: Gateway) -> FastAPI:
    """Build the service on a SQLite file; the gateway is what talks to the card network."""
    app = FastAPI(title="Payments")
    store = Store(database)

    @app.post("/payments", status_code=201)
    def create_payment(
        payment: PaymentIn,
        response: Response,
        x_merchant_id: str = Header(),
        idempotency_key: str = Header(default=""),
    ) -> PaymentOut:
        if not 1 <= len(idempotency_key) <= 255:
            raise HTTPException(400, "Idempotency-Key must have 1 to 255 characters.")
        try:
            done = store.claim(x_merchant_id, idempotency_key, payment)
        except KeyReused as error:
            raise HTTPException(422, "This key was used with another body.") from error
        except KeyInUse as error:
            raise HTTPException(409, "A request with this key is being processed.") from error
        if done is not None:
            response.headers["Idempotent-Replayed"] = "true"
            return done
        try:
            charge_id = gateway.charge(payment.amount, payment.currency, payment.source)
        except BaseException as error:
            store.release(x_merchant_id, idempotency_key)
            if isinstance(error, GatewayError):
                raise HTTPException(502, "The card network does not answer.") from error
            raise
        return store.add_payment(x_merchant_id, payment, charge_id, idempotency_key)

    @app.get("/payments/{payment_id}")
    def get_payment(payment_id: int, x_merchant_id: str = Header()) -> PaymentOut:
        payment = store.payment(x_merchant_id, payment_id)
        if payment is None:
            raise HTTPException(404, "There is no such payment.")
        return payment

    return app
