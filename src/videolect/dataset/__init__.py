"""From approved history to what models are trained on and measured by."""
