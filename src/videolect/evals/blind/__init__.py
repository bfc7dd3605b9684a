"""What can be reached without looking at a film: floors and ceilings, judges that read only, controlled pairs."""
