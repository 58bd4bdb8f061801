"""The channel `email`: mail comes in by SMTP, becomes contacts and messages, and answers go out by SMTP.

listener     SMTP in, behind a mail server of the company
receiving    a mail becomes a contact or a message, durable before it is acknowledged
delivering   what is to go out, tried until it is taken or has failed for good
routes       the thread, its attachments, replies, for the desk
"""
