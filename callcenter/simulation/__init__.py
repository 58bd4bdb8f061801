"""A seeded world around the core: customers, agents, administrators and a clock that misbehaves.

The same seed and scenario always give the same commands at the same times, and so the same journal. The world
knows nothing of correctness: it plays, and whoever watches judges. It serves the benchmarks and the tests; it
touches no network, no file and no real clock. `queueing` is the other world, without mishaps: `callcenter simulate`.
"""
