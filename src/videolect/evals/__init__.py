"""How good a writer, a reward or a critic is: items, predictions, measures with intervals, floors and ceilings."""
