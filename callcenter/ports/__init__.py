"""What the shell needs from a store, said by the consumer: a module for each subject, `store` for all of them together.

Every Protocol here has two implementations that pass the same contract tests: `callcenter.storage` (SQL) and
`callcenter.storage.memory`. All calls are of one domain. What they raise stands in `errors`.
"""
