"""The window: the only room that imports PySide6. Widgets show and ask; rules live in the core."""
