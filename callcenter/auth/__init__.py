"""Who somebody is and what they may do: passwords, sessions, throttling, authorisation, people."""
