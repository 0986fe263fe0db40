"""The first steps: what is here, everything started, a first mail that arrives."""
