"""What the mail catcher caught."""
