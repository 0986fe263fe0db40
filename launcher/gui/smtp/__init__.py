"""Mail servers in the window: profiles, their test, which is used, safe mode."""
