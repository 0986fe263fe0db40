"""The Flow page: the messages of the broker, seen on their way."""
