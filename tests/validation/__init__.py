"""The simulator against published and exact figures of queueing theory: `python -m tests.validation`."""
