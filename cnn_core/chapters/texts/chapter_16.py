"""Sequences of pictures: what order adds, and which networks notice it."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A film is more than its frames: which way something moves stands in none of them. A network that averages over
    frames cannot know it, however good it is at pictures, because the average of a film and of the same film backwards
    is the same.

    A recurrent network reads the features of each frame in order and keeps what it needs; a convolution in three
    dimensions looks at some frames at once. Between pictures and memory stands a choice that is easily missed: a
    flattened map makes millions of weights, and a map pooled to one place forgets where things are.
    """,
    tries=(("train", "Train on films with a frame average and with a recurrent network, and play them backwards."),),
    corrections=(
        Correction(
            said="CNN plus LSTM is the state of the art for video.",
            right="It was. Networks with convolutions in three dimensions and transformers came after it.",
            labs=("direction_of_motion",),
        ),
        Correction(
            said="Flatten the map and give it to the LSTM.",
            right="Then nearly all weights stand in the LSTM's first step. Pooled to one place they are few, and where "
            "things are is lost, which is what motion is about. Strides and a small linear layer keep both.",
            number="15,811,072 of 15,813,258 parameters; with global pooling 82,432.",
            calculators=("recurrent",),
            labs=("direction_of_motion",),
        ),
        Correction(
            said="hₜ = RNN(fₜ, hₜ₋₁) describes an LSTM.",
            right="It hides the cell's own state, which is what makes an LSTM one.",
            number="LSTM: 4 ((in + h) h + h) weights; PyTorch has a second bias, 4h more.",
            calculators=("recurrent",),
        ),
        Correction(
            said="A recurrent network takes films of any length.",
            right="One at a time. In a batch they are padded, and without a mask the last state is that of the "
            "padding. And what a network learned from eight frames may not hold for four: it was never asked so soon.",
            labs=("length_transfer",),
        ),
        Correction(
            said="Average over the frames' answers to classify a film.",
            right="For what is on it, that may do. An average knows no order: of eight directions it finds the axis "
            "and guesses the sense, right half of the time and never more.",
            number="Frames in another order give the same average, to the rounding: 2e-16.",
            labs=("direction_of_motion", "film_reversed"),
        ),
        Correction(
            said="A good prediction of the next frame shows that motion was understood.",
            right="Only beside the simplest answer: to copy the last frame. Where little moves, that is hard to beat.",
            labs=("next_frame",),
        ),
    ),
)
