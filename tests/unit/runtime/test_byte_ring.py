"""The ring of bytes: what was put there comes out, or is known to be gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.runtime.byte_ring import ByteRing


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_what_was_put_comes_out_until_it_is_overwritten(pieces: list[bytes]) -> None:
    ring = ByteRing(64)
    places = [ring.put(piece) for piece in pieces]
    behind = 0
    for place, piece in zip(reversed(places), reversed(pieces), strict=True):
        behind += len(piece)
        assert ring.get(place, len(piece)) == (piece if behind <= 64 else None)


def test_more_than_fits_is_refused() -> None:
    with pytest.raises(ValueError, match="65 bytes are more than the ring's 64"):
        ByteRing(64).put(b"x" * 65)
