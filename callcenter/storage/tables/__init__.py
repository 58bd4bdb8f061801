"""Every table as metadata: `columns` is what they are made of, `main` holds the oldest, its siblings one subject each."""
