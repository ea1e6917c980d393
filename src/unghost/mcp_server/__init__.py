"""A server of the Model Context Protocol: agents ask which names exist before they use them."""
