"""The innermost loops of the fast CPU engines, sums of ``2^-x`` over a block of centres, in vector LLVM IR.

For one query y and a block of centres, with coordinates scaled so that ``|y-c|²`` is an exponent to base 2,
``x_j = a_j + |y - c_j|² - shift`` where ``a_j = -log2 w_j``; :func:`block_sum` returns ``Σ_j 2^{-x_j}`` and
:func:`block_min` returns ``min_j x_j``. A block is stored row by row, ``[a, c_0, …, c_{d-1}]``, each row padded to
a multiple of ``LANES`` with ``a = PADDING``.

``2^-x = 2^-k 2^-f`` with ``k = round(x)``, ``|f| <= 1/2``; ``2^-f`` is a Chebyshev fit of degree 10 (error 2e-16),
``2^-k`` goes into the exponent bits. ``x`` is capped at 1000: a term of relative size 2^-1000 changes no sum.
Vectors are explicit because numba's own loops are not vectorised here: its exponential is a call of libm per
element, and its index arithmetic defeats the loop vectoriser. Nothing depends on fast-math.
"""

# numba's extension interface is untyped.
# pyright: basic, reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

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

_F64 = ir.DoubleType()
_I64 = ir.IntType(64)
_I32 = ir.IntType(32)
_VECTOR = ir.VectorType(_F64, WIDTH)
_VECTOR_I64 = ir.VectorType(_I64, WIDTH)
_VECTOR_I32 = ir.VectorType(_I32, WIDTH)


def _constant(value: float) -> ir.Constant:
    return ir.Constant(_VECTOR, [float(value)] * WIDTH)


def _splat(b: Any, scalar: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = b.insert_element(undefined, scalar, ir.Constant(_I32, 0))
    return b.shuffle_vector(first, undefined, ir.Constant(_VECTOR_I32, [0] * WIDTH))


def _load(b: Any, pointer: Any) -> Any:
    return b.load(b.bitcast(pointer, _VECTOR.as_pointer()), align=8)


def _function(b: Any, name: str, n_arguments: int) -> Any:
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * n_arguments)
    return cgutils.get_or_insert_function(b.module, kind, f"llvm.{name}.v{WIDTH}f64")


def _smaller(b: Any, x: Any, y: Any) -> Any:
    return b.select(b.fcmp_ordered("<", x, y), x, y)


def _larger(b: Any, x: Any, y: Any) -> Any:
    return b.select(b.fcmp_ordered(">", x, y), x, y)


def _power_of_two(b: Any, x: Any) -> Any:
    """Return ``2^-x``, lane by lane, for ``-1000 <= x``."""
    multiply_add = _function(b, "fmuladd", 3)

    def fma(factor: Any, other: Any, addend: Any) -> Any:
        return b.call(multiply_add, [factor, other, addend])

    x = _smaller(b, x, _constant(LARGEST_EXPONENT))
    k = b.call(_function(b, "rint", 1), [x])
    f = b.fsub(x, k)
    c = [_constant(value) for value in _COEFFICIENTS]
    f2 = b.fmul(f, f)
    f4 = b.fmul(f2, f2)
    pairs = [fma(c[2 * i + 1], f, c[2 * i]) for i in range(5)]
    low = fma(pairs[1], f2, pairs[0])
    middle = fma(pairs[3], f2, pairs[2])
    high = fma(c[10], f2, pairs[4])
    polynomial = fma(fma(high, f4, middle), f4, low)
    shift = b.shl(b.sext(b.fptosi(k, _VECTOR_I32), _VECTOR_I64), ir.Constant(_VECTOR_I64, [52] * WIDTH))
    return b.bitcast(b.sub(b.bitcast(polynomial, _VECTOR_I64), shift), _VECTOR)


