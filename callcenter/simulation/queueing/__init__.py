"""`callcenter simulate`: a queueing model whose server is the real engine, in virtual time.

A scenario says who arrives, how long they talk and wait, and who answers; the engine decides who gets what. What
is measured, and how sure it is, is computed here; what is right is for `tests/validation` to say.
"""
