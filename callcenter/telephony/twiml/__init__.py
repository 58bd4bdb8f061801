"""Twilio as a phone system: its webhooks ask what a call is to hear (TwiML), its REST interface changes that in between.

Law of this package: a call always has one document, what it is to hear now; whoever asks gets it, so a request that is
repeated gets the same. What a webhook tells is stored before it is answered. A leg carries its offer's id in the address
that the provider calls back, so a leg that was asked for twice is recognised. Whatever was missed is found by looking.
"""
