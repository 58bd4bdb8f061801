"""What customers meet before an agent: flows, and sessions that lead one customer through one.

Law of this package: pure. A session moves by what it is given, an instant beside it, and by nothing else; the same inputs
in the same order give the same session and the same asks. It knows no phone system, no chat and no engine: it asks, and
whoever holds it carries out and answers. Whatever comes twice, late or out of turn changes nothing; every wait has a
deadline; every walk is bounded (`limits`).

    stepping    one input -> the next session, and what is asked for
    session     what a session remembers, asks and is given
    calling_back  how a call-back is offered and the number confirmed
    checking    what is wrong with flows, before anybody is led through them
    drawing     a flow as a picture, its places by layout
    waiting     what is told of a wait
    exits       where each node leads
    model       flows and their nodes
"""
