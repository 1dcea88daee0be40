"""What visitors may leave in the server's memory: the files they send, and what a session held when it ends.

Streamlit limits one file (`server.maxUploadSize`), but neither how many a session sends nor all of them, and whoever
opened the page may send files without any widget. It also forgets sessions that ended only when another one ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from starlette.exceptions import HTTPException
from streamlit import config, runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime import Runtime
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

IN_SESSION = 3  # files of the largest size that one session may have waiting; a page takes each at once
IN_ALL = 15
SWEEP = 15.0  # seconds between two looks for sessions that ended


@st.cache_resource(show_spinner=False)
def guard() -> None:
    """Limit this server, once, when its first visitor comes; from then on for everybody."""
    if runtime.exists():
        server = runtime.get_instance()
        largest = int(config.get_option("server.maxUploadSize")) * 2**20
        limit(server.uploaded_file_mgr, IN_SESSION * largest, IN_ALL * largest)
        give_back(server)


def limit(files: MemoryUploadedFileManager, in_session: int, in_all: int) -> None:
    """Refuse a file (413) with which a session, or all together, would keep more bytes than this."""
    add = files.add_file

    def add_within_limits(session_id: str, file: UploadedFileRec) -> None:
        kept = {one: sum(len(file.data) for file in list(of.values())) for one, of in list(files.file_storage.items())}
        if kept.get(session_id, 0) + len(file.data) > in_session or sum(kept.values()) + len(file.data) > in_all:
            raise HTTPException(413, "Too many files are waiting here; close this page and open it again.")
        add(session_id, file)

    files.add_file = add_within_limits  # on the object itself: the server's route already holds it


def give_back(server: Runtime) -> None:
    """Look every few seconds for sessions that nobody can come back to any more, and free what they held."""
    loop = server._get_async_objs().eventloop  # Streamlit 1.67 has no public way
    ended = server._session_mgr._session_storage._cache

    def sweep() -> None:
        for _, one in ended.expire():
            one.session.shutdown()
            one.session.session_state.clear()
        loop.call_later(SWEEP, sweep)

    loop.call_soon_threadsafe(sweep)


def take(file: UploadedFile) -> bytes:
    """The bytes of a file that was sent; the server's own copy goes, so that photo after photo does not pile up."""
    data = file.getvalue()
    context = get_script_run_ctx()
    if context is not None and hasattr(context.uploaded_file_mgr, "remove_file"):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    return data
