"""Kill the server under load and compare what it promised with what it kept (docs/reliability.md)."""
