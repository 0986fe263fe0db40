"""The only home of `sys.platform`: what the operating systems do differently."""
