"""Events for other programs: Standard Webhooks out, driven from the committed journal."""
