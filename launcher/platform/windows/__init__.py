"""Windows: jobs, consoles, access lists, the registry. Each idea has a module of its own.

Calls go to documented functions of kernel32 and advapi32 through `native`, with typed prototypes.
docs/windows.md says what of this was seen under Wine and what only Windows itself can show.
"""
