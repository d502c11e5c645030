"""What each route of the API takes: a body becomes an `ImageRequest`, or a list of faults."""
