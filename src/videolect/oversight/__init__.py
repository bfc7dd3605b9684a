"""The rules of the work: what a task is after its acts, who may do what next, and the verbs that change anything."""
