"""What was done, said once: a callback notes it down, the next run of the whole page shows it in the corner.

A callback in a dialog may not draw anything itself.
"""

from __future__ import annotations

import streamlit as st

TOLD = "told"


def tell(text: str, icon: str) -> None:
    """Say this with the next run of the page. Markdown."""
    st.session_state[TOLD] = (text, icon)


def show_told() -> None:
    """What was noted down since the last run."""
    if told := st.session_state.pop(TOLD, None):
        st.toast(told[0], icon=told[1])
