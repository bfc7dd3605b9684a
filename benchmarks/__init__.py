"""Figures, measured side by side and printed; nothing here is asserted but what must be true at any speed."""
