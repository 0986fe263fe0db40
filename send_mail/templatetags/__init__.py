"""What the pages' templates need beside Django's own tags."""
