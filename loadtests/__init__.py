"""Black-box drivers: clients, demo traffic and benchmarks over the public interfaces; imports nothing of ours."""
