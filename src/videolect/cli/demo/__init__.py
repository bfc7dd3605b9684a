"""``videolect demo``: a workspace, clips, two people, a campaign and the pages, in one command.

``--script`` plays annotator and reviewer through the HTTP interface to the end and prints the triples.
"""
