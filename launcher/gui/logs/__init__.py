"""The Logs page: lines of all services, filtered, followed and searched."""
