"""Why a connection failed, in words: what the system and OpenSSL say, for people."""

import smtplib
import socket
import ssl

from send_mail.delivery.servers import Server

# OpenSSL's X509_V_ERR_*: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
_CERTIFICATE_WORDS = {
    9: "its certificate is not valid yet; is this machine's clock right?",
    10: "its certificate has expired",
    18: "its certificate is self-signed: nobody vouches for it",
    19: "its certificate comes from an authority that this machine does not know",
    20: "its certificate comes from an authority that this machine does not know",
    21: "its certificate comes from an authority that this machine does not know",
    23: "its certificate was revoked",
    62: "its certificate is for another name than {host}",
    64: "its certificate is for another address than {host}",
}


def cause_of(error: Exception, server: Server) -> str:
    """Return what went wrong, as the end of a sentence."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "it took too long"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {server.host}:{server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, server.host)
    if isinstance(error, ssl.SSLError):
        return _handshake(error)
    if isinstance(error, socket.gaierror):
        return f"no address is known for {server.host}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the connection was closed"
    if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(error):
        return "it offers no STARTTLS"
    return str(error) or type(error).__name__


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    known = _CERTIFICATE_WORDS.get(error.verify_code)
    if known is None:
        return f"its certificate is not to be trusted ({error.verify_message})"
    return known.format(host=host)


def _handshake(error: ssl.SSLError) -> str:
    if error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS on this port; STARTTLS may be what it wants"
    return f"no encrypted connection could be made ({error.reason or error})"
