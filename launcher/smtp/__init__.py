"""Which mail servers the user knows, and which of them is used for what.

Owns the profiles, the choice among them, and what is known of common providers. Pure: files are
read in `launcher.settings`, passwords are kept in `launcher.runtime.passwords`.
"""
