"""`callcenter import-trace`: real calls, as another system wrote them down, made into a scenario with its traces."""
