"""The Mail page: write a mail, follow it through the outbox, read it in the inbox."""
