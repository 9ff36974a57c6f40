"""The compiled part of :mod:`infoflow.mixtures.quadratic`: exponents by register blocks, then their sums."""

# numba's interface is untyped.
# pyright: basic, reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from infoflow._types import Array, IntArray
from infoflow.mixtures.pair_kernel import LANES, UNROLL, WIDTH, block_min, block_sum
from infoflow.mixtures.threads import over_threads

_TILE = 2  # queries whose exponents are made together: 8 sums of 4 numbers, the rest of 16 registers for the factors
_LARGEST_GAP = 900.0
_F64, _I64, _I32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_VECTOR = ir.VectorType(_F64, WIDTH)


def _splat(b: Any, scalar: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = b.insert_element(undefined, scalar, ir.Constant(_I32, 0))
    return b.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_I32, WIDTH), [0] * WIDTH))


@intrinsic
def fill_exponents(typing_context, table, n, n_features, features, offset, exponents):
    """Store ``Σ_f features[offset + 2 f + i] table[f n + j]`` in ``exponents[i n + j]``, i < 2, j < n (padded)."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        table, n, n_features, features, offset, exponents = arguments
        rows = context.make_array(signature.args[0])(context, b, table).data
        y = b.gep(context.make_array(signature.args[3])(context, b, features).data, [offset])
        out = context.make_array(signature.args[5])(context, b, exponents).data
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        multiply_add = cgutils.get_or_insert_function(b.module, kind, f"llvm.fmuladd.v{WIDTH}f64")
        slots = [[cgutils.alloca_once(b, _VECTOR) for _ in range(UNROLL)] for _ in range(_TILE)]
        zero = ir.Constant(_VECTOR, [0.0] * WIDTH)
        pointer = _VECTOR.as_pointer()
        with cgutils.for_range_slice(b, ir.Constant(_I64, 0), n, ir.Constant(_I64, LANES)) as (j, _):
            for slot in (slot for line in slots for slot in line):
                b.store(zero, slot)
            with cgutils.for_range(b, n_features) as loop:
                base = b.gep(rows, [b.add(b.mul(loop.index, n), j)])
                c = [
                    b.load(b.bitcast(b.gep(base, [ir.Constant(_I64, u * WIDTH)]), pointer), align=8)
                    for u in range(UNROLL)
                ]
                first = b.mul(loop.index, ir.Constant(_I64, _TILE))
                for i in range(_TILE):
                    feature = _splat(b, b.load(b.gep(y, [b.add(first, ir.Constant(_I64, i))])))
                    for u in range(UNROLL):
                        b.store(b.call(multiply_add, [feature, c[u], b.load(slots[i][u])]), slots[i][u])
            for i in range(_TILE):
                line = b.gep(out, [b.add(b.mul(ir.Constant(_I64, i), n), j)])
                for u in range(UNROLL):
                    place = b.bitcast(b.gep(line, [ir.Constant(_I64, u * WIDTH)]), pointer)
                    b.store(b.load(slots[i][u]), place, align=8)
        return context.get_dummy_value()

    return types.void(table, types.intp, types.intp, features, types.intp, exponents), generate


@njit(cache=True, nogil=True)
def _sum_tiles(tile_from, tile_to, features, n_features, table, starts, columns, own_class, own, by_class, everything):
    """Fill the log2 sums of the tiles' queries; ``table`` holds minus the exponents to base 2."""
    n, n_classes = starts[-1], len(starts) - 1
    exponents = np.empty(_TILE * n)
    nothing = np.empty(1)
    for tile in range(tile_from, tile_to):
        fill_exponents(table, n, n_features, features, tile * _TILE * n_features, exponents)
        for i in range(_TILE):
            query = tile * _TILE + i
            if query >= len(own_class):
                break
            line, mine = i * n, own_class[query]
            shift = block_min(exponents, line, n, nothing, 0, 0, 0.0)
            total, part = 0.0, 0.0
            for c in range(n_classes):
                piece = block_sum(exponents, line + starts[c], starts[c + 1] - starts[c], nothing, 0, 0, shift)
                total += piece
                if c == mine:
                    part = piece
            everything[query] = np.log2(total) - shift
            by_class[query] = np.log2(part) - shift
            least = exponents[line + columns[query, 0]]
            for k in range(1, columns.shape[1]):
                least = min(least, exponents[line + columns[query, k]])
            total = 0.0
            for k in range(columns.shape[1]):
                total += 2.0 ** (least - exponents[line + columns[query, k]])
            own[query] = np.log2(total) - least


def log_sums(
    features: Array, coefficients: Array, starts: IntArray, columns: IntArray, own_class: IntArray, threads: int | None
) -> tuple[Array, Array, Array]:
    """Return what ``quadratic_log_sums`` returns, of own components at ``columns`` (q, k) of the table."""
    q, n_features = features.shape
    n_tiles = -(-q // _TILE)
    padded = np.zeros((n_tiles * _TILE, n_features))
    padded[:q] = features
    by_tile = np.ascontiguousarray(padded.reshape(n_tiles, _TILE, n_features).transpose(0, 2, 1)).reshape(-1)
    table = (coefficients / -math.log(2.0)).reshape(-1)
    results = np.empty((3, q))
    columns, own_class = np.ascontiguousarray(columns), np.ascontiguousarray(own_class)

    def run(start: int, stop: int) -> int:
        _sum_tiles(start, stop, by_tile, n_features, table, starts, columns, own_class, *results)
        return 0

    over_threads(run, n_tiles, threads)
    results *= math.log(2.0)
    return results[0], results[1], results[2]
