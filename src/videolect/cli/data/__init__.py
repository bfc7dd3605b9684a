"""``videolect data``: films in, triples out."""

VERBS = {
    "import": "take films in and open their tasks",
    "triples": "write the settled tasks",
    "check-golden": "compute the golden figures of the authors' data and compare them",
    "splits": "which source falls into which part",
    "rows": "rows to train and measure with",
    "corrupt": "critiques made wrong in a declared way",
    "search": "find clips and captions",
}
"""Each verb with its line of help, in the order of the help."""
