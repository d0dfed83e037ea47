"""Which BLAS does numpy's work here, and with how many threads: numpy itself does not say."""
import ctypes
import os
import time

import numpy as np


def loaded_blas():
    np.ones((2, 2)) @ np.ones((2, 2))
    with open('/proc/self/maps') as maps:
        files = {line.split()[-1] for line in maps if 'blas' in line.rsplit('/', 1)[-1]}
    return sorted(os.path.realpath(file) for file in files)


def describe_blas():
    for file in loaded_blas():
        library = ctypes.CDLL(file)
        if hasattr(library, 'openblas_get_num_threads'):
            library.openblas_get_config.restype = ctypes.c_char_p
            version = library.openblas_get_config().decode().split(' NO_')[0].strip()
            return f'numpy {np.__version__}, {version}, {library.openblas_get_num_threads()} threads'
    return f'numpy {np.__version__} on {", ".join(loaded_blas())}, NOT OpenBLAS: install libopenblas0-pthread'


def least_seconds(work, repetitions):
    """The least time that work() took, and what it gave."""
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result
