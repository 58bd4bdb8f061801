"""Call-backs: promises to call a customer, kept by rows of the store and moved on by what the journal says.

service   makes them, asks for an agent when one is due, follows what becomes of them
plans     when one is due: hours, gaps, shares
states    which step leads from which state to which
routes    the API
"""
