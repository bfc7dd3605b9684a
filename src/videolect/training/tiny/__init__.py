"""A model of 1.7 million parameters, staged clips of one camera movement each, and rows about them with known truth."""
