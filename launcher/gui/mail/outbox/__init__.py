"""What was sent, and how it stands."""
