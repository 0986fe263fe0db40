"""The thin shell around the core: threads, sockets and processes. No Qt."""
