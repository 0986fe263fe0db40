"""Mails that are sent again and again, for the staff: list, make, change, pause, delete."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from send_mail import recurrence
from send_mail.forms import RepeatForm
from send_mail.models import Repeat
from send_mail.paging import by_id
from send_mail.services import repeats
from send_mail.views.paging import paged
from send_mail.views.reach import staff_only
from send_mail.views.writing import keep_files, uploaded


@never_cache
@require_safe
@staff_only
def repeat_list(request: HttpRequest) -> HttpResponse:
    """Show a page of them, each with its rule in words and its next time."""
    page = paged(partial(by_id, repeats.with_files()), request)
    return render(
        request, "send_mail/repeats.html", {"page": page, "rows": [_shown(r) for r in page.rows]}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Make a new one."""
    return _written(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def edit(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Change one; its next time is counted from now."""
    return _written(request, get_object_or_404(repeats.with_files(), pk=repeat_id))


@require_POST
@staff_only
def switch(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Pause it, or let it go on, as ``enabled`` says."""
    repeat = get_object_or_404(Repeat, pk=repeat_id)
    repeats.switch(repeat, enabled=request.POST.get("enabled") == "yes")
    return redirect("repeats")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def delete(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Ask whether to delete it, and delete it."""
    repeat = get_object_or_404(Repeat, pk=repeat_id)
    named = f"“{repeat.subject or '(no subject)'}”"
    if request.method == "POST":
        repeat.delete()
        messages.success(request, f"{named} is not sent again.")
        return redirect("repeats")
    question = {
        "title": "Delete this repeat?",
        "words": f"{named} is never sent again by itself. What was sent stays in the outbox.",
        "reason": recurrence.words(repeat.rule),
        "yes": "Delete",
        "bad": True,
        "no": "Keep it",
        "action": reverse("repeat-delete", args=[repeat.pk]),
        "back": reverse("repeats"),
    }
    return render(request, "send_mail/confirm.html", question)


def _written(request: HttpRequest, repeat: Repeat | None) -> HttpResponse:
    had = repeats.described(repeat) if repeat else []
    if request.method == "POST":
        form = RepeatForm(
            request.POST, request.FILES, repeat=repeat, known=uploaded(request), had=had
        )
        if form.is_valid():
            try:
                made = repeats.write(
                    repeat or Repeat(), form.fields_of_row(), form.new_files(),
                    form.cleaned_data["stays"],
                )  # fmt: skip
            except ValidationError as error:
                for name, said in error.message_dict.items():
                    form.refuse("attachments" if name in {"uploads", "keep"} else name, said)
            else:
                words = recurrence.words(made.rule)
                messages.success(request, f"“{made.subject or '(no subject)'}” is sent: {words}.")
                return redirect("repeats")
        keep_files(request, form)
    else:
        initial = RepeatForm.written(repeat) if repeat else None
        form = RepeatForm(repeat=repeat, had=had, initial=initial)
    shown = {"form": form, "repeat": repeat}
    return render(
        request, "send_mail/repeat_form.html", shown, status=400 if form.is_bound else 200
    )


def _shown(repeat: Repeat) -> dict[str, Any]:
    return {
        "row": repeat,
        "words": recurrence.words(repeat.rule),
        "files": len(repeat.files.all()),
        "more": len(repeat.to) - 1,
    }
