"""The Celery app: configured from Django's settings, tasks found in the installed apps.

Also owns habits of the worker process: a default concurrency that suits the pool, the watch over a
warm shutdown (``celerytutorial.shutdown``), how it deals with the broker
(``celerytutorial.consumer``), and what it tells of its settings (``celerytutorial.told_settings``)
and its tasks (``celerytutorial.signatures``).
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_init, worker_ready

from celerytutorial.filesystem import use_whole_messages
from celerytutorial.shutdown import watch_shutdown
from celerytutorial.signatures import tell_signatures
from celerytutorial.told_settings import tell_no_login

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celerytutorial.settings")

use_whole_messages()
app = Celery("celerytutorial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add("celerytutorial.consumer:GroupEvents")


@celeryd_init.connect
def suit_concurrency_to_pool(conf: Any, options: dict[str, Any], **_: Any) -> None:
    """Start one process a CPU on prefork: the setting's 50 is meant for greenlets and threads."""
    pool = options.get("pool_cls") or options.get("pool") or conf.worker_pool
    if "prefork" in str(pool) and not options.get("concurrency"):
        conf.worker_concurrency = os.cpu_count() or 1


@worker_ready.connect
def spare_collector(**_: Any) -> None:
    """Let the collector pass over what the start has made: it stays for as long as the worker."""
    gc.collect()
    gc.freeze()


worker_init.connect(watch_shutdown)
worker_init.connect(tell_no_login)
worker_init.connect(tell_signatures)
