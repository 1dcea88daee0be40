"""A filter on its way over real pixels: the window, its products, their sum, and the map that it fills; step or play.

All in the browser: the pixels, the weights and the answers (of `cnn_core.calculators.filters`) go there once.
"""

from __future__ import annotations

import streamlit as st

from cnn_core.base.files import sha256
from cnn_core.calculators.filters import Slide

HTML = """
<div class='k'>
  <div class='row'>
    <figure><canvas class='in' role='img'></canvas><figcaption>What comes in</figcaption></figure>
    <figure class='mid'><div class='t'></div><figcaption class='sum' aria-live='polite'></figcaption></figure>
    <figure><canvas class='out' role='img'></canvas><figcaption>What goes out</figcaption></figure>
  </div>
  <div class='tools'>
    <button type='button' class='play'>Play</button>
    <button type='button' class='back' aria-label='One place back'>‹</button>
    <button type='button' class='on' aria-label='One place on'>›</button>
    <input type='range' min='0' value='0' aria-label='Place of the filter'>
  </div>
</div>
"""
CSS = """
:host{display:block}
.k{--line:color-mix(in srgb,var(--st-text-color) 22%,transparent);font:14px/1.4 var(--st-font);
  color:var(--st-text-color);max-width:1100px}
.row{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.1fr) minmax(0,1fr);gap:22px;align-items:start}
@container (max-width:640px){.row{grid-template-columns:1fr 1fr}.mid{grid-column:1/-1;grid-row:2}}
:host{container-type:inline-size}
figure{margin:0;min-width:0}
figcaption{margin-top:6px;font-size:13px;opacity:.8;font-variant-numeric:tabular-nums}
canvas{display:block;width:100%;border-radius:6px;box-shadow:0 0 0 1px var(--line)}
.t{display:grid;gap:3px;aspect-ratio:1;max-height:340px}
.c{display:flex;flex-direction:column;align-items:center;justify-content:center;border-radius:5px;min-width:0;
  box-shadow:0 0 0 1px var(--line);font-size:clamp(8px,var(--fs),14px);line-height:1.25;overflow:hidden;
  font-variant-numeric:tabular-nums;white-space:nowrap}
.c b{font-weight:600}
.c.pad{opacity:.5}
.plus{background:color-mix(in srgb,var(--st-primary-color) calc(var(--s)*55%),transparent)}
.minus{background:color-mix(in srgb,#d2590f calc(var(--s)*55%),transparent)}
.tools{display:flex;gap:6px;align-items:center;margin-top:12px}
button{font:inherit;color:inherit;background:none;border:1px solid var(--st-border-color);border-radius:8px;
  min-width:36px;height:36px;padding:0 10px;cursor:pointer}
.play{min-width:74px}
button:hover{border-color:var(--st-primary-color)}
button:focus-visible,input:focus-visible{outline:3px solid var(--st-text-color);outline-offset:2px}
input{flex:1;min-width:60px;appearance:none;height:4px;border-radius:2px;background:var(--st-border-color)}
input::-webkit-slider-thumb{appearance:none;width:16px;height:16px;border-radius:50%;background:var(--st-primary-color)}
input::-moz-range-thumb{width:16px;height:16px;border:0;border-radius:50%;background:var(--st-primary-color)}
"""
JS = """
export default function({data, parentElement}) {
  const k = parentElement.querySelector('.k'), find = name => k.querySelector(name);
  const own = k.own ??= {at: 0, sig: '', timer: null};
  const {pixels, weights, answers, stride, dilation, padding} = data;
  const h = answers.length, w = answers[0].length, size = weights.length, range = find('input');
  if (own.sig !== data.sig) { own.sig = data.sig; own.at = Math.floor(h / 2) * w + Math.floor(w / 2); }
  range.max = h * w - 1;
  const flat = answers.flat(), low = Math.min(...flat, 0), high = Math.max(...flat, 0);
  const dark = data.dark, round = value => (Math.abs(value) < 5e-3 ? 0 : value).toFixed(2).replace('-', '\\u2212');
  const grey = value => { const g = Math.round(255 * Math.min(1, Math.max(0, value))); return `rgb(${g},${g},${g})`; };
  const answer = value => {
    const most = Math.max(-low, high) || 1, share = value / most;
    if (low >= 0) return grey(value / (high || 1));
    const base = dark ? 20 : 250, tone = share < 0 ? [210, 89, 15] : dark ? [76, 194, 181] : [11, 106, 103];
    return `rgb(${tone.map(one => Math.round(base + (one - base) * Math.abs(share))).join()})`;
  };
  const ready = (canvas, rows, columns) => {
    const cell = Math.max(6, Math.floor(560 / Math.max(rows, columns)));
    if (canvas.width !== cell * columns) canvas.width = cell * columns;
    if (canvas.height !== cell * rows) canvas.height = cell * rows;
    const brush = canvas.getContext('2d');
    brush.clearRect(0, 0, canvas.width, canvas.height);
    return [brush, cell];
  };
  const mark = (brush, x, y, wide, high_, line) => {
    brush.lineWidth = line; brush.strokeStyle = dark ? '#000' : '#fff'; brush.strokeRect(x, y, wide, high_);
    brush.lineWidth = line / 2; brush.strokeStyle = dark ? '#f0945a' : '#b4490f'; brush.strokeRect(x, y, wide, high_);
  };
  const paint = () => {
    const row = Math.floor(own.at / w), column = own.at % w, top = row * stride, left = column * stride;
    let [brush, cell] = ready(find('.in'), pixels.length, pixels[0].length);
    pixels.forEach((line, y) => line.forEach((value, x) => {
      const outside = y < padding || x < padding || y >= pixels.length - padding || x >= line.length - padding;
      brush.fillStyle = outside ? (dark ? '#33403f' : '#d5dcdc') : grey(value);
      brush.fillRect(x * cell, y * cell, cell - 1, cell - 1);
    }));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++)
      mark(brush, (left + j * dilation) * cell + 1, (top + i * dilation) * cell + 1, cell - 3, cell - 3, 4);
    [brush, cell] = ready(find('.out'), h, w);
    answers.forEach((line, y) => line.forEach((value, x) => {
      if (y * w + x > own.at) return;
      brush.fillStyle = answer(value);
      brush.fillRect(x * cell, y * cell, cell - 1, cell - 1);
    }));
    mark(brush, column * cell + 2, row * cell + 2, cell - 5, cell - 5, 6);
    const table = find('.t'), most = Math.max(...weights.flat().map(Math.abs)) || 1;
    table.style.gridTemplateColumns = `repeat(${size},minmax(0,1fr))`;
    table.style.setProperty('--fs', `${Math.max(8, 52 / size)}px`);
    table.replaceChildren(...weights.flatMap((line, i) => line.map((weight, j) => {
      const y = top + i * dilation, x = left + j * dilation, value = pixels[y][x], c = document.createElement('div');
      c.className = 'c ' + (weight < 0 ? 'minus' : 'plus');
      c.style.setProperty('--s', Math.abs(weight * value) / most);
      if (size <= 5) {
        const p = document.createElement('span'), b = document.createElement('b');
        p.textContent = `${round(value)} × ${round(weight)}`; b.textContent = round(weight * value);
        c.append(p, b);
      }
      c.title = `${round(value)} × ${round(weight)} = ${round(weight * value)}`;
      return c;
    })));
    find('.sum').textContent =
      `Place ${own.at + 1} of ${h * w}: the ${size * size} products add up to ${round(answers[row][column])}.`;
    find('.in').setAttribute('aria-label', `${data.label}, the filter at row ${row + 1}, column ${column + 1}`);
    find('.out').setAttribute('aria-label', `The map of ${h} by ${w} answers, filled up to this place`);
    range.value = own.at;
    find('.play').textContent = own.timer ? 'Pause' : 'Play';
  };
  const go = to => { own.at = (to + h * w) % (h * w); paint(); };
  const pause = () => { clearInterval(own.timer); own.timer = null; };
  find('.play').onclick = () => {
    if (own.timer) { pause(); paint(); return; }
    if (own.at === h * w - 1) own.at = -1;
    own.timer = setInterval(() => { if (own.at >= h * w - 1) { pause(); paint(); } else go(own.at + 1); }, 140);
    go(own.at + 1);
  };
  find('.back').onclick = () => { pause(); go(own.at - 1); };
  find('.on').onclick = () => { pause(); go(own.at + 1); };
  range.oninput = () => { pause(); go(+range.value); };
  if (own.timer) pause();
  paint();
  return pause;
}
"""

_COMPONENT = st.components.v2.component("convscope_kernel", html=HTML, css=CSS, js=JS)


def kernel(slide: Slide, label: str, dark: bool, key: str) -> None:
    """Show a filter sliding; label: what the picture shows, for a screen reader."""
    _COMPONENT(
        key=key,
        data={
            "sig": sha256(slide.pixels.tobytes() + slide.answers.tobytes())[:12],
            "pixels": slide.pixels.round(4).tolist(),
            "weights": slide.weights.tolist(),
            "answers": slide.answers.tolist(),
            "stride": slide.stride,
            "dilation": slide.dilation,
            "padding": slide.padding,
            "label": label,
            "dark": dark,
        },
    )
