"""Where it runs: deployments, their setup, the callback receiver."""
