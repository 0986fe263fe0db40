"""Pictures of every page on a made-up session, and what in them does not fit.

`__main__` says how it is asked for, `scenes` what is drawn, `misfits` what is looked for.
"""
