"""The HTTP API, thin: from requests to services and back. Who gets in is the project's matter.

One module an idea; ``views`` is what they share, ``urls`` puts them under ``/api/``.
"""
