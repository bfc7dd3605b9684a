"""``videolect desk``: make a workspace, let people in, serve the pages, draft, rebuild the projections."""

VERBS = {
    "init": "make a workspace",
    "invite": "make an account",
    "password": "give a person a new password; their sessions end",
    "serve": "serve the pages",
    "work": "draft whatever waits for a draft",
    "rebuild": "make queue, board and index anew from the acts, and compare",
}
"""Each verb with its line of help, in the order of the help."""
