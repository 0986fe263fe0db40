"""The Learn page: short lessons, each with something that is done for real and a question."""
