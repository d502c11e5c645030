"""How a campaign is told: to the terminal, to the Prefect UI, to people."""
