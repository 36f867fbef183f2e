"""Write rows and read them back."""
