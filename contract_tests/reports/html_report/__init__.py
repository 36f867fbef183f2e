"""The report as one HTML file that needs nothing else: readable without scripts, too."""
