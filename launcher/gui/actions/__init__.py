"""What can be done in the window: a table of names and keys, a registry, ways to find them."""
