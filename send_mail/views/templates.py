"""Templates, for the staff: list, write, change, delete, and begin a mail from one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from send_mail.forms import FillForm, MailForm, TemplateForm
from send_mail.models import Template
from send_mail.paging import by_id
from send_mail.services.templates import Words
from send_mail.views.paging import paged
from send_mail.views.reach import staff_only


@never_cache
@require_safe
@staff_only
def template_list(request: HttpRequest) -> HttpResponse:
    """Show a page of them."""
    page = paged(lambda after, limit: by_id(Template.objects.all(), after, limit), request)
    rows = [{"row": row, "variables": words_of(row).variables()} for row in page.rows]
    return render(request, "send_mail/templates.html", {"page": page, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Write a new one."""
    return _written(request, Template())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def edit(request: HttpRequest, template_id: int) -> HttpResponse:
    """Change one."""
    return _written(request, get_object_or_404(Template, pk=template_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def use(request: HttpRequest, template_id: int) -> HttpResponse:
    """Ask for a value for each variable, then show the mail as it can be sent."""
    template = get_object_or_404(Template, pk=template_id)
    words = words_of(template)
    form = FillForm(words, request.POST) if request.method == "POST" else FillForm(words)
    if not words.variables() and not form.is_bound:
        return _mail(request, words)
    if form.is_valid():
        return _mail(request, form.filled)
    shown = {"form": form, "template": template, "fields": zip(form.names, form, strict=False)}
    return render(request, "send_mail/fill.html", shown, status=400 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def delete(request: HttpRequest, template_id: int) -> HttpResponse:
    """Ask whether to delete it, and delete it."""
    template = get_object_or_404(Template, pk=template_id)
    if request.method == "POST":
        template.delete()
        messages.success(request, f"The template “{template.name}” is deleted.")
        return redirect("templates")
    question = {
        "title": "Delete this template?",
        "words": f"“{template.name}” is gone then. Mails that were begun from it stay.",
        "yes": "Delete",
        "bad": True,
        "no": "Keep it",
        "action": reverse("template-delete", args=[template.pk]),
        "back": reverse("templates"),
    }
    return render(request, "send_mail/confirm.html", question)


def words_of(template: Template) -> Words:
    """Return what a template says."""
    return Words(template.subject, template.text, template.html)


def _mail(request: HttpRequest, words: Words) -> HttpResponse:
    initial = {"subject": words.subject, "message": words.text, "html": words.html}
    return render(request, "send_mail/index.html", {"form": MailForm(initial=initial)})


def _written(request: HttpRequest, template: Template) -> HttpResponse:
    known = template if template.pk else None
    names = ("name", "subject", "text", "html")
    if request.method == "POST":
        form = TemplateForm(request.POST, template=known)
        if form.is_valid():
            for name in names:
                setattr(template, name, form.asked.validated_data[name])
            template.save()
            messages.success(request, f"The template “{template.name}” is saved.")
            return redirect("templates")
    else:
        form = TemplateForm(
            template=known, initial={name: getattr(template, name) for name in names}
        )
    shown = {"form": form, "template": known}
    return render(
        request, "send_mail/template_form.html", shown, status=400 if form.is_bound else 200
    )
