"""Read models: pure folds of the journal, and the runner that keeps their rows.

Every read model says what seq it is true at (`as_of_seq`); live equals recounted at equal `as_of_seq`.
"""
