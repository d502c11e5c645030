"""The routes of the API: how each writes a request, and what their answers and refusals mean. Pure, without I/O."""
