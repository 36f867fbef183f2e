"""Apps whose module itself is the defect: only the kit imports them."""
