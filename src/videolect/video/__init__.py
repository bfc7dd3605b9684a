"""Files to timelines and frames. Strangers' files are decoded in a child process with limits, never in this one."""
