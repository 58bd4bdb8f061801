"""Are the estimated waits right? `python -m tests.validation.estimates` counts how many waits end within the bands."""
