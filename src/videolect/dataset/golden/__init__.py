"""The figures that the paper's authors tell of their data, beside ours."""
