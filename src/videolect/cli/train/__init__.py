"""``videolect train``: recipes that teach a model from rows."""
