"""What somebody's tablet knows of their own ground and work, so that it goes on without a network."""
