"""One-time ways into the admin."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail.api.views import MailView
from send_mail.serializers import LoginLinkAnswer, LoginLinkRequest
from send_mail.services import login_links


class LoginLinks(MailView):
    """One-time links, for the launcher alone."""

    @extend_schema(request=LoginLinkRequest, responses={201: LoginLinkAnswer})
    def post(self, request: Request) -> Response:
        """Make a link; a session may not, or a stolen one could be prolonged."""
        if request.auth != "launcher":
            self.permission_denied(request, "Only the launcher makes login links.")
        asked = LoginLinkRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        token = login_links.issue(asked.validated_data["next"])
        return Response({"url": f"/login/{token}/"}, status.HTTP_201_CREATED)
