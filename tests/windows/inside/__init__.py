"""Tests that run on Windows Python, under Wine or on Windows itself; see docs/windows.md."""
