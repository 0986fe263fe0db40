"""An authority for tests, and what it signs: a good certificate and three bad ones."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KINDS = ("good", "expired", "wrong_host", "self_signed")
_DAY = dt.timedelta(days=1)


def make(folder: Path) -> Path:
    """Write a key and a certificate of each kind into `folder`; returns the authority's file."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("A test authority")
    authority = _sign(issuer, issuer, key, key, names=(), days=(-2, 30), authority=True)
    trusted = folder / "authority.pem"
    trusted.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for kind in KINDS:
        mine = ec.generate_private_key(ec.SECP256R1())
        own = kind == "self_signed"
        names = ("other.example",) if kind == "wrong_host" else ("localhost", "127.0.0.1")
        days = (-20, -10) if kind == "expired" else (-2, 30)
        subject = _name(names[0])
        made = _sign(
            *(subject, subject if own else issuer, mine, mine if own else key),
            names=names,
            days=days,
        )
        text = made.public_bytes(serialization.Encoding.PEM) + mine.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{kind}.pem").write_bytes(text)
    return trusted


def contexts(folder: Path) -> Mapping[str, ssl.SSLContext]:
    """A server's context for each kind that `make` wrote."""
    made = {}
    for kind in KINDS:
        made[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[kind].load_cert_chain(folder / f"{kind}.pem")
    return made


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _sign(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    names: tuple[str, ...],
    days: tuple[int, int],
    authority: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    if names:
        alternatives = [_alternative(name) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(by, hashes.SHA256())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
