"""``videolect stage``: clips whose truth is known."""

VERBS = {
    "render": "render a set of clips with their truth",
    "stills": "first and last frames of a glossary, and its index",
    "list": "what can be staged, and what cannot and why",
}
"""Each verb with its line of help, in the order of the help."""
