"""Celery Launcher: starts, watches and explains Django + Celery + RabbitMQ on one machine."""

__version__ = "0.1.0"
