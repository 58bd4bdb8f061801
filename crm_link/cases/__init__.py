"""Complaints and inquiries as long-lived workflows: which step leads where, who may take it, and when what is late.

Law of this package: a case moves by a step of somebody at an instant, and by nothing else. What is not in the table is
refused with the steps that are; a refused step changes nothing. It holds no words of customers, only ids, states and
instants, and knows no store and no clock on the wall.

    deciding  one step -> the next case, or a refusal
    clocks    when what must have happened, over calendars
    table     (kind, state, step) -> the next state
    model     cases and steps
"""
