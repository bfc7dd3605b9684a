"""``videolect eval``: how good writers, rewards and critics are, beside floors and ceilings."""

VERBS = {
    "run": "let a model answer the items",
    "primitives": "make tasks of states, or score answers to them",
    "primitives-run": "let a model answer the tasks",
    "audit": "other people's captions: import, statistics",
    "score": "figures of one file of answers",
    "compare": "two systems on the same items",
    "control": "a reward set that text alone does not give away",
    "authors": "the models of the paper's authors as files of predictions",
    "critiques": "what kinds of critique are worth",
    "report": "one page on systems, and a leaderboard",
}
"""Each verb with its line of help, in the order of the help."""
