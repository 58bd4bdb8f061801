"""Single faults against a real server, each with what must follow (reliability matrix F3, F11 and bad input)."""
