"""Sending to each of many separately, for the staff: list, begin, follow, cancel."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from send_mail.forms import BatchForm
from send_mail.models import Batch, Template
from send_mail.paging import by_id
from send_mail.services import batches, many
from send_mail.states import SCHEDULED, State
from send_mail.views.paging import number, paged
from send_mail.views.reach import staff_only
from send_mail.views.writing import keep_files, uploaded

NAMED = 50
"""So many refused lines are shown."""


@never_cache
@require_safe
@staff_only
def batch_list(request: HttpRequest) -> HttpResponse:
    """Show a page of them, each with how far it has come."""
    page = paged(partial(by_id, Batch.objects.all()), request)
    counts = batches.counts(page.rows)
    rows = [_progress(row, counts[row.pk]) for row in page.rows]
    return render(request, "send_mail/batches.html", {"page": page, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Show the form; look at the list; send to each once nobody is left out unseen.

    Lines that cannot be sent to are named first, and left out after a yes to these very lines.
    """
    if request.method != "POST":
        return _asked(request, BatchForm(initial=_from_template(request)))
    form = BatchForm(request.POST, request.FILES, known=uploaded(request))
    if not form.is_valid() or form.checked is None:
        keep_files(request, form)
        return _asked(request, form, 400)
    agreed = form.refused_digest() in {"", request.POST.get("sure")}
    if form.checked.news and (not agreed or "check" in request.POST):
        keep_files(request, form)
        return _asked(request, form)
    try:
        subject = form.asked.validated_data["subject"]
        batch = batches.begin(form.checked, subject, form.idempotency_key())
    except ValidationError as error:  # nobody is left
        form.refuse("recipients", error.messages)
        keep_files(request, form)
        return _asked(request, form, 400)
    if left_out := len(form.checked.refused):
        named = "1 line was" if left_out == 1 else f"{left_out:,} lines were"
        messages.success(request, f"{named} left out.")
    return redirect("batch", batch_id=batch.pk)


@never_cache
@require_safe
@staff_only
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show how far it has come; the page's script keeps that up to date."""
    return render(request, "send_mail/batch.html", {"progress": _one(batch_id)})


@never_cache
@require_GET
@staff_only
def status(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Answer the part of the page that changes."""
    return render(request, "send_mail/_batch_progress.html", {"progress": _one(batch_id)})


@require_POST
@staff_only
def cancel(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take back those of its mails that no worker holds."""
    taken = batches.cancel(get_object_or_404(Batch, pk=batch_id))
    messages.success(request, f"{taken:,} {'mail' if taken == 1 else 'mails'} cancelled.")
    return redirect("batch", batch_id=batch_id)


def _asked(request: HttpRequest, form: BatchForm, status: int = 200) -> HttpResponse:
    refused = form.checked.refused if form.checked else []
    shown = {
        "form": form,
        "ready": len(form.checked.news) if form.checked else 0,
        "checked": form.checked is not None,
        "refused": refused[:NAMED],
        "more": max(len(refused) - NAMED, 0),
        "left_out": len(refused),
        "sure": form.refused_digest(),
    }
    return render(request, "send_mail/batch_form.html", shown, status=status)


def _from_template(request: HttpRequest) -> dict[str, str]:
    """Return the words of the template that ``?template=`` names, its variables as they are."""
    row = Template.objects.filter(pk=number(request, "template")).first()
    return {"subject": row.subject, "text": row.text, "html": row.html} if row else {}


def _one(batch_id: int) -> dict[str, Any]:
    row = get_object_or_404(Batch, pk=batch_id)
    progress = _progress(row, batches.counts([row])[row.pk])
    return {**progress, "due_at": batches.due_at(row) if progress["scheduled"] else None}


def _progress(row: Batch, by_state: dict[str, int]) -> dict[str, Any]:
    shown = batches.shown(row, by_state)
    wanted = row.saved if row.cancelled_at else row.total
    final = shown["final"] >= wanted
    bad = by_state[State.FAILED] + by_state[State.UNKNOWN]
    waiting = sum(by_state[s] for s in (SCHEDULED, *many.cancellable()))
    scheduled = 0 < waiting == by_state[SCHEDULED]
    if not final:
        mark = SCHEDULED if scheduled else "QUEUED"
    elif bad:
        mark = "FAILED"
    else:
        mark = "DELIVERED" if by_state[State.DELIVERED] else "CANCELLED"
    return {
        **shown,
        "mark": mark,
        "done": final,
        "delivered": by_state[State.DELIVERED],
        "scheduled": scheduled,
        "states": [(s, s.capitalize(), count) for s, count in by_state.items() if count],
        "can_cancel": not final and waiting > 0,
        "halted": not row.cancelled_at and row.saved < row.total,
    }
