"""The memory twin of the store: one module for each part of it, all over one `disk`; `store.MemoryStore` is the door."""
