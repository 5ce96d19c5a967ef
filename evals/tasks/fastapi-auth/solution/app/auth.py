"""Who may do what: tokens, of which only a digest is kept, and their scopes."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Literal

from fastapi import Header, HTTPException
from pydantic import BaseModel, Field

from app.tables import Tables


class TokenIn(BaseModel):
    user: str = Field(min_length=1)
    scopes: list[Literal["notes:read", "notes:write"]] = Field(min_length=1)
    expires_in: int = Field(ge=1, le=2_592_000)


class Guard:
    """Issues, revokes and checks tokens."""

    def __init__(self, tables: Tables, admin_secret: str, clock: Callable[[], float]) -> None:
        self._rows = tables.table("tokens")
        self._admin_secret = admin_secret
        self._clock = clock

    def admin(self, x_admin_secret: str = Header(default="")) -> None:
        """Refuse who does not know the secret."""
        if not hmac.compare_digest(x_admin_secret.encode(), self._admin_secret.encode()):
            raise HTTPException(403, "The admin secret is needed.")

    def issue(self, wanted: TokenIn) -> dict:
        """Make a token; this is the only time that it is seen."""
        token = secrets.token_urlsafe(32)
        shown = {
            "id": secrets.token_hex(8),
            "scopes": list(wanted.scopes),
            "expires_at": self._clock() + wanted.expires_in,
        }
        self._rows[shown["id"]] = {**shown, "user": wanted.user, "digest": _digest(token)}
        return {**shown, "token": token}

    def revoke(self, token_id: str) -> bool:
        """Forget a token; says whether there was one."""
        return self._rows.pop(token_id, None) is not None

    def needs(self, scope: str) -> Callable[[str], str]:
        """Give the dependency of a route: it gives the user, or refuses."""

        def check(authorization: str = Header(default="")) -> str:
            row = self._row(authorization)
            if row is None:
                raise HTTPException(
                    401, "A valid token is needed.", headers={"WWW-Authenticate": "Bearer"}
                )
            if scope not in row["scopes"]:
                raise HTTPException(403, f"The token lacks the scope {scope}.")
            return row["user"]

        return check

    def _row(self, authorization: str) -> dict | None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = _digest(token.strip())
        found = [row for row in self._rows.values() if hmac.compare_digest(row["digest"], digest)]
        return next((row for row in found if self._clock() < row["expires_at"]), None)


def _digest(token: str) -> str:
    # A token is random and long, so a plain digest cannot be searched for it.
    return hashlib.sha256(token.encode()).hexdigest()
