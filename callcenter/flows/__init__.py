"""What flows need of the server, whatever the channel: plans, stored inputs, what was given, answers nobody outside knows.

Law of this package: it knows no phone system and no chat. Channels hold sessions and store their inputs.
"""
