"""Templates, field by field."""

from typing import Any

from rest_framework import serializers

from send_mail import validation
from send_mail.models import Template
from send_mail.serializers.fields import KnownFieldsOnly, RawCharField
from send_mail.services.templates import Words


class TemplateRequest(KnownFieldsOnly):
    """A template in whole."""

    name = serializers.CharField(max_length=100)
    subject = RawCharField(default="", validators=[validation.clean_subject])
    text = RawCharField(default="", validators=[validation.clean_text])
    html = RawCharField(default="", validators=[validation.clean_text])

    def validate_name(self, value: str) -> str:
        """Allow one line that no other template has."""
        name = validation.clean_header(value)
        others = Template.objects.filter(name=name)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            msg = "There is a template of this name."
            raise serializers.ValidationError(msg)
        return name


class TemplateFull(serializers.Serializer[Any]):
    """A template and the variables in it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    updated_at = serializers.DateTimeField()
    variables = serializers.SerializerMethodField()

    def get_variables(self, template: Template) -> list[str]:
        """Return their names."""
        return Words(template.subject, template.text, template.html).variables()


class TemplatePage(serializers.Serializer[Any]):
    """Some templates, newest first, and the cursor of the next ones."""

    results = TemplateFull(many=True)
    next = serializers.IntegerField(allow_null=True)


class RenderRequest(KnownFieldsOnly):
    """Values for the variables."""

    variables = serializers.DictField(
        child=RawCharField(max_length=validation.MAX_TEXT), default=dict
    )


class Rendered(serializers.Serializer[Any]):
    """A template filled in."""

    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
