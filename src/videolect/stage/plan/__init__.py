"""From a wish to a take, by dice. ``wishes`` and ``repertoire`` say what may be wished for."""
