"""Writing a mail: addresses, text, attachments, when, and to whom."""
