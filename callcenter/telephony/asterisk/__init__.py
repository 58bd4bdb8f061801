"""Asterisk as a phone system: one connection over its REST interface (ARI), by which its calls are ours.

Law of this package: what Asterisk tells becomes the same events that phone systems report by webhook, stored before it
is acted on. Ids of legs, bridges and playbacks are ours, made from the commands they come from and known before the
request is sent, because events overtake the answers to requests. Whatever was missed is found again by looking.
"""
