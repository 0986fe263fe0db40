"""The rules, pure: no Qt, no I/O, no thread, no clock. Everything here is tested as data."""