def _halves(b: Any, vector: Any, width: int) -> tuple[Any, Any]:
    undefined = ir.Constant(vector.type, ir.Undefined)
    kind = ir.VectorType(_I32, width // 2)
    low = b.shuffle_vector(vector, undefined, ir.Constant(kind, list(range(width // 2))))
    high = b.shuffle_vector(vector, undefined, ir.Constant(kind, list(range(width // 2, width))))
    return low, high


def _reduce(b: Any, vector: Any, combine: Any) -> Any:
    width = WIDTH
    while width > 1:
        low, high = _halves(b, vector, width)
        vector = combine(b, low, high)
        width //= 2
    return b.extract_element(vector, ir.Constant(_I32, 0))


def _exponents(b: Any, block: Any, stride: Any, y: Any, d: Any, shift: Any, slots: list[Any]) -> None:
    """Store ``a_j + |y - c_j|² - shift`` of the next ``LANES`` centres in ``slots``."""
    multiply_add = _function(b, "fmuladd", 3)
    offsets = [ir.Constant(_I64, u * WIDTH) for u in range(UNROLL)]
    for offset, slot in zip(offsets, slots, strict=True):
        b.store(b.fsub(_load(b, b.gep(block, [offset])), shift), slot)
    with cgutils.for_range(b, d) as loop:
        coordinate = _splat(b, b.load(b.gep(y, [loop.index])))
        row = b.gep(block, [b.mul(b.add(loop.index, ir.Constant(_I64, 1)), stride)])
        for offset, slot in zip(offsets, slots, strict=True):
            z = b.fsub(coordinate, _load(b, b.gep(row, [offset])))
            b.store(b.call(multiply_add, [z, z, b.load(slot)]), slot)


def _block_loop(context: Any, b: Any, signature: Any, arguments: Any, start: float, step: Any, combine: Any) -> Any:
    blocks, offset, n, queries, query_offset, d, shift = arguments
    block = b.gep(context.make_array(signature.args[0])(context, b, blocks).data, [offset])
    y = b.gep(context.make_array(signature.args[3])(context, b, queries).data, [query_offset])
    totals = [cgutils.alloca_once_value(b, _constant(start)) for _ in range(UNROLL)]
    slots = [cgutils.alloca_once(b, _VECTOR) for _ in range(UNROLL)]
    shift_vector = _splat(b, shift)
    with cgutils.for_range_slice(b, ir.Constant(_I64, 0), n, ir.Constant(_I64, LANES)) as (j, _):
        _exponents(b, b.gep(block, [j]), n, y, d, shift_vector, slots)
        for total, slot in zip(totals, slots, strict=True):
            b.store(combine(b, b.load(total), step(b, b.load(slot))), total)
    result = b.load(totals[0])
    for total in totals[1:]:
        result = combine(b, result, b.load(total))
    return _reduce(b, result, combine)


def _signature(blocks: Any, queries: Any) -> Any:
    return types.float64(blocks, types.intp, types.intp, queries, types.intp, types.intp, types.float64)


@intrinsic
def block_sum(typing_context, blocks, offset, n, queries, query_offset, d, shift):
    """Return ``Σ_j 2^{-x_j}`` for ``n`` (padded) centres at ``blocks[offset:]``, y at ``queries[query_offset:]``."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        return _block_loop(context, b, signature, arguments, 0.0, _power_of_two, lambda b, s, t: b.fadd(s, t))

    return _signature(blocks, queries), generate


@intrinsic
def block_min(typing_context, blocks, offset, n, queries, query_offset, d, shift):
    """Return ``min_j x_j`` over the same block as :func:`block_sum`."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        return _block_loop(context, b, signature, arguments, PADDING, lambda _, x: x, _smaller)

    return _signature(blocks, queries), generate


@intrinsic
def box_gaps(typing_context, low, high, offset, points, n, d, gaps):
    """Store the squared distances of ``n`` (padded) points, row by row, to the box with corners at ``offset``."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        low, high, offset, points, n, d, gaps = arguments
        corners = [
            b.gep(context.make_array(kind)(context, b, value).data, [offset])
            for kind, value in zip(signature.args[:2], (low, high), strict=True)
        ]
        rows = context.make_array(signature.args[3])(context, b, points).data
        result = context.make_array(signature.args[6])(context, b, gaps).data
        slot = cgutils.alloca_once(b, _VECTOR)
        with cgutils.for_range_slice(b, ir.Constant(_I64, 0), n, ir.Constant(_I64, WIDTH)) as (j, _):
            b.store(_constant(0.0), slot)
            with cgutils.for_range(b, d) as loop:
                y = _load(b, b.gep(rows, [b.add(b.mul(loop.index, n), j)]))
                below, above = (_splat(b, b.load(b.gep(corner, [loop.index]))) for corner in corners)
                gap = _larger(b, _larger(b, b.fsub(below, y), b.fsub(y, above)), _constant(0.0))
                b.store(b.call(_function(b, "fmuladd", 3), [gap, gap, b.load(slot)]), slot)
            b.store(b.load(slot), b.bitcast(b.gep(result, [j]), _VECTOR.as_pointer()), align=8)
        return context.get_dummy_value()

    kind = types.void(low, high, types.intp, points, types.intp, types.intp, gaps)
    return kind, generate
