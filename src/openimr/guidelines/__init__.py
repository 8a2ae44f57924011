"""The guideline library: treatments, criteria, editions as data, and what they are tested on."""
