"""The Services page: every service as it stands, prerequisites, and the buttons that act."""
