"""The Exchange lab page."""
