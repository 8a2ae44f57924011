"""Letters of the process."""
