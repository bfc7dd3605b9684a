"""The benchmark of primitives: its tasks, their files, a model's answers, their scores and figures."""
