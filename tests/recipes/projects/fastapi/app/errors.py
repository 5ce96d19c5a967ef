class ServiceError(Exception):
    """A request that is refused; the edge gives its status, code and message to the caller."""

    status = 400
    code = "bad_request"


class NotFound(ServiceError):
    status = 404
    code = "not_found"


class Conflict(ServiceError):
    status = 409
    code = "conflict"
