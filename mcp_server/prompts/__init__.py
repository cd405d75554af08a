"""The prompts: texts for an agent to follow, each a Markdown file of the folder `prompts`."""
