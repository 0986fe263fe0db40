"""The Tasks page: what was published, who executes it, what comes by the clock."""
