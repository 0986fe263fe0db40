"""``/healthz``: who answers here, and whether it can reach its database."""

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django hands it over
    """Answer 200 with our identity, or 503 with the database's own words.

    A migrated database is asked for: before that no page of the project works either.
    """
    answer = {"service": "django", "run": settings.CELERY_LAUNCHER_RUN_ID}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except Error as error:
        return JsonResponse({**answer, "database": str(error)}, status=503)
    return JsonResponse(answer)
