"""Cases: complaints and inquiries that departments work on for days, kept by rows of the store and moved by steps of people.

service   opens them, takes steps, has customers asked by call-backs
asking    what a call-back means for its case, and who must not make it
plans     departments, members and rules, as the configuration says
routes    the API
views     what is shown of a case
"""
