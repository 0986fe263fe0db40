"""The schema's word on what every operation may refuse, said once instead of at each view."""

from typing import Any

_DETAIL = {"$ref": "#/components/schemas/Detail"}
_ERRORS = {
    "type": "object",
    "properties": {
        "errors": {
            "type": "object",
            "description": "Words by field; those of a field with fields of its own by them.",
            "additionalProperties": {},
        }
    },
    "required": ["errors"],
}
_ANYWHERE = {
    "400": ("A value is refused; the words stand at its field.", {"oneOf": [_ERRORS, _DETAIL]}),
    "401": ("Neither the launcher's token nor a login.", _DETAIL),
    "403": ("Not for this user, or asked by another page.", _DETAIL),
}
_WITH_ID = {"404": ("There is none of this number.", _DETAIL)}
_WITH_BODY = {
    "413": ("The body is too large.", _DETAIL),
    "415": ("The body is of another type.", _DETAIL),
}


def add_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Return the schema with these answers at each operation; drf-spectacular calls it."""
    for path, operations in result["paths"].items():
        for operation in operations.values():
            may = dict(_ANYWHERE)
            if "{" in path:
                may |= _WITH_ID
            if "requestBody" in operation:
                may |= _WITH_BODY
            for code, (words, schema) in may.items():
                content = {"application/json": {"schema": schema}}
                answer = {"description": words, "content": content}
                operation["responses"].setdefault(code, answer)
    return result
