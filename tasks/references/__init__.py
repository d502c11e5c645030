"""Pictures that go along with requests: where they lie, what they are, and where a campaign keeps them."""
