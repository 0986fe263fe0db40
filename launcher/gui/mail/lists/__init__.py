"""Lists of mails that page lazily and stay live."""
