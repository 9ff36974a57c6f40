import pickle

import pytest
import torch

from infoflow.networks.noise import SequentialNoise, Silence, add_noise


def draw(noise, n=5):
    return noise.standard_normal("layer", torch.zeros(n))


def test_sequence_repeats_from_its_seed():
    assert torch.equal(draw(SequentialNoise(3)), draw(SequentialNoise(3)))
    assert not torch.equal(draw(SequentialNoise(3)), draw(SequentialNoise(4)))


def test_state_continues_the_sequence():
    noise = SequentialNoise(0)
    draw(noise)
    state = noise.state()
    assert state.dtype == torch.uint8
    expected = draw(noise)
    other = SequentialNoise(9)
    other.load_state(state)
    assert torch.equal(draw(other), expected)
    assert other.seed == 0
    assert torch.equal(draw(pickle.loads(pickle.dumps(noise))), draw(noise))  # noqa: S301 - our own bytes


def test_state_before_the_first_number():
    noise = SequentialNoise(6)
    fresh = SequentialNoise(1)
    fresh.load_state(noise.state())
    assert torch.equal(draw(fresh), draw(noise))


def test_state_of_an_absent_device_is_kept():
    cpu = SequentialNoise(0, devices=[torch.device("cpu")])
    sizes = cpu.state()
    cpu._pending["cuda:7"] = torch.arange(16, dtype=torch.uint8)
    both = cpu.state()
    assert both.numel() > sizes.numel()
    other = SequentialNoise(1)
    other.load_state(both)
    assert torch.equal(other.state(), both)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_added_in_float32(dtype):
    value = torch.ones(1000, dtype=dtype)
    noise = SequentialNoise(0).standard_normal("layer", value)
    assert noise.dtype == torch.float32
    assert torch.equal(add_noise(value, 0.1, noise), (value.float() + 0.1 * noise).to(dtype))


def test_double_precision_noise_is_double():
    assert SequentialNoise(0).standard_normal("layer", torch.zeros(3, dtype=torch.float64)).dtype == torch.float64


def test_silence():
    assert draw(Silence()) is None


@pytest.mark.parametrize("state", [b"abc", torch.zeros(5), torch.zeros((2, 2), dtype=torch.uint8), None])
def test_not_a_state(state):
    with pytest.raises(TypeError, match="state must be the flat uint8 tensor that noise_state"):
        SequentialNoise(0).load_state(state)


def damaged():
    good = SequentialNoise(0, devices=[torch.device("cpu")]).state()
    garbled = good.clone()
    garbled[-4000:] = 255
    header = b'{"seed": 0, "generators": {"cpu": 10}}'
    short = len(header).to_bytes(8, "little") + header + bytes(10)
    return [
        (good[:0], "unreadable header"),
        (torch.arange(100, dtype=torch.uint8), "unreadable header"),
        (good[:-1], r"must have the \d+ bytes its header declares, got \d+"),
        (torch.frombuffer(bytearray(short), dtype=torch.uint8), "must hold a generator of cpu, got 10 other bytes"),
    ]


@pytest.mark.parametrize(("state", "message"), damaged())
def test_damaged_state_changes_nothing(state, message):
    noise, twin = SequentialNoise(0), SequentialNoise(0)
    with pytest.raises(ValueError, match=message):
        noise.load_state(state)
    assert torch.equal(draw(noise), draw(twin))


def test_seed_is_checked():
    with pytest.raises(ValueError, match="seed must be at least 0"):
        SequentialNoise(-1)
