"""The resources: what the code knows, as pages for agents. One module each."""
