"""What the words after `parley` do, but for serving: one module for each, and `bot/cli.py` lists them."""
