"""ConvScope's dashboard: navigation, theme, the run in the address bar. `streamlit run app.py` or `make run`."""

from __future__ import annotations

import streamlit as st

from pages.parts import cached, now, shell, uploads

shell.configure()
st.session_state._app_ran = True
cached.warm()
uploads.guard()
shell.dress()
page = st.navigation(shell.pages())
notice = shell.mirror_run()
now.strip(page.url_path or "home")
shell.show_trouble()
if notice:
    st.warning(notice, icon=":material/info:")
with shell.guarded():
    page.run()
