"""Load from people of all kinds at once, with locust: `python -m loadtests.load busy_hour` (`make load`).

`__main__` starts the server, a phone system and locust, each in a process of its own; `people` are those locust
plays; `profiles` says how many come when, and what the run must not exceed.
"""
