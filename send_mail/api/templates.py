"""Templates: keep, change, fill in."""

from dataclasses import asdict

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView, page_parameters, paged
from send_mail.models import Template
from send_mail.services import templates


class Templates(MailView):
    """All templates."""

    @extend_schema(
        operation_id="templates_list",
        parameters=page_parameters,
        responses=serializers.TemplatePage,
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        rows, cursor = paged(Template.objects.all(), request)
        results = serializers.TemplateFull(rows, many=True).data
        return Response({"results": results, "next": cursor})

    @extend_schema(request=serializers.TemplateRequest, responses={201: serializers.TemplateFull})
    def post(self, request: Request) -> Response:
        """Keep a new one."""
        asked = serializers.TemplateRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        made = Template.objects.create(**asked.validated_data)
        return Response(serializers.TemplateFull(made).data, status.HTTP_201_CREATED)


class OneTemplate(MailView):
    """One template."""

    @extend_schema(responses=serializers.TemplateFull)
    def get(self, request: Request, template_id: int) -> Response:
        """Show it."""
        return Response(serializers.TemplateFull(_template(template_id)).data)

    @extend_schema(request=serializers.TemplateRequest, responses=serializers.TemplateFull)
    def put(self, request: Request, template_id: int) -> Response:
        """Change it, in whole."""
        template = _template(template_id)
        asked = serializers.TemplateRequest(template, data=request.data)
        asked.is_valid(raise_exception=True)
        for name, value in asked.validated_data.items():
            setattr(template, name, value)
        template.save()
        return Response(serializers.TemplateFull(template).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, template_id: int) -> Response:
        """Remove it; mails that were begun from it stay as they are."""
        _template(template_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class Render(MailView):
    """A template with its variables filled in."""

    @extend_schema(request=serializers.RenderRequest, responses=serializers.Rendered)
    def post(self, request: Request, template_id: int) -> Response:
        """Fill it in; a variable without value, or a value without variable, is refused."""
        asked = serializers.RenderRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        template = _template(template_id)
        words = templates.Words(template.subject, template.text, template.html)
        filled = templates.render(words, asked.validated_data["variables"])
        return Response(asdict(filled))


def _template(template_id: int) -> Template:
    return get_object_or_404(Template, pk=template_id)
