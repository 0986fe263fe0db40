"""The launcher on Windows Python, under Wine.

`kit` makes the prefix and the Windows Python; `inside` holds the tests that this Python runs; the
`test_` files here drive both from Linux. `docs/windows.md` says what is proven by this.
"""
