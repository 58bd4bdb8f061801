"""Digital channels: chat now; each translates its medium into commands and events back into its medium."""
