"""Fields and rules that several requests share."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from send_mail import validation


class KnownFieldsOnly(serializers.Serializer[Any]):
    """Refuses fields it does not know, by name: a typo is no silent omission."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names, then the values."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: ["There is no such field."] for name in unknown}
                )
        return super().to_internal_value(data)


@extend_schema_field(
    {"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
)
class AddressesField(serializers.Field[Any, Any, Any, Any]):
    """A list of addresses, or one string with commas."""

    default_error_messages = {"empty": "Give at least one recipient."}  # noqa: RUF012 - DRF's

    def __init__(self, **kwargs: Any) -> None:
        self.allow_empty = not kwargs.get("required", True)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """Return clean addresses."""
        found = validation.clean_addresses(data)
        if not found and not self.allow_empty:
            self.fail("empty")
        return found

    def to_representation(self, value: Any) -> Any:
        """Return the list as it is."""
        return value


class RawCharField(serializers.CharField):
    """Text taken as it came: trimming would hide the line break that has to be refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)


class IdsField(serializers.ListField):
    """A list of whole numbers that may be ids, without doubles."""

    def __init__(self, **kwargs: Any) -> None:
        child = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
        super().__init__(child=child, max_length=1000, **kwargs)

    def to_internal_value(self, data: Any) -> list[int]:
        """Return them in order."""
        return list(dict.fromkeys(super().to_internal_value(data)))


class Detail(serializers.Serializer[Any]):
    """A refusal in words."""

    detail = serializers.CharField()
