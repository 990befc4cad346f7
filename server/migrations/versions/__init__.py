"""Steps of the history."""
