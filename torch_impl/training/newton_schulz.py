"""Newton-Schulz iteration: the nearest orthogonal matrix, by products alone.

Muon takes its steps with it: products are what machines are fastest at, and a
singular value decomposition is not made of them.

Shapes: ... = matrices beside each other, m rows and n columns, m <= n (a
matrix with more rows is turned on its side first).
"""
import torch

__all__ = ["newton_schulz"]

# p(s) = 3.4445 s - 4.775 s^3 + 2.0315 s^5 has the steepest rise at 0 that a
# few rounds can make use of; it does not settle on 1, see the derivation.
COEFFICIENTS = 3.4445, -4.7750, 2.0315
STEPS = 5
EPSILON = 1e-7  # what a matrix of zeros is divided by


def newton_schulz(x, steps=STEPS, coefficients=COEFFICIENTS):
    """y = U p(...p(S)) V^T for x / |x| = U S V^T: about U V^T

    Every round applies the odd polynomial p(s) = a s + b s^3 + c s^5 to all
    singular values, without knowing them:

        y = a y + (b y y^T + c (y y^T)^2) y

    |x| is the root of the sum of squares, which no singular value exceeds.
    Those above 0.0015 |x| end between 0.68 and 1.21 after five rounds; 0 stays
    0. Jordan et al. 2024, "Muon: An optimizer for hidden layers"
    (kellerjordan.github.io/posts/muon); Bernstein and Newhouse 2024
    (arXiv:2409.20325), appendix A. torch.optim.Muon rounds to bfloat16 on the
    way; here dtype in = dtype out.

    x (..., m, n) -> y (..., m, n)
    """
    a, b, c = coefficients
    m, n = x.shape[-2:]
    tall = m > n
    y = x.mT if tall else x                                # (..., m, n)
    length = torch.sqrt((y * y).sum((-2, -1), keepdim=True))
    y = y / length.clamp(min=EPSILON)                    # (..., m, n)
    for _ in range(steps):
        gram = y @ y.mT                                    # (..., m, m)
        y = a * y + (b * gram + c * gram @ gram) @ y       # (..., m, n)
    return y.mT if tall else y
