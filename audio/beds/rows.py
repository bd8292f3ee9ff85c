"""Long rows of noise, made once, from which beds take their grains."""

import numpy as np

SEED = 19_260_423


def row(magnitudes: np.ndarray, *, number: int) -> np.ndarray:
    """Noise whose Fourier transform has just these magnitudes, with phases left to chance.

    So its spectrum is true in this row already, and not only in the long run.

    Parameters
    ----------
    magnitudes : shape (…, bins); as in :func:`numpy.fft.rfft`.
    number : another one means other phases. Rows of the same number and length have the same, so
        that their sum has the sum of their magnitudes.

    Returns
    -------
    ndarray, float64, shape (…, 2 · (bins − 1))
    """
    bins = magnitudes.shape[-1]
    words = np.random.PCG64([SEED, number]).random_raw(-(-bins // 2)).view(np.uint32)[:bins]
    return np.fft.irfft(magnitudes * np.exp(2j * np.pi / 2**32 * words))
