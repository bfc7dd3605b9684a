"""``videolect write``: one text for one clip, without a campaign."""

VERBS = {
    "draft": "the caption of one aspect",
    "critique": "what is wrong with a caption",
    "revise": "a caption after a critique",
    "score": "how true texts are of a clip",
    "best": "the best of N drafts",
    "merge": "one text of several captions",
    "serve": "a model as an OpenAI-compatible server",
}
"""Each verb with its line of help, in the order of the help."""
