"""Every schema that a release ever had, as steps from one to the next."""
