"""Small widgets that every page is made of; each paints itself from the tokens."""
