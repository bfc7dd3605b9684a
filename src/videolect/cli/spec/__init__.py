"""``videolect spec``: whether a specification is whole, what it says, and what it finds in texts and records."""

VERBS = {
    "check": "whether it is whole: names, rules, examples",
    "show": "all of it in brief, or one entry",
    "derive": "primitives from a table of label records",
    "guide": "write the guide as a static site",
    "claims": "what a caption asserts and denies",
    "lint": "advice on the wording of a text",
    "diff": "what changed from one version to another",
    "publish": "make a version of the draft",
}
"""Each verb with its line of help, in the order of the help."""
