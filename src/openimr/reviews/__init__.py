"""Review: item → treatment → edition → findings → proposed decision, and its rationale."""
