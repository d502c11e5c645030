"""What the API's own webhooks say: whether one is to be believed, and how a run hears of it from its receiver."""
