"""Where acts are kept: append-only, with versions, idempotency keys, leases, and projections that can be rebuilt."""
