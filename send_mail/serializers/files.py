"""Uploads and attachments, field by field."""

from typing import Any

from rest_framework import serializers

from send_mail import validation


class UploadRequest(serializers.Serializer[Any]):
    """A file's name and type; its bytes are the request's body."""

    name = serializers.CharField(max_length=1000, trim_whitespace=False)
    content_type = serializers.CharField(allow_blank=True, max_length=1000)

    def validate_name(self, value: str) -> str:
        """Return the name without a path."""
        return validation.clean_file_name(value)

    def validate_content_type(self, value: str) -> str:
        """Return ``type/subtype``."""
        return validation.clean_content_type(value)


class Upload(serializers.Serializer[Any]):
    """A file that is kept for a day."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")


class Attachment(serializers.Serializer[Any]):
    """A file in a mail."""

    index = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
