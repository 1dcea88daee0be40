"""Charts and overlays from plain arrays: Altair for what moves or is clicked, Plotly for still figures, Pillow for pictures."""
