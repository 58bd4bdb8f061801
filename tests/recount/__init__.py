"""Every figure counted four times: live, by the API, by SQL, and from the journal alone."""
