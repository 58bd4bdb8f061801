"""The shell around the routing core: everything asynchronous, and the composition root."""
