"""Tests of the bundled project: rules as data, pages and API, real SMTP on loopback."""
