"""Networks for films: sizes by hand, which of them can know an order, and films of other lengths."""

from __future__ import annotations

import pytest
import torch

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.films import SHELF


def built(name, frames=6, **options):
    torch.manual_seed(0)
    return build_model(name, (frames, 16, 16), 8, frames=frames, **options).eval()


@pytest.mark.parametrize(
    ("name", "options", "parameters"),
    [  # 18,928 of the encoder: 160 + 2,320 of the convolutions, 64 * 257 of the dense layer
        ("frame_average", {}, 18_928 + 64 * 65 + 8 * 65),
        ("last_frame", {}, 23_608),
        ("cnn_rnn", {"cell": "lstm"}, 18_928 + 4 * (128 * 64 + 2 * 64) + 8 * 65),
        ("cnn_rnn", {"cell": "gru"}, 18_928 + 3 * (128 * 64 + 2 * 64) + 8 * 65),
        ("cnn_rnn", {"cell": "rnn"}, 27_768),
        ("conv3d", {}, 8 * 28 + 16 * (8 * 27 + 1) + 16 * (16 * 27 + 1) + 8 * 17),
    ],
)
def test_parameters_are_those_of_hand_arithmetic(name, options, parameters):
    assert sum(part.numel() for part in built(name, **options).parameters()) == parameters


def reordered(film, order):
    return film[:, order]


@torch.inference_mode()
def answers(name, **options):
    """Logits of some films, of the same backwards, and with the first frames in another order."""
    model, film = built(name, **options), torch.randn(5, 6, 16, 16, generator=torch.Generator().manual_seed(1))
    return model(film), model(reordered(film, [5, 4, 3, 2, 1, 0])), model(reordered(film, [2, 0, 4, 1, 3, 5]))


@pytest.mark.parametrize("options", [{"name": "frame_average"}, {"name": "frame_attention", "timed": False}])
def test_what_averages_over_frames_cannot_know_their_order(options):
    film, backwards, shuffled = answers(**options)
    assert torch.allclose(film, backwards, atol=1e-6)
    assert torch.allclose(film, shuffled, atol=1e-6)


@pytest.mark.parametrize("name", ["cnn_rnn", "conv3d", "frame_attention"])
def test_the_others_can(name):
    film, backwards, shuffled = answers(name)
    assert not torch.allclose(film, backwards, atol=1e-4)
    assert not torch.allclose(film, shuffled, atol=1e-4)


def test_the_last_frame_is_all_that_the_control_sees():
    film, backwards, shuffled = answers("last_frame")
    assert torch.equal(film, shuffled)  # the last stayed
    assert not torch.allclose(film, backwards, atol=1e-4)


@pytest.mark.parametrize("name", SHELF.names())
def test_a_network_built_for_other_lengths_has_the_same_weights_and_answers(name):
    short, long = built(name, frames=3), built(name, frames=9)
    long.load_state_dict(short.state_dict())
    film = torch.randn(2, 5, 16, 16)
    assert torch.equal(short(film), long(film))


@pytest.mark.parametrize(
    ("shape", "frames", "sentence"),
    [
        ((6, 16, 16), 4, "6 channels cannot be divided into so many frames"),
        ((6, 16, 16), 0, "frames is .0., but must be a whole number at least 1"),
        ((6, 2, 16), 6, "too small"),
    ],
)
def test_what_is_no_film_is_refused(shape, frames, sentence):
    with pytest.raises(UserError, match=sentence):
        build_model("cnn_rnn", shape, 8, frames=frames)


def test_features_that_cannot_be_shared_among_heads_are_refused():
    with pytest.raises(UserError, match=r"model.heads is 3, but 64 features cannot be divided"):
        built("frame_attention", heads=3)
