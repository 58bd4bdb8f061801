"""`callcenter replay --config`: what the journal's customers and agents would have met under another configuration.

What the world did on its own (who came when, who logged in when) is fed as it was; what it did in answer to the engine
(accepting, talking, giving up) is done again in the new situation, by the habits the journal shows.
"""
