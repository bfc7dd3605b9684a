"""``videolect video``: what a file is, its shots, its frames."""

VERBS = {
    "probe": "decode a file once and say what it is",
    "split": "find the shots of a film",
    "frames": "take frames as a recipe makes them",
    "sprite": "a sheet of small pictures, with WebVTT",
    "duplicates": "films that show the same",
}
"""Each verb with its line of help, in the order of the help."""
