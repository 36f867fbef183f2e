"""How a service is reached: in this process, or in a child of its own."""
