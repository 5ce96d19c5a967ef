from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Customer


def session(request: Request) -> Iterator[Session]:
    """One transaction for each request: committed when the handler returns, else rolled back."""
    with request.app.state.sessions.begin() as opened:
        yield opened


Database = Annotated[Session, Depends(session)]


def customer(database: Database, x_api_key: Annotated[str, Header()]) -> Customer:
    digest = sha256(x_api_key.encode()).hexdigest()
    found = database.scalar(select(Customer).where(Customer.api_key_hash == digest))
    if found is None:
        raise HTTPException(401, "The API key is not known.")
    return found


CurrentCustomer = Annotated[Customer, Depends(customer)]
