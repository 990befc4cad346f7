"""The demonstration town: invented ground, people and issues under the names of five real places."""
