"""Charts and overlays from plain arrays: Altair for what moves or is clicked, Plotly for what is still, Pillow."""
