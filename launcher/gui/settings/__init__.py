"""The Settings page: every setting of the file, what it takes to use it, and what is kept."""
