from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.errors import ServiceError
from app.routers import orders


def create_app() -> FastAPI:
    app = FastAPI(title="Orders", version="1.4.0")
    app.include_router(orders.router, prefix="/v1/orders", tags=["orders"])

    @app.exception_handler(ServiceError)
    def refused(_: Request, error: ServiceError) -> JSONResponse:
        return JSONResponse({"error": {"code": error.code, "message": str(error)}}, error.status)

    return app
