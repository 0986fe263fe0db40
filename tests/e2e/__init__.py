"""Real parts, end to end: RabbitMQ, the worker, Flower, a browser, started by the tests."""
