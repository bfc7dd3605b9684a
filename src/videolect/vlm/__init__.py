"""How we speak to a vision-language model: prompts, films as it sees them, tokens, and the models themselves."""
