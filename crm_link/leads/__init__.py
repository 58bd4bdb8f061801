"""Leads: a customer's interest, until it is won or lost.

Law of this package: a lead moves by a step of somebody at an instant, and by nothing else; a refused step changes nothing.
An open lead always has the instant at which it comes to the agents of its queue again. It holds no words of customers.

    deciding  one step -> the next lead, or a refusal
    table     (stage, step) -> the next stage
    model     leads and steps
"""
