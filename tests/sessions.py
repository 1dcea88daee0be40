"""A visitor without a browser: the messages that a browser exchanges with a real Streamlit server, over a WebSocket.

    with Visitor(address) as ann:                 # one session; any number may be open at once, one thread each
        ann.open("watch", run=run)                # an address, as typed or as a link from elsewhere
        ann.press("Stop")                         # a widget by its label; returns when the page is complete
        assert "Stopped" in ann.text()
        assert ann.troubles == []                 # every exception that was ever shown in this session

Costs about a hundredth of a browser. Sees what is sent, not how it looks. Written for Streamlit 1.67: it sends protobuf
`BackMsg`, gets `ForwardMsg`, and keeps the page as the front end does (deltas by path; what a run did not send again
is gone at its end).
"""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

PATIENCE = 60.0  # seconds for one answer
ENDS = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)
WRITTEN = {  # where the words of an element stand
    "heading": ("body",),
    "markdown": ("body",),
    "alert": ("body",),
    "text": ("body",),
    "code": ("code_text",),
    "metric": ("label", "body"),
    "progress": ("text",),
    "button": ("label",),
    "download_button": ("label",),
    "page_link": ("label",),
    "selectbox": ("label",),
    "checkbox": ("label",),
    "button_group": ("label",),
    "file_uploader": ("label",),
    "number_input": ("label",),
    "exception": ("type", "message"),
}


class Gone(Exception):
    """The server ended the connection or does not answer."""


class Late(Exception):
    """The page was not complete in time."""


@dataclass
class Placed:
    """An element or a block on the page, the run that drew it, and the fragment that it belongs to."""

    kind: str
    proto: Any
    run: str
    fragment: str
    block: bool


