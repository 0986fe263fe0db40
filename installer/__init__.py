"""Celery Launcher's installer for Windows: built from pinned parts, then proven.

`python -m installer build` makes `CeleryLauncherSetup-<version>.exe` on Linux or Windows, `python
-m installer verify FILE` installs, drives and removes it under Wine. What was chosen and why:
docs/decisions, "Windows' installer".

`embeddable` and `wheels` fetch what is shipped and compare its digests, `trimming` says what of it
is left out, `runtime` puts it together; `application` is our own packages, `program` the two
executables, `packing` the NSIS script, `signing` and `bill_of_materials` what their names say;
`building` does all of it in order. `verifying` needs the tests' Wine, the rest does not.
"""
