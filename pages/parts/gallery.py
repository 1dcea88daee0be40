"""The gallery: many small pictures in one component, as a grid, as one line, or as the wall.

A set of pictures goes to the browser once, as one sheet; later calls with the same sheet change only which are wrong
and what the captions say, so nothing flickers. Every picture that can be picked is a real button.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from cnn_core.figures.sheet import Sheet

Form = Literal["grid", "line", "wall"]


@dataclass(frozen=True)
class Thumb:
    """One picture: a sentence for the tooltip and the screen reader, a short caption, whether it is wrong."""

    label: str
    caption: str = ""
    wrong: bool = False


CSS = """
:host{display:block}
.g{--ink:var(--st-text-color);--orange:#b4490f;display:grid;gap:10px 8px;padding:5px;margin:-5px;
  grid-template-columns:repeat(auto-fill,minmax(min(var(--size),var(--share)),1fr))}
.g.dark{--orange:#f0945a}
.line{grid-template-rows:auto;grid-auto-rows:0;row-gap:0;overflow:hidden}
.wall{gap:0 4px;padding:0;margin:0;overflow:hidden}
.wall.cut{grid-template-rows:repeat(6,auto);grid-auto-rows:0}
.c{display:block;min-width:0;margin:0;padding:0;border:0;background:none;color:inherit;text-align:left;
  font:12.5px/1.45 var(--st-font);overflow:visible}
.line>.c,.wall>.c{overflow:hidden}
.line>.c{margin:-5px;padding:5px}
.wall>.c{padding-bottom:4px}
button.c{cursor:pointer}
.c[inert]{visibility:hidden}
.p{display:block;width:100%;border-radius:6px;background-repeat:no-repeat;background-color:#000}
.wall .p{border-radius:4px;opacity:.42;transition:opacity .3s}
.sharp .p{image-rendering:pixelated}
.frame{position:relative;display:block}
.wrong .frame::after{content:"";position:absolute;inset:0;border-radius:6px;box-shadow:inset 0 0 0 2px var(--orange)}
.wall .wrong .frame::after{border-radius:4px}
.wall .wrong .p{opacity:1}
.t{display:block;margin-top:3px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;opacity:.8}
.wrong .t{color:var(--orange);opacity:1}
button.c:hover .frame::before{content:"";position:absolute;inset:0;border-radius:6px;z-index:1;
  box-shadow:0 0 0 2px color-mix(in srgb,var(--ink) 35%,transparent)}
button.c:focus{outline:none}
button.c:focus-visible .frame{outline:3px solid var(--ink);outline-offset:2px;border-radius:6px}
button.c[aria-pressed=true] .frame{outline:3px solid var(--st-primary-color);outline-offset:2px;border-radius:6px}
"""

# The function runs again on every rerun: the set is rebuilt only when its signature changes, and handlers are assigned.
JS = """
export default function({data, parentElement, setTriggerValue}) {
  const g = parentElement.querySelector('.g'), s = data.sheet;
  g.className = 'g ' + data.form + (data.cut ? ' cut' : '') + (data.sharp ? ' sharp' : '') + (data.dark ? ' dark' : '');
  g.style.setProperty('--size', data.size + 'px');
  g.style.setProperty('--share', data.share + '%');
  g.setAttribute('role', data.pick ? 'group' : 'img');
  g.setAttribute('aria-label', data.label);
  if (g.dataset.sig !== data.sig) {
    g.dataset.sig = data.sig;
    const fullW = s.columns * (s.width + 2), fullH = s.rows * (s.height + 2);
    g.replaceChildren(...data.items.map((_, i) => {
      const c = document.createElement(data.pick ? 'button' : 'span');
      c.className = 'c'; c.dataset.i = i;
      if (data.pick) { c.type = 'button'; c.setAttribute('aria-pressed', 'false'); }
      const [frame, p, t] = ['span', 'span', 'span'].map(tag => document.createElement(tag));
      frame.className = 'frame'; p.className = 'p'; t.className = 't';
      const x = (i % s.columns) * (s.width + 2) + 1, y = Math.floor(i / s.columns) * (s.height + 2) + 1;
      p.style.aspectRatio = s.width + ' / ' + s.height;
      p.style.backgroundImage = `url(${s.uri})`;
      p.style.backgroundSize = `${100 * fullW / s.width}% ${100 * fullH / s.height}%`;
      p.style.backgroundPosition = `${100 * x / (fullW - s.width)}% ${100 * y / (fullH - s.height)}%`;
      frame.append(p); c.append(frame); if (data.captions) c.append(t);
      return c;
    }));
  }
  data.items.forEach(([label, caption, wrong], i) => {
    const c = g.children[i], t = c.querySelector('.t');
    c.classList.toggle('wrong', wrong);
    if (c.title !== label) { c.title = label; if (data.pick) c.setAttribute('aria-label', label); }
    if (t && t.textContent !== caption) t.textContent = caption;
  });
  const press = k => { for (const c of g.children) c.setAttribute('aria-pressed', String(+c.dataset.i === k)); };
  if (data.pick && data.picked !== null) press(data.picked);
  g.onclick = e => {
    const c = e.target.closest('button.c');
    if (c) { press(+c.dataset.i); setTriggerValue('pick', +c.dataset.i); }
  };
  const hide = () => { for (const c of g.children) c.inert = c.offsetHeight < 12; };
  const seen = new ResizeObserver(hide);
  seen.observe(g); hide();
  return () => seen.disconnect();
}
"""

_COMPONENT = st.components.v2.component("convscope_gallery", html="<div class='g'></div>", css=CSS, js=JS)
_SHARE = {"grid": 17, "line": 17, "wall": 10}  # at most this share of the width, so that a phone gets five or more


def gallery(
    key: str,
    sheet: Sheet,
    thumbs: Sequence[Thumb],
    *,
    label: str,
    form: Form = "grid",
    size: int = 76,
    picked: int | None = None,
    on_pick: Callable[[], None] | None = None,
    pick: bool = True,
    cut: bool = True,
    dark: bool = False,
) -> int | None:
    """Show pictures; return the number of the one that was just picked, once, else None.

    Args:
        key: of the component; put the run in it. sheet: from `cnn_core.figures.sheet`, one picture a thumb, in order.
        label: what the whole shows, for a screen reader. form: all rows, one line, or the wall (right ones faded).
        size: smallest side in pixels (look book: 86 mistakes, 76 cells, 66 one line, 28-34 wall).
        picked: the one to show as chosen; leave it out where a click itself marks the picture.
        on_pick: a callback; it finds the number as `st.session_state[key]["pick"]`.
        pick: False makes plain pictures. cut: the wall stops after six lines.
    """
    small = size < 64 or max(sheet.height, sheet.width) < 32
    result = _COMPONENT(
        key=key,
        data={
            "sig": f"{zlib.crc32(sheet.uri.encode())}-{form}-{pick}-{len(thumbs)}",
            "sheet": {name: getattr(sheet, name) for name in ("uri", "columns", "rows", "height", "width")},
            "items": [[thumb.label, thumb.caption, thumb.wrong] for thumb in thumbs[: sheet.count]],
            "captions": any(thumb.caption for thumb in thumbs),
            "form": form,
            "cut": cut,
            "pick": pick,
            "sharp": small,
            "size": size,
            "share": _SHARE[form],
            "picked": picked,
            "label": label,
            "dark": dark,
        },
        on_pick_change=on_pick or _nothing,
    )
    chosen = result["pick"] if result else None
    return chosen if isinstance(chosen, int) and 0 <= chosen < sheet.count else None


def _nothing() -> None:
    """A trigger is reported only when it has a callback."""
