"""What tests share: programs that they start, clips that they read, and the walls of the house."""
