"""Where acts are kept: append-only, with optimistic versions, idempotency keys, leases, and projections that can be rebuilt."""
