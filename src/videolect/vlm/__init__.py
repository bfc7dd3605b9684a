"""How we speak to a writer of captions, be it a vision-language model or the grammar that knows only labels."""
