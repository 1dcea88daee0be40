"""The drawing pad: strokes of a mouse, a pen or a finger in one component, sent when the pen is lifted.

What the visitor sees while drawing is drawn in the browser; what the network gets is drawn anew from the strokes by
`cnn_core.pictures.drawing`, which checks them first. Nothing is written to disk, and nothing is loaded from the web.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnn_core.base.files import sha256
from cnn_core.pictures.drawing import MOST_POINTS, MOST_STROKES, THICK, THIN, UNITS, Drawing, drawing_text
from cnn_core.pictures.framing import Paper

SENT = "explain.sent"  # the drawing as the pad sent it last
PENS = {"Thin pen": 0.55, "Medium pen": 1.0, "Thick pen": 1.6}

HTML = """
<div class='pad'>
  <canvas width='560' height='560' role='img'></canvas>
  <div class='tools'>
    <span class='pens' role='group' aria-label='Pen'></span>
    <button type='button' class='undo'>Undo</button>
    <button type='button' class='clear'>Clear</button>
  </div>
  <p class='say' aria-live='polite'></p>
</div>
"""
CSS = """
:host{display:block}
.pad{--line:color-mix(in srgb,var(--st-text-color) 40%,transparent);font:14px/1.4 var(--st-font);
  color:var(--st-text-color);max-width:340px}
canvas{display:block;width:100%;aspect-ratio:1;border-radius:8px;cursor:crosshair;touch-action:none;
  box-shadow:inset 0 0 0 1px var(--line),0 0 0 1px var(--line);user-select:none;-webkit-user-select:none}
.tools{display:flex;gap:4px;align-items:center;margin-top:8px}
.pens{display:flex;gap:4px;margin-right:auto}
button{font:inherit;color:inherit;background:none;border:1px solid var(--st-border-color);border-radius:8px;
  min-width:36px;height:36px;padding:0 8px;cursor:pointer;display:inline-flex;align-items:center;justify-content:center}
