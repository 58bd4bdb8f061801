"""A real phone system for tests, demos and load: Asterisk in a folder, bound to loopback, with sipp at both ends."""
