"""torch's random numbers without torch: after torch.manual_seed(seed), the
same draws on the CPU, bit for bit.

Books and papers say "seed 123", and mean the numbers of one library. Here is
how it makes them: the Mersenne Twister gives 32-bit words; 24 bits of one are
a uniform number; two of those are two normal ones (Box and Muller 1958).

Shapes: N numbers.
"""
import math

import numpy as np

__all__ = ["TorchRandom"]

f32 = np.float32
SLICE = 1 << 20             # a multiple of 16; bounds the memory of a draw


class TorchRandom:
    """The stream of torch.manual_seed(seed).

    Matsumoto and Nishimura 1998, "Mersenne Twister". NumPy's RandomState and
    torch seed it alike.
    """

    def __init__(self, seed: int):
        self.stream = np.random.RandomState(seed)

    def uniform(self, n: int, low: float = 0.0,
                high: float = 1.0) -> np.ndarray:
        """(N,) float32 in [low, high), as of Tensor.uniform_(low, high)"""
        words = self.stream.randint(0, 2**32, n, np.uint32)
        fraction = (words & 0xFFFFFF).astype(f32) * f32(2**-24)
        x = fused(fraction, f32(high) - f32(low), f32(low))
        x[x == f32(high)] = low     # where rounding reached the upper end
        return x

    def normal(self, n: int) -> np.ndarray:
        """(N,) float32 of mean 0 and variance 1, as of Tensor.normal_()

        Sixteen at a time: the first eight uniform numbers of a group give
        radii, the others angles. Where N is no multiple of 16, the last
        sixteen are drawn again, anew.
        """
        if n < 16:
            raise ValueError(f"torch draws fewer than 16 normal numbers in "
                             f"another way, got {n}")
        x = self.uniform(n)
        whole = n - n % 16
        for start in range(0, whole, SLICE):
            part = x[start:min(start + SLICE, whole)]
            part[:] = box_muller(part)
        if n % 16:
            x[-16:] = box_muller(self.uniform(16))
        return x

    def linear(self, d_in: int, d_out: int) -> np.ndarray:
        """(out, in): the weight that a new torch.nn.Linear has

        kaiming_uniform_(a=sqrt(5)), He et al. 2015 (arXiv:1502.01852),
        which comes to a bound of 1 / sqrt(in).
        """
        std = math.sqrt(2 / (1 + 5)) / math.sqrt(d_in)
        bound = math.sqrt(3) * std
        return self.uniform(d_out * d_in, -bound, bound).reshape(d_out, d_in)

    def bias(self, d_in: int, d_out: int) -> np.ndarray:
        """(out,): the bias of it, drawn after the weight"""
        bound = 1 / math.sqrt(d_in)
        return self.uniform(d_out, -bound, bound)

    def embedding(self, rows: int, dim: int) -> np.ndarray:
        """(rows, dim): the weight that a new torch.nn.Embedding has"""
        return self.normal(rows * dim).reshape(rows, dim)


def box_muller(uniform):
    """Uniform (N,) -> normal (N,), N a multiple of 16"""
    u = uniform.reshape(-1, 2, 8)                          # (N/16, 2, 8)
    radius = np.sqrt(f32(-2) * log(1 - u[:, 0]))           # (N/16, 8)
    sine, cosine = sine_cosine(f32(2 * math.pi) * u[:, 1])
    return np.stack([radius * cosine, radius * sine], 1).reshape(-1)


# With AVX2, which PCs have, torch takes logarithm, sine and cosine from the
# polynomials of Cephes (Moshier 1992) in float32, and its compiler has fused
# products with the sums that follow. On other processors it takes those of
# the system, which part from these in the last bits.

LOG = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
       1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
       3.3333331174e-1)
SINE = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
COSINE = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
QUARTER_PI = (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)
LN2 = (-2.12194440e-4, 0.693359375)     # their sum is ln 2


def fused(a, b, c):
    """a b + c, rounded once: float64 holds the product of two float32."""
    product = a.astype(np.float64) * b
    product += c
    return product.astype(f32)


def polynomial(x, coefficients):
    """By Horner's rule, the highest power first"""
    y = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        y = fused(y, x, f32(coefficient))
    return y


def log(x):
    """ln of 0 < x <= 1: x = m 2^e, and a series for ln m around 1"""
    m, e = np.frexp(x)
    low = m < f32(math.sqrt(0.5))
    m = np.where(low, m + m, m) - f32(1)                   # -0.29 .. 0.41
    e = (e - low).astype(f32)
    square = m * m
    series = polynomial(m, LOG) * m
    series = fused(series, square, e * f32(LN2[0]))
    series = fused(square, f32(-0.5), series)
    return fused(e, f32(LN2[1]), m + series)


def sine_cosine(x):
    """sin and cos of x >= 0: fold it into -pi/4 .. pi/4, then two series"""
    octant = (x * f32(4 / math.pi)).astype(np.int32) + 1 & ~1
    for part in QUARTER_PI:         # in three parts, exact to the last bit
        x = fused(octant.astype(f32), f32(-part), x)
    square = x * x
    sine = polynomial(square, SINE) * square
    sine = fused(sine, x, x)
    cosine = polynomial(square, COSINE) * square
    cosine = fused(cosine, square, -(square * f32(0.5))) + f32(1)
    swap = octant & 2 != 0
    sine, cosine = (np.where(swap, cosine, sine),
                    np.where(swap, sine, cosine))
    return (np.where(octant & 4 != 0, -sine, sine),
            np.where(octant + 2 & 4 != 0, -cosine, cosine))
