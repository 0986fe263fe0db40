"""An SMTP server that misbehaves on command: `server` is the server, `process` runs it apart.

`script` is the language of both, `certificates` makes good and bad ones.
"""
