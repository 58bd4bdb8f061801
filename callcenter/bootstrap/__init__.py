"""The composition root: every object is made here, by hand, in the order it is needed.

data_dir        the lock, the secret, the demo passwords
configuration   the configuration in force, as the API and the chat channel see it
people          the demo's people, and keeping the engine's agents equal to the stored ones
demo_story      the cases a demo begins with
backups         whole copies, and putting one back
doctor          whether everything a server needs is there (doctor_outside: what it must reach)
figures         where the figures of /metrics come from
machine         what is looked at now and then: disk, memory, mail to go out
gateway         repeatable commands from the shell's own keepers
parts           the objects of one domain, wired
server          start and stop
"""
