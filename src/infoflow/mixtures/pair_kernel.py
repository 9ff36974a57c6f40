"""The innermost loops of the fast CPU engines: sums, minima and terms of ``2^-x`` over a block of centres.

For one query y and a block of centres, with coordinates scaled so that ``|y-c|²`` is an exponent to base 2,
``x_j = a_j + |y - c_j|² - shift`` where ``a_j = -log2 w_j``; :func:`block_sum` returns ``Σ_j 2^{-x_j}``,
:func:`block_min` ``min_j x_j``, and :func:`block_terms` stores every ``2^{-x_j}``. A block is stored row by row,
``[a, c_0, …, c_{d-1}]``, each row padded to a multiple of ``LANES`` with ``a = PADDING``.
"""

# numba's extension interface is untyped.
# pyright: basic, reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from infoflow.mixtures import vectors
from infoflow.mixtures.vectors import I64, LANES, PADDING, UNROLL, VECTOR, WIDTH


def _exponents(b: Any, block: Any, stride: Any, y: Any, d: Any, shift: Any, slots: list[Any]) -> None:
    """Store ``a_j + |y - c_j|² - shift`` of the next ``LANES`` centres in ``slots``."""
    offsets = [ir.Constant(I64, u * WIDTH) for u in range(UNROLL)]
    for offset, slot in zip(offsets, slots, strict=True):
        b.store(b.fsub(vectors.load(b, b.gep(block, [offset])), shift), slot)
    with cgutils.for_range(b, d) as loop:
        coordinate = vectors.splat(b, b.load(b.gep(y, [loop.index])))
        row = b.gep(block, [b.mul(b.add(loop.index, ir.Constant(I64, 1)), stride)])
        for offset, slot in zip(offsets, slots, strict=True):
            z = b.fsub(coordinate, vectors.load(b, b.gep(row, [offset])))
            b.store(vectors.fused(b, z, z, b.load(slot)), slot)


def _over_block(context: Any, b: Any, kinds: Any, arguments: Any, use: Any) -> None:
    """Call ``use(j, slots)`` with the exponents of the centres from j on, for all j."""
    blocks, offset, n, queries, query_offset, d, shift = arguments[:7]
    block = vectors.data(context, b, kinds[0], blocks, offset)
    y = vectors.data(context, b, kinds[3], queries, query_offset)
    slots = [cgutils.alloca_once(b, VECTOR) for _ in range(UNROLL)]
    shift_vector = vectors.splat(b, shift)
    with cgutils.for_range_slice(b, ir.Constant(I64, 0), n, ir.Constant(I64, LANES)) as (j, _):
        _exponents(b, b.gep(block, [j]), n, y, d, shift_vector, slots)
        use(j, slots)


def _reduction(context: Any, b: Any, kinds: Any, arguments: Any, start: float, step: Any, combine: Any) -> Any:
    totals = [cgutils.alloca_once_value(b, vectors.constant(start)) for _ in range(UNROLL)]

    def use(_: Any, slots: list[Any]) -> None:
        for total, slot in zip(totals, slots, strict=True):
            b.store(combine(b, b.load(total), step(b, b.load(slot))), total)

    _over_block(context, b, kinds, arguments, use)
    result = b.load(totals[0])
    for total in totals[1:]:
        result = combine(b, result, b.load(total))
    return vectors.reduced(b, result, combine)


def _arguments(blocks: Any, queries: Any) -> tuple[Any, ...]:
    return blocks, types.intp, types.intp, queries, types.intp, types.intp, types.float64


@intrinsic
def block_sum(typing_context, blocks, offset, n, queries, query_offset, d, shift):
    """Return ``Σ_j 2^{-x_j}`` for ``n`` (padded) centres at ``blocks[offset:]``, y at ``queries[query_offset:]``."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        step, combine = vectors.power_of_two, lambda b, s, t: b.fadd(s, t)
        return _reduction(context, b, signature.args, arguments, 0.0, step, combine)

    return types.float64(*_arguments(blocks, queries)), generate


@intrinsic
def block_min(typing_context, blocks, offset, n, queries, query_offset, d, shift):
    """Return ``min_j x_j`` over the same block as :func:`block_sum`."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        return _reduction(context, b, signature.args, arguments, PADDING, lambda _, x: x, vectors.smaller)

    return types.float64(*_arguments(blocks, queries)), generate


@intrinsic
def block_terms(typing_context, blocks, offset, n, queries, query_offset, d, shift, terms, terms_offset):
    """Store ``2^{-x_j}`` of the same block as :func:`block_sum`, in ``terms[terms_offset:][:n]``."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        line = vectors.data(context, b, signature.args[7], arguments[7], arguments[8])

        def use(j: Any, slots: list[Any]) -> None:
            for u, slot in enumerate(slots):
                place = b.gep(line, [b.add(j, ir.Constant(I64, u * WIDTH))])
                vectors.store(b, vectors.power_of_two(b, b.load(slot)), place)

        _over_block(context, b, signature.args, arguments, use)
        return context.get_dummy_value()

    return types.void(*_arguments(blocks, queries), terms, types.intp), generate


@intrinsic
def box_gaps(typing_context, low, high, offset, points, n, d, gaps):
    """Store the squared distances of ``n`` (padded) points, row by row, to the box with corners at ``offset``."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        low, high, offset, points, n, d, gaps = arguments
        kinds = signature.args
        corners = [vectors.data(context, b, kind, value, offset) for kind, value in ((kinds[0], low), (kinds[1], high))]
        rows, result = vectors.data(context, b, kinds[3], points), vectors.data(context, b, kinds[6], gaps)
        slot = cgutils.alloca_once(b, VECTOR)
        with cgutils.for_range_slice(b, ir.Constant(I64, 0), n, ir.Constant(I64, WIDTH)) as (j, _):
            b.store(vectors.constant(0.0), slot)
            with cgutils.for_range(b, d) as loop:
                y = vectors.load(b, b.gep(rows, [b.add(b.mul(loop.index, n), j)]))
                below, above = (vectors.splat(b, b.load(b.gep(corner, [loop.index]))) for corner in corners)
                gap = vectors.larger(b, vectors.larger(b, b.fsub(below, y), b.fsub(y, above)), vectors.constant(0.0))
                b.store(vectors.fused(b, gap, gap, b.load(slot)), slot)
            vectors.store(b, b.load(slot), b.gep(result, [j]))
        return context.get_dummy_value()

    kind = types.void(low, high, types.intp, points, types.intp, types.intp, gaps)
    return kind, generate
