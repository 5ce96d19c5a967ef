from functools import wraps

from flask import g, request


def signed_in(view):
    """The gateway has checked the session, and tells the account in a header that only it can set."""

    @wraps(view)
    def checked(*args, **kwargs):
        account = request.headers.get("X-Account-Id", "")
        if not account.isdecimal():
            return {"error": "Sign in first."}, 401
        g.account_id = int(account)
        return view(*args, **kwargs)

    return checked
