"""Windows programs on a Linux machine: a Wine prefix, Windows' Python and our packages in it.

Nothing here belongs to the product. What is fetched and made once is kept in a cache folder outside
the checkout; every run works on a copy of the prefix and ends its own wineserver.
"""
