"""The contract of an async-SQLAlchemy CRUD service, as a pytest plug-in and a suite.

Point it at an app: ``pytest --pyargs contract_tests --contract-app package.module:attribute``.
Importing this package costs nothing: everything heavy is imported once a contract is asked for.
"""

__version__ = "0.1.0"
