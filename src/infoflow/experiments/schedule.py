"""At which epochs something is done: log-spaced, because a network changes most at the start."""


def log_spaced_epochs(last: int, count: int) -> list[int]:
    """Return ``count`` distinct epochs, log-spaced from 1 to ``last``, ascending; all of them where there are fewer.

    Each is the previous one times the ratio that still reaches ``last`` with the rest of them, and at least one more:
    where rounding would repeat an epoch, at the start, the sequence is consecutive.

    Args:
        last: Largest epoch, at least 1.
        count: How many, at least 1; a single one is ``last``.
    """
    if count >= last:
        return list(range(1, last + 1))
    if count == 1:
        return [last]
    epochs = [1]
    for remaining in range(count - 1, 0, -1):
        grown = round(epochs[-1] * (last / epochs[-1]) ** (1 / remaining))
        epochs.append(min(max(grown, epochs[-1] + 1), last - remaining + 1))
    return epochs
