import torch
from torch import nn

from infoflow.experiments.orthonormal import orthonormal_step, regularised_weights


def test_the_step_goes_down_the_gradient_of_the_distance_to_orthonormal():
    torch.manual_seed(0)
    weight = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    (0.25 * (weight @ weight.T - torch.eye(3)).square().sum()).backward()
    expected = weight.detach() - 0.01 * weight.grad
    stepped = weight.detach().clone()
    orthonormal_step([stepped], 0.01)
    # two ways to the same few hundred float64 operations on numbers of order 10
    torch.testing.assert_close(stepped, expected, rtol=1e-12, atol=1e-12)


def test_an_orthonormal_matrix_stays_and_others_become_one():
    rows = torch.linalg.qr(torch.randn(5, 3, dtype=torch.float64))[0].T.contiguous()
    before = rows.clone()
    orthonormal_step([rows], 0.5)
    torch.testing.assert_close(rows, before, rtol=0, atol=1e-14)
    stack = 0.3 * torch.randn(2, 3, 5, dtype=torch.float64)
    for _ in range(300):
        orthonormal_step([stack], 0.1)  # W's singular values follow s <- s + 0.1 (s - s³), which goes to 1
    torch.testing.assert_close(stack @ stack.mT, torch.eye(3, dtype=torch.float64).expand(2, 3, 3), rtol=0, atol=1e-6)


def test_the_last_layer_is_left_alone():
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 4), nn.Linear(4, 2))
    assert [tuple(weight.shape) for weight in regularised_weights(model)] == [(3, 2), (4, 3)]