class Visitor:
    """One session with a server; a context manager. Every act returns when the page is complete.

    query: the address bar. page: name of the page. troubles: exceptions shown so far, as `Type: message`.
    """

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self.address = address
        self.patience = patience
        self.query = ""
        self.page = ""
        self.id = ""
        self.troubles: list[str] = []
        self._pages: dict[str, str] = {}  # hash: name
        self._page_hash = ""
        self._placed: dict[tuple[int, ...], Placed] = {}
        self._ticking: dict[str, float] = {}  # fragments that run by themselves, and how often (seconds)
        self._run = ""
        self._fragments: frozenset[str] = frozenset()
        self._files: dict[str, list[FileURLs]] = {}

    def __enter__(self) -> Visitor:
        host = urlsplit(self.address).netloc
        options = {"origin": self.address, "max_size": None, "compression": None, "close_timeout": 2}
        try:
            self._connection = connect(f"ws://{host}/_stcore/stream", open_timeout=self.patience, **options)
            self._socket = self._connection.__enter__()
        except (OSError, EOFError, WebSocketException) as error:
            raise Gone(str(error)) from error
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.__exit__(None, None, None)

    # ------------------------------------------------------------ acts

    def open(self, page: str = "", **query: str) -> Visitor:
        """Go to an address of the app, as a link from elsewhere does."""
        self.query = urlencode(query)
        return self._act(page_name=page)

    def rerun(self) -> Visitor:
        """Run the page again as it is."""
        return self._act(page_script_hash=self._page_hash)

    def press(self, label: str) -> Visitor:
        """Press a button, or follow a link to another page."""
        kind, found = self._widget(label, "button", "page_link")
        if kind == "page_link":
            self.query = found.query_string
            return self._act(page_script_hash=found.page_script_hash)
        return self._set(found.id, trigger_value=True)

    def choose(self, label: str, value: Any) -> Visitor:
        """Set a widget: an option of a select box or a segmented control as it is written, a switch, a number."""
        kind, found = self._widget(label, "selectbox", "button_group", "checkbox", "number_input")
        if kind == "button_group":
            return self._set(found.id, string_array_value={"data": [value]})
        field = {"selectbox": "string_value", "checkbox": "bool_value", "number_input": "double_value"}[kind]
        return self._set(found.id, **{field: value})

    def pick(self, label: str, number: int) -> Visitor:
        """Pick a picture of a gallery."""
        return self._tell(label, "pick", number)

    def draw(self, label: str, strokes: Any) -> Visitor:
        """Send strokes from a drawing pad."""
        return self._tell(label, "strokes", strokes)

    def _tell(self, label: str, event: str, value: Any) -> Visitor:
        """What happened in a component of ours, by the label in its data."""
        for kind, one in self.elements("bidi_component"):
            if kind == "bidi_component" and one.json and json.loads(one.json).get("label") == label:
                payload = json.dumps([{"event": event, "value": value}])
                return self._set(f"$$STREAMLIT_INTERNAL_KEY_{one.id}__events", json_trigger_value=payload)
        raise LookupError(f"no component {label!r}")

    def unfold(self, label: str, shown: bool = True) -> Visitor:
        """Open (or close) a popover that tells the server."""
        for one in self._placed.values():
            if one.kind == "popover" and one.proto.popover.label == label:
                return self._set(one.proto.popover.id, bool_value=shown)
        raise LookupError(f"no popover {label!r}")

    def upload(self, label: str, name: str, data: bytes) -> Visitor:
        """Choose a file in an uploader."""
        _, found = self._widget(label, "file_uploader")
        urls = self.place(name)
        status = self.send(urls.upload_url, name, data)
        if status != 204:
            raise Gone(f"the upload was answered with {status}")
        info = UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        return self._set(found.id, file_uploader_state_value={"uploaded_file_info": [info]})

    def tick(self) -> int:
        """Let every fragment that runs by itself run once; how many there were."""
        ticking = list(self._ticking)
        for fragment in ticking:
            if fragment in self._ticking:  # else the one before has led to another page
                self._act(page_script_hash=self._page_hash, fragment_id=fragment, is_auto_rerun=True)
        return len(ticking)

    def place(self, name: str) -> FileURLs:
        """Ask the server where a file may be sent, as an uploader does."""
        asked = uuid.uuid4().hex
        message = BackMsg()
        message.file_urls_request.request_id = asked
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.id
        self._send(message)
        until = time.monotonic() + self.patience
        while asked not in self._files:
            self._take(until)
        return self._files.pop(asked)[0]

    def send(self, url: str, name: str, data: bytes) -> int:
        """PUT a file there, with the token that the server asks for; the answer's status."""
        token = self._get("/_stcore/health").getheader("Set-Cookie", "").partition(";")[0]
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Cookie": token,
            "X-Xsrftoken": token.partition("=")[2],
        }
        return self._get(url, "PUT", body, headers).status

    def fetch(self, url: str) -> bytes:
        """The bytes of a picture or a download that the page refers to."""
        answer = self._get(url)
        if answer.status != 200:
            raise Gone(f"{url} was answered with {answer.status}")
        return answer.body

    # ------------------------------------------------------------ what is there

    def elements(self, *kinds: str) -> Iterator[tuple[str, Any]]:
        """(kind, protobuf) of what is on the page, from top to bottom: of some kinds, or all."""
        for path in sorted(self._placed):
            one = self._placed[path]
            if not one.block and (not kinds or one.kind in kinds):
                yield one.kind, one.proto

    def text(self) -> str:
        """All that is written on the page."""
        found = [getattr(one, field) for kind, one in self.elements() for field in WRITTEN.get(kind, ())]
        return "\n".join(filter(None, found))

    def labels(self, kind: str = "button") -> list[str]:
        """What stands on the widgets of a kind that can be used."""
        return [one.label for _, one in self.elements(kind) if not getattr(one, "disabled", False)]

    def alerts(self) -> list[str]:
        """The coloured boxes: sentences, no faults."""
        return [one.body for _, one in self.elements("alert")]

    def _widget(self, label: str, *kinds: str) -> tuple[str, Any]:
        for kind, one in self.elements(*kinds):
            if one.label == label and not getattr(one, "disabled", False):
                return kind, one
        there = ", ".join(repr(one.label) for _, one in self.elements(*kinds))
        raise LookupError(f"no {' or '.join(kinds)} {label!r} on page {self.page!r}; there is {there or 'none'}")

    # ------------------------------------------------------------ messages

    def _set(self, widget: str, **value: Any) -> Visitor:
        """One widget has a new value; the server keeps the others'."""
        return self._act(WidgetState(id=widget, **value), page_script_hash=self._page_hash)

    def _act(self, widget: WidgetState | None = None, **state: Any) -> Visitor:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.context_info.url = f"{self.address}/{state.get('page_name', self.page)}"
        for name, value in state.items():
            setattr(asked, name, value)
        if widget is not None:
            asked.widget_states.widgets.append(widget)
        self._send(message)
        until = time.monotonic() + self.patience
        while self._take(until) not in ENDS:
            pass
        return self

    def _send(self, message: BackMsg) -> None:
        try:
            self._socket.send(message.SerializeToString())
        except (OSError, ConnectionClosed) as error:
            raise Gone(str(error)) from error

    def _take(self, until: float) -> int | None:
        """Read one message; the status if a run of the script has ended with it."""
        try:
            data = self._socket.recv(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError as error:
            raise Late(f"{self.page!r} was not complete after {self.patience:g} s") from error
        except (OSError, ConnectionClosed) as error:
            raise Gone(str(error)) from error
        message = ForwardMsg()
        message.ParseFromString(data)
        kind = message.WhichOneof("type")
        assert kind != "ref_hash", "the server refers to a message that this session never said it has"
        if kind == "script_finished":
            self._finished(message.script_finished)
            return int(message.script_finished)
        if kind is not None and (learn := getattr(self, f"_{kind}", None)):
            learn(message)
        return None

    def _new_session(self, message: ForwardMsg) -> None:
        session = message.new_session
        self.id = session.initialize.session_id
        self._run = message.metadata.run.script_run_id
        self._fragments = frozenset(message.metadata.run.fragment_ids)
        self._page_hash = session.page_script_hash
        if not self._fragments:
            self._ticking = {}

    def _navigation(self, message: ForwardMsg) -> None:
        self._pages = {one.page_script_hash: one.url_pathname for one in message.navigation.app_pages}
        self._page_hash = message.navigation.page_script_hash
        self.page = self._pages.get(self._page_hash, "")

    def _page_info_changed(self, message: ForwardMsg) -> None:
        self.query = message.page_info_changed.query_string

    def _auto_rerun(self, message: ForwardMsg) -> None:
        self._ticking[message.auto_rerun.fragment_id] = message.auto_rerun.interval

    def _stop_auto_rerun(self, message: ForwardMsg) -> None:
        for fragment in message.stop_auto_rerun.fragment_ids:
            self._ticking.pop(fragment, None)

    def _file_urls_response(self, message: ForwardMsg) -> None:
        self._files[message.file_urls_response.response_id] = list(message.file_urls_response.file_urls)

    def _session_event(self, message: ForwardMsg) -> None:
        if message.session_event.WhichOneof("type") == "script_compilation_exception":
            self._trouble(message.session_event.script_compilation_exception)

    def _trouble(self, exception: Any) -> None:
        self.troubles.append(f"{self.page or 'home'}?{self.query}: {exception.type}: {exception.message}")

    def _delta(self, message: ForwardMsg) -> None:
        delta, path = message.delta, tuple(message.metadata.delta_path)
        what = delta.WhichOneof("type")
        if what not in ("new_element", "add_block"):  # spinners are gone when the page is complete
            return
        block = what == "add_block"
        proto = delta.add_block if block else delta.new_element
        kind = proto.WhichOneof("type") or ""
        before = self._placed.get(path)
        if before is not None and not (block and before.block and before.kind == kind):
            for below in [one for one in self._placed if one[: len(path)] == path]:
                del self._placed[below]
        inner = proto if block or not kind else getattr(proto, kind)
        self._placed[path] = Placed(kind, inner, self._run, delta.fragment_id, block)
        if kind == "exception" and not block:
            self._trouble(inner)

    def _finished(self, status: int) -> None:
        """What the run did not draw again is gone; a fragment's run says so only of what is the fragment's."""
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self._placed = {
            path: one
            for path, one in self._placed.items()
            if one.run == self._run or (self._fragments and one.fragment not in self._fragments)
        }

    def _get(self, url: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=self.patience)
        try:
            connection.request(method, url, body or None, headers or {})
            answer = connection.getresponse()
            answer.body = answer.read()  # type: ignore[attr-defined]
            return answer
        except (OSError, http.client.HTTPException) as error:
            raise Gone(str(error)) from error
        finally:
            connection.close()
