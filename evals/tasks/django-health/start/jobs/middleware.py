"""Everybody must show the key."""

from django.http import HttpRequest, HttpResponse, JsonResponse


class LoginMiddleware:
    """Refuses requests without ``X-Key``."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("X-Key") != "letmein":
            return JsonResponse({"error": "unauthorized"}, status=401)
        return self.get_response(request)
