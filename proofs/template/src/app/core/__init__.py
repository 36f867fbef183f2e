"""What the whole app rests on: settings and lifespan."""
