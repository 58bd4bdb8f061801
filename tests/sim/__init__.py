"""The seeded simulation's checkers: what must hold, stated without looking at how the engine does it."""
