"""Several processes serve one domain: gateways take what comes in, one router decides, a worker keeps what is read.

PostgreSQL holds everything that lasts. Redis carries commands to the router and its answers back, wakes those who follow
the journal, and holds the lease of who decides. It may lose all of that at any instant: what was acknowledged is in the
journal, what was not is asked again under the same command id, and should two routers ever write, the journal's key stops one.
"""
