"""The durable memory of a domain: journal, details, read models, people, sessions, configuration.

`store.open_store` is the door. Nothing outside this package knows SQL; everything else sees `callcenter.ports`.
Three kinds of transaction, never blurred: (1) journal batch + details + outcomes, (2) a projection's rows +
its cursor, (3) units of work on people, sessions and configuration. One writer connection takes all three.
"""
