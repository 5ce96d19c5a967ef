"""Jobs over HTTP."""

from django.http import HttpRequest, JsonResponse

from jobs.models import Job


def job_list(request: HttpRequest) -> JsonResponse:
    """All jobs."""
    request.get_host()
    return JsonResponse({"jobs": list(Job.objects.values("id", "name"))})
