"""``videolect NOUN VERB``: a command parses, calls one function, prints."""
