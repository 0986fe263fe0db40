"""The pages' forms: every refusal stands at its field, and works without a script."""

from send_mail.forms.batches import BatchForm
from send_mail.forms.fields import FilesForm
from send_mail.forms.mail import MailForm, ReleaseForm
from send_mail.forms.repeats import RepeatForm
from send_mail.forms.templates import FillForm, TemplateForm

__all__ = (
    "BatchForm",
    "FilesForm",
    "FillForm",
    "MailForm",
    "ReleaseForm",
    "RepeatForm",
    "TemplateForm",
)