button:hover:not(:disabled){border-color:var(--st-primary-color)}
button:disabled{opacity:.4;cursor:default}
button:focus{outline:none}
button:focus-visible{outline:3px solid var(--st-text-color);outline-offset:2px}
.pens button{padding:0}
.pens button[aria-pressed=true]{border-color:var(--st-primary-color);box-shadow:inset 0 0 0 1px var(--st-primary-color)}
.dot{display:block;border-radius:50%;background:currentColor}
.say{margin:4px 0 0;font-size:12.5px;opacity:.8}
.say:empty{display:none}
"""

# The function runs again on every rerun. The pad's own strokes are the truth while its visitor draws: those of the
# server are taken when the pad is new, or when they changed elsewhere (`force`), never while a rerun is behind.
JS = """
export default function({data, parentElement, setTriggerValue}) {
  const pad = parentElement.querySelector('.pad'), find = name => pad.querySelector(name);
  const canvas = find('canvas'), say = find('.say'), brush = canvas.getContext('2d'), scale = canvas.width / data.units;
  const fresh = !pad.own, own = pad.own ??= {strokes: [], now: null, pen: null, force: ''};
  if (fresh || (data.force && data.force !== own.force)) {
    own.strokes = data.strokes.map(one => ({width: one.width, points: one.points.slice()}));
    own.now = null;
  }
  own.force = data.force;
  if (!data.pens.some(one => one[1] === own.pen)) own.pen = data.pen;
  const spot = value => (value + .5) * scale;
  const line = (one, from) => {
    brush.lineWidth = one.width * scale;
    brush.beginPath();
    for (const [x, y] of one.points.slice(from)) brush.lineTo(spot(x), spot(y));  // the first one only moves
    brush.stroke();
    const [x, y] = one.points[0];  // a stroke of one point is a dot
    brush.beginPath(); brush.arc(spot(x), spot(y), one.width * scale / 2, 0, 7); brush.fill();
  };
  const paint = () => {
    brush.fillStyle = data.dark ? '#000' : '#fff';
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.fillStyle = brush.strokeStyle = data.dark ? '#fff' : '#000';
    brush.lineCap = brush.lineJoin = 'round';
    [...own.strokes, ...(own.now ? [own.now] : [])].forEach(one => line(one, 0));
    const count = own.strokes.length;
    if (!count && !own.now) {
      brush.fillStyle = '#808080'; brush.font = '34px ' + getComputedStyle(pad).fontFamily; brush.textAlign = 'center';
      brush.fillText(data.hint, canvas.width / 2, canvas.height / 2);
    }
    canvas.setAttribute('aria-label', `${data.label}: ${count} stroke${count === 1 ? '' : 's'}`);
    find('.undo').disabled = find('.clear').disabled = !count;
    for (const one of find('.pens').children) one.setAttribute('aria-pressed', String(+one.dataset.pen === own.pen));
    const text = full() ? 'This sheet is full: undo or clear.' : '';
    if (say.textContent !== text) say.textContent = text;
  };
  const points = () => own.strokes.reduce((sum, one) => sum + one.points.length, own.now ? own.now.points.length : 0);
  const full = () => own.strokes.length >= data.most[0] || points() >= data.most[1];
  const send = () => { paint(); setTriggerValue('strokes', own.strokes); };
  const pens = data.pens.map(one => one[1]).join();
  if (find('.pens').dataset.pens !== pens) {
    find('.pens').dataset.pens = pens;
    find('.pens').replaceChildren(...data.pens.map(([name, width]) => {
      const b = document.createElement('button'), dot = document.createElement('span');
      b.type = 'button'; b.title = name; b.setAttribute('aria-label', name); b.dataset.pen = width;
      dot.className = 'dot'; dot.style.width = dot.style.height = Math.round(width * .5) + 'px';
      b.append(dot);
      return b;
    }));
  }
  find('.pens').onclick = e => {
    const b = e.target.closest('button');
    if (b) { own.pen = +b.dataset.pen; paint(); }
  };
  const where = e => {
    const box = canvas.getBoundingClientRect(), most = data.units - 1;
    const on = value => Math.min(most, Math.max(0, Math.round(value * data.units - .5)));
    return [on((e.clientX - box.left) / box.width), on((e.clientY - box.top) / box.height)];
  };
  const reach = (e, least) => {
    const [x, y] = where(e), [a, b] = own.now.points[own.now.points.length - 1];
    if (Math.hypot(x - a, y - b) < least || points() >= data.most[1]) return;
    own.now.points.push([x, y]);
    line(own.now, own.now.points.length - 2);
  };
  canvas.onpointerdown = e => {
    if (!e.isPrimary || e.button || own.now || full()) return;
    e.preventDefault();
    canvas.setPointerCapture(e.pointerId);
    own.now = {width: own.pen, points: [where(e)]};
    paint();
  };
  canvas.onpointermove = e => {
    if (!own.now || !e.isPrimary) return;
    const all = e.getCoalescedEvents ? e.getCoalescedEvents() : [];
    (all.length ? all : [e]).forEach(one => reach(one, 3));
  };
  canvas.onpointerup = canvas.onpointercancel = e => {
    if (!own.now || !e.isPrimary) return;
    if (e.type === 'pointerup') reach(e, 1);
    own.strokes.push(own.now);
    own.now = null;
    send();
  };
  find('.undo').onclick = () => { own.strokes.pop(); send(); };
  find('.clear').onclick = () => { own.strokes = []; send(); };
  paint();
}
"""

_COMPONENT = st.components.v2.component("convscope_drawing", html=HTML, css=CSS, js=JS)


def pad(drawing: Drawing, paper: Paper, on_draw: Callable[[object], None], key: str) -> None:
    """Show the pad with a drawing on it.

    Args:
        on_draw: called with what the pad sends, unchecked, when the pen was lifted or something was undone.
        key: of the component.
    """

    def drawn() -> None:
        strokes = st.session_state[key]["strokes"]
        if strokes is not None:
            on_draw(strokes)

    text = drawing_text(drawing)
    _COMPONENT(
        key=key,
        data={
            "strokes": drawing.plain(),
            "force": "" if st.session_state.get(SENT) == text else sha256(text.encode())[:12],
            "dark": paper.dark,
            "pen": paper.pen,
            "pens": [[name, _width(share * paper.pen)] for name, share in PENS.items()],
            "units": UNITS,
            "most": [MOST_STROKES, MOST_POINTS],
            "label": "Drawing pad",
            "hint": "Draw here",
        },
        on_strokes_change=drawn,
    )


def _width(width: float) -> int:
    return min(THICK, max(THIN, round(width)))


def remember_sent(drawing: Drawing) -> None:
    """This is what the pad shows: it need not be told."""
    st.session_state[SENT] = drawing_text(drawing)
