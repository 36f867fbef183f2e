"""Load the plug-in, as an adopter does."""

pytest_plugins = ("contract_tests.plugin",)
