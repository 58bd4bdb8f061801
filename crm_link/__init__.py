"""Customers behind the contacts: what outlives a contact and is moved on by people over days.

Law of this package: pure. Rows, clocks and names are handed in; a step gives the next state or says what would be possible.

    cases   complaints and inquiries, from receipt to an answer the customer has confirmed
    leads   what a customer might buy, until it is won or lost
    spans   open time, as all of them count it
"""
