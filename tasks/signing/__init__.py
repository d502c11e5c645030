"""Content Credentials (C2PA): what variants are signed with, which are, and what they say of how they came to be."""
