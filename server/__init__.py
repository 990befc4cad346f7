"""What wangge keeps its promises with: store, rules, pages, commands."""
