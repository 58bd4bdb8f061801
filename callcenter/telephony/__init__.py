"""Calls: what phone systems report, what they are asked to do, and the book of calls in between.

Law of this package: an event is stored before it is acted on; a command to a phone system follows from what is stored
and from committed events of the journal, never from anything else, so that after a restart the same commands follow
again, under the same ids.
"""
