"""Every table as metadata: `main` holds the metadata and the oldest tables, its siblings one subject each."""
