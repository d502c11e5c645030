"""What people decide on the images of a campaign, and what is made of it: reviews, and takes."""
