"""The same mails on every pool, broker and database: `python -m tests.matrix [--all]`.

What differs is the environment of the processes and the name of the pool. `combination`
runs one, `postgres` has a cluster of its own.
"""
