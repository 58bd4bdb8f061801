"""Phones in browsers: an agent's, and a customer's who calls from a page. Their SIP comes through our own door."""
