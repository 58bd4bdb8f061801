"""Leads: what customers might buy, kept by rows of the store, brought to the agents of a queue as contacts.

service   makes them, takes steps, brings each to an agent when its time has come
entrance  how one comes into the engine
plans     queue and spans, as the configuration says
routes    the API
views     what is shown of a lead
"""
