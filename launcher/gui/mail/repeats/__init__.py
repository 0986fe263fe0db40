"""Mails that are sent again and again."""
