"""Django's and Celery's settings, all of them from the environment.

Without any of our variables this is the tutorial run by hand from a checkout: RabbitMQ on this
machine, SQLite beside ``manage.py``, mail printed by the worker. The reason for a Celery value
that differs from Celery's own default stands beside it.
"""

from typing import Any

import environ
from django.utils.functional import lazy

from celerytutorial import queues
from celerytutorial.broker import broker_from
from celerytutorial.home import data_folder, own_secret_key

env = environ.Env()
DATA_FOLDER = data_folder()

# --- who may talk to us -------------------------------------------------------------------------
_given_key = env.str("SECRET_KEY", default="")
# Lazy: a command that signs nothing writes no key file.
SECRET_KEY: str = _given_key or lazy(own_secret_key, str)(DATA_FOLDER)
DEBUG = env.bool("DEBUG", default=not _given_key)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
LAUNCHER_API_TOKEN = env.str("LAUNCHER_API_TOKEN", default="")
CELERY_LAUNCHER_RUN_ID = env.str("CELERY_LAUNCHER_RUN_ID", default="")
LOGIN_LINK_SECONDS = 60

# Scrypt first: as strong, and a tenth of PBKDF2's time at every start.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# Cookies know no ports: with Django's names another project on 127.0.0.1 would overwrite ours.
SESSION_COOKIE_NAME = "celerylauncher_session"
CSRF_COOKIE_NAME = "celerylauncher_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "send_mail",
    "celerytutorial",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "celerytutorial.access.OwnPagesOnly",
    "celerytutorial.access.StraightToTheApi",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "celerytutorial.urls"
WSGI_APPLICATION = "celerytutorial.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # no collectstatic step: an installed wheel serves its own files
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the database -------------------------------------------------------------------------------
if not env.str("DATABASE_URL", default=""):
    DATA_FOLDER.mkdir(parents=True, exist_ok=True)
_database: dict[str, Any] = env.db_url(
    "DATABASE_URL", default=f"sqlite:///{(DATA_FOLDER / 'db.sqlite3').as_posix()}"
)
if "sqlite3" in _database["ENGINE"]:
    # Without these a threads worker fails with "database is locked" under load.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
DATABASES = {"default": _database}

# --- mail ---------------------------------------------------------------------------------------
_email_url = env.str("EMAIL_URL", default="console:")
_email: dict[str, Any] = env.email_url_config(
    "consolemail://" if _email_url.startswith("console:") else _email_url
)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"] or "127.0.0.1"
EMAIL_PORT = _email["EMAIL_PORT"] or 25
EMAIL_USE_TLS = bool(_email.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_SSL"))
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="celery-launcher@localhost")
# What the launcher calls the server above; empty when nobody has named it.
MAIL_SERVER_NAME = env.str("LAUNCHER_MAIL_SERVER_NAME", default="")
# The real server that caught mails are released to; empty: none.
EMAIL_RELEASE_URL = env.str("EMAIL_RELEASE_URL", default="")
EMAIL_RELEASE_PASSWORD = env.str("EMAIL_RELEASE_PASSWORD", default="")  # the worker alone has it
EMAIL_RELEASE_FROM = env.str("EMAIL_RELEASE_FROM", default="")
# Safe mode: the one address that gets every mail in the place of its recipients.
MAIL_REDIRECT_TO = env.str("MAIL_REDIRECT_TO", default="")
# Days after which delivered and cancelled mails are deleted; 0: never.
MAIL_RETENTION_DAYS = env.int("LAUNCHER_MAIL_RETENTION_DAYS", default=0)

# Stretches or shrinks leases, backoffs and limits; 1 in life, small in fault tests.
MAIL_TIME_SCALE = env.float("LAUNCHER_MAIL_TIME_SCALE", default=1.0)
MAIL_API_MAX_BYTES = 10 * 1024 * 1024
MAIL_MAX_RECIPIENTS = 100
MAIL_MAX_BATCH = 10_000
MAIL_BATCH_MAX_BYTES = 1024 * 1024 * 1024
MAIL_ATTACHMENTS_MAX_BYTES = 25 * 1024 * 1024
INBOX_MAX = 5000
CHAOS_SLOW_SECONDS = 5.0
CATCHER_MAX_BYTES = 40 * 1024 * 1024  # as base64 a mail's attachments are larger by a third
DATA_UPLOAD_MAX_MEMORY_SIZE = MAIL_API_MAX_BYTES

# --- the API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "celerytutorial.access.LauncherToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["celerytutorial.access.SizedJSONParser"],
    "EXCEPTION_HANDLER": "celerytutorial.api.errors_by_field",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Celery Launcher: mail",
    "DESCRIPTION": "Saved first, sent once: the outbox, the inbox of the catcher, the queue.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "send_mail.api.schema.add_refusals",
    ],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
}

# --- Celery -------------------------------------------------------------------------------------
_broker = broker_from(env.str("CELERY_BROKER_URL", default="amqp://guest:guest@localhost:5672//"))
CELERY_BROKER_URL = _broker.url
CELERY_BROKER_TRANSPORT_OPTIONS = _broker.options
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
# With a heartbeat a green worker takes 9.5 tasks a second on Celery 5.7: after every message its
# loop waits 0.1 s for the event dispatcher's connection (celery/worker/loops.py, synloop).
CELERY_BROKER_HEARTBEAT = 0
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND_THREAD_SAFE = True  # or every greenlet builds a backend of its own
CELERY_TASK_ACKS_LATE = True  # a killed worker's messages come back
CELERY_WORKER_CONCURRENCY = 50  # eventlet's own default is the number of CPUs
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# After a lost connection Celery lowers the prefetch and raises it again with each acknowledgement,
# in whatever thread acknowledges. That thread then waits for the broker's answer on a connection
# that the worker's own thread reads, too, and a worker on threads hung so for good in four of about
# twelve repeats of R3 (py-spy: `Channel.basic_qos` in `blocking_read`). The prefetch need not be
# lowered: claims guard against two of a mail.
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
# Both, or the first tasks are missing from every monitor.
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_TIMEZONE = "UTC"

RELAY_SECONDS = env.float("LAUNCHER_RELAY_SECONDS", default=3.0)
RELAY_QUEUE = queues.RELAY
CELERY_TASK_DEFAULT_QUEUE = queues.MAILS
CELERY_TASK_QUEUES = queues.TASK_QUEUES
CELERY_WORKER_CONSUMER = "celerytutorial.consumer:Consumer"
CELERY_BEAT_SCHEDULER = "celerytutorial.beat:TickingScheduler"
CELERY_BEAT_TICK_FILE = env.str("CELERY_BEAT_TICK_FILE", default="")
CELERY_BEAT_SCHEDULE = {
    "relay": {
        "task": "send_mail.tasks.relay",
        "schedule": RELAY_SECONDS,
        "options": {"queue": RELAY_QUEUE, "expires": RELAY_SECONDS},
    },
}

# --- logs ---------------------------------------------------------------------------------------
# On the root alone: Celery replaces the root's handlers with its own in its processes.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "[%(asctime)s: %(levelname)s/%(name)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "filters": {"no_relay_chatter": {"()": "celerytutorial.quiet.NoRelayChatter"}},
    "loggers": {
        "celery.worker.strategy": {"filters": ["no_relay_chatter"]},
        "celery.app.trace": {"filters": ["no_relay_chatter"]},
        "celery.beat": {"filters": ["no_relay_chatter"]},
        # aiosmtpd tells every line of every conversation; the catcher tells what it caught.
        "mail.log": {"level": "ERROR"},
    },
}
