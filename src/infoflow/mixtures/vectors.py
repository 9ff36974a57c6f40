"""Vectors in LLVM IR: what the innermost loops of the fast CPU engines are written in.

Vectors are explicit because numba's own loops are not vectorised here: its exponential is a call of libm per
element, and its index arithmetic defeats the loop vectoriser. Nothing depends on fast-math. A loop works on ``LANES``
numbers at a time, so rows are padded to a multiple of that.

:func:`power_of_two`: ``2^-x = 2^-k 2^-f`` with ``k = round(x)``, ``|f| <= 1/2``; ``2^-f`` is a Chebyshev fit of degree
10 (error 2e-16), ``2^-k`` goes into the exponent bits. ``x`` is capped at 1000: a term of relative size 2^-1000
changes no sum.
"""

# numba's extension interface is untyped.
# pyright: basic, reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils

WIDTH = 8
UNROLL = 2
LANES = WIDTH * UNROLL
PADDING = 1e300
LARGEST_EXPONENT = 1000.0

# 2^-f on [-1/2, 1/2], mpmath.chebyfit with 11 terms at 40 digits, constant term first.
_COEFFICIENTS = (
    1.0,
    -0.69314718055995,
    0.24022650695910097,
    -0.05550410866444772,
    0.009618129107606888,
    -0.0013333558230164974,
    0.0001540353044173605,
    -1.5252657260200837e-05,
    1.321544258792169e-06,
    -1.0208690299958306e-07,
    7.072585949269223e-09,
)

F64 = ir.DoubleType()
I64 = ir.IntType(64)
_I32 = ir.IntType(32)
VECTOR = ir.VectorType(F64, WIDTH)
_VECTOR_I64 = ir.VectorType(I64, WIDTH)
_VECTOR_I32 = ir.VectorType(_I32, WIDTH)


def constant(value: float) -> ir.Constant:
    """Return a vector of equal numbers."""
    return ir.Constant(VECTOR, [float(value)] * WIDTH)


def splat(b: Any, scalar: Any) -> Any:
    """Return a vector with one number in every lane."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    first = b.insert_element(undefined, scalar, ir.Constant(_I32, 0))
    return b.shuffle_vector(first, undefined, ir.Constant(_VECTOR_I32, [0] * WIDTH))


def load(b: Any, pointer: Any) -> Any:
    """Load the vector that starts at a pointer to a number."""
    return b.load(b.bitcast(pointer, VECTOR.as_pointer()), align=8)


def store(b: Any, vector: Any, pointer: Any) -> None:
    """Store a vector at a pointer to a number."""
    b.store(vector, b.bitcast(pointer, VECTOR.as_pointer()), align=8)


def fused(b: Any, factor: Any, other: Any, addend: Any) -> Any:
    """Return ``factor * other + addend``."""
    return b.call(_function(b, "fmuladd", 3), [factor, other, addend])


def smaller(b: Any, x: Any, y: Any) -> Any:
    """Return the smaller number of each lane."""
    return b.select(b.fcmp_ordered("<", x, y), x, y)


def larger(b: Any, x: Any, y: Any) -> Any:
    """Return the larger number of each lane."""
    return b.select(b.fcmp_ordered(">", x, y), x, y)


def power_of_two(b: Any, x: Any) -> Any:
    """Return ``2^-x``, lane by lane, for ``-1000 <= x``."""
    x = smaller(b, x, constant(LARGEST_EXPONENT))
    k = b.call(_function(b, "rint", 1), [x])
    f = b.fsub(x, k)
    polynomial = _polynomial(b, f, _COEFFICIENTS)
    shift = b.shl(b.sext(b.fptosi(k, _VECTOR_I32), _VECTOR_I64), ir.Constant(_VECTOR_I64, [52] * WIDTH))
    return b.bitcast(b.sub(b.bitcast(polynomial, _VECTOR_I64), shift), VECTOR)


def _polynomial(b: Any, x: Any, coefficients: Sequence[float]) -> Any:
    """Return the polynomial, constant term first: fours of terms independently, then Horner in ``x^4``."""
    square = b.fmul(x, x)
    fourth = b.fmul(square, square)
    pairs = _in_pairs(b, x, [constant(c) for c in coefficients])
    fours = _in_pairs(b, square, pairs)
    result = fours[-1]
    for four in fours[-2::-1]:
        result = fused(b, result, fourth, four)
    return result


def _in_pairs(b: Any, x: Any, terms: list[Any]) -> list[Any]:
    pairs = [fused(b, high, x, low) for low, high in zip(terms[::2], terms[1::2], strict=False)]
    return pairs + terms[2 * len(pairs) :]


def reduced(b: Any, vector: Any, combine: Any) -> Any:
    """Return one number out of a vector's, by halves."""
    width = WIDTH
    while width > 1:
        low, high = _halves(b, vector, width)
        vector = combine(b, low, high)
        width //= 2
    return b.extract_element(vector, ir.Constant(_I32, 0))


def _halves(b: Any, vector: Any, width: int) -> tuple[Any, Any]:
    undefined = ir.Constant(vector.type, ir.Undefined)
    kind = ir.VectorType(_I32, width // 2)
    low = b.shuffle_vector(vector, undefined, ir.Constant(kind, list(range(width // 2))))
    high = b.shuffle_vector(vector, undefined, ir.Constant(kind, list(range(width // 2, width))))
    return low, high


def _function(b: Any, name: str, n_arguments: int) -> Any:
    kind = ir.FunctionType(VECTOR, [VECTOR] * n_arguments)
    return cgutils.get_or_insert_function(b.module, kind, f"llvm.{name}.v{WIDTH}f64")


def data(context: Any, b: Any, kind: Any, array: Any, offset: Any = None) -> Any:
    """Return a pointer to a numba array's numbers, from ``offset`` on."""
    pointer = context.make_array(kind)(context, b, array).data
    return pointer if offset is None else b.gep(pointer, [offset])
