"""The type of what every part of a body is drawn from."""

from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
