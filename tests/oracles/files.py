#!/usr/bin/python3
"""Reads phasecast's files with h5py alone and checks them against what they are documented to hold.

    files.py recording F          the small scan of tests/pipeline/file_fixtures, all frames, finished
    files.py watch F              opens F with SWMR and answers each line on stdin with the frames it sees
    files.py hold F               keeps F open (not SWMR) until stdin ends
    files.py images F DATASET...  the name and two checksums of each image as stored
    files.py maps F               the two maps of tests/pipeline/test_map_file
"""
import sys

import h5py
import numpy as np

ROW = {'sequence': 'u8', 'kind': 'u1', 'energy_index': 'u4', 'repeat': 'u4', 'slot': 'u8', 'energy_set_ev': 'f8',
       'energy_readback_ev': 'f8', 'exposure_s': 'f8', 'start_utc_ns': 'i8', 'i0': 'f8', 'received_utc_ns': 'i8',
       'crc32c': 'u4', 'late': 'u1'}
KINDS = {0: 'dark', 1: 'flat', 2: 'sample'}
ENERGIES = np.array([8330.1, 8333.0 + 1.0 / 3.0, 8340.0])


def same(found, expected, what):
    a, b = np.asarray(found), np.asarray(expected)
    numbers = a.dtype.kind == 'f' and b.dtype.kind == 'f'
    if not np.array_equal(a, b, equal_nan=numbers):
        sys.exit(f'{what} is {found!r}, expected {expected!r}')


def check_recording(path):
    with h5py.File(path, 'r') as f:
        same(f.attrs['NX_class'], 'NXroot', 'NX_class of /')
        same(f[f.attrs['default']].attrs['NX_class'], 'NXentry', 'NX_class of the default entry')
        data = f['entry/data']
        same(data.attrs['NX_class'], 'NXdata', 'NX_class of /entry/data')
        same(data.attrs['signal'], 'sample', 'signal')
        same(list(data.attrs['axes']), ['energy', '.', '.'], 'axes')
        for name, slots in (('sample', 6), ('flat', 3), ('dark', 2)):
            same(data[name].shape, (slots, 4, 5), f'shape of {name}')
            same(data[name].dtype.str, '<u2', f'type of {name}')
            same(data[name].chunks, (1, 4, 5), f'chunks of {name}')
            same(data[name].compression is None, True, f'{name} stored raw')
        same(data['energy'][:], np.repeat(ENERGIES, 2), 'energy')
        same(data['energy'].attrs['units'], 'eV', 'units of energy')
        same(f['X_eng'][:], np.repeat(ENERGIES, 2) / 1000, 'X_eng')
        same(f['X_eng'].attrs['units'], 'keV', 'units of X_eng')
        for link, name in (('img_xanes', 'sample'), ('img_bkg', 'flat'), ('img_dark', 'dark')):
            same(f[link] == data[name], True, f'{link} is {name}')
        check_rows(f)
        start = dict(f['entry/scan_start'].attrs)
        expected = {'NX_class': 'NXcollection', 'version': 1, 'source': 'test bench \u00b5', 'series_id': 'series-1',
                    'scan_id': '00000000-0000-4000-8000-000000000001', 'scan_index': 7, 'height': 4, 'width': 5,
                    'pixel_type': 'uint16', 'pixel_size_um': 0.1, 'edge': 'Ni K', 'signal': 'counts',
                    'darks_use': 'shared', 'darks_repeats': 2, 'flats_use': 'per_energy', 'flats_repeats': 1,
                    'sample_repeats': 2, 'start_utc_ns': 1700000000123456789}
        same(start == expected, True, f'scan_start {start}')
        same(dict(f['entry/scan_start/metadata'].attrs) == {'potential_V': '4.1', 'empty': ''}, True, 'metadata')
        same(f['entry/scan_end'][:].tolist(), [(11, 1)], 'scan_end')
        same(f['entry/scan_end_reason'][:].tobytes(), 'beam lost \u00b5'.encode(), 'scan_end_reason')


def crc32c(data):
    """Castagnoli, bit by bit."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def check_rows(f):
    rows = f['entry/frames'][:]
    same({n: rows.dtype[n].str[1:] for n in rows.dtype.names} == ROW, True, f'type of rows {rows.dtype}')
    same(h5py.check_enum_dtype(f['entry/frames'].dtype['kind']) == {v: k for k, v in KINDS.items()}, True, 'kinds')
    same(rows['sequence'], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 'order recorded')
    for row in rows:
        k = int(row['sequence'])
        frame = f['entry/data'][KINDS[int(row['kind'])]][row['slot']]
        same(frame, (1000 * k + np.arange(20)).reshape(4, 5), f'pixels of sequence {k}')
        same(row['energy_set_ev'], ENERGIES[row['energy_index']], 'energy_set_ev')
        same(row['energy_readback_ev'], ENERGIES[row['energy_index']] + 0.01 if k % 2 else np.nan, 'readback')
        same(row['exposure_s'], 0.5 + k, 'exposure_s')
        same(row['start_utc_ns'], 1700000000123456789 + 600000001 * k, 'start_utc_ns')
        same(row['received_utc_ns'], row['start_utc_ns'] + 5, 'received_utc_ns')
        same(row['i0'], 1e5 / 3.0 if k % 3 == 1 else np.nan, 'i0')
        same(row['crc32c'], crc32c(frame.tobytes()), 'crc32c')
        same(row['late'], k == 0, 'late')


def watch(path):
    with h5py.File(path, 'r', swmr=True) as f:
        rows, sample = f['entry/frames'], f['entry/data/sample']
        print('open', flush=True)
        for _ in sys.stdin:
            rows.refresh()
            sample.refresh()
            slots = [int(r['slot']) for r in rows[:] if KINDS[int(r['kind'])] == 'sample']
            print(len(rows), [int(sample[s][0, 0]) for s in slots], flush=True)


def hold(path):
    with h5py.File(path, 'r'):
        print('open', flush=True)
        sys.stdin.read()


def print_images(path, *datasets):
    with h5py.File(path, 'r') as f:
        for name in datasets:
            for image in f[name]:
                words = np.frombuffer(image.tobytes(), np.uint32)
                weights = np.arange(1, words.size + 1, dtype=np.uint32)
                print(name, np.bitwise_xor.reduce(words), np.sum(words * weights, dtype=np.uint32))


def check_maps(path):
    with h5py.File(path, 'r', swmr=True) as f:
        same(f[f.attrs['default']].attrs['NX_class'], 'NXentry', 'NX_class of the default entry')
        g = f['entry/chemical_state']
        same(g.attrs['NX_class'], 'NXdata', 'NX_class')
        same(g.attrs['signal'], 'fraction', 'signal')
        same(list(g.attrs['auxiliary_signals']), ['uncertainty'], 'auxiliary_signals')
        same(list(g.attrs['axes']), ['time', 'state', '.', '.'], 'axes')
        same(g.attrs['method'], 'rum-tv', 'configuration')
        same(g.attrs['lambda'], 'auto', 'configuration')
        same([s.decode() for s in g['state'][:]], ['NiO', 'LiNiO\u2082'], 'state')
        for name, shape in (('fraction', (2, 2, 3, 4)), ('uncertainty', (2, 2, 3, 4)), ('scale', (2, 3, 4)),
                            ('residual', (2, 3, 4))):
            same(g[name].dtype.str, '<f4', f'type of {name}')
            same(g[name].shape, shape, f'shape of {name}')
        same(g['mask'].dtype.str, '|u1', 'type of mask')
        for k in range(2):
            first = np.arange(12, dtype=np.float32).reshape(3, 4) / np.float32(16) + np.float32(k) / np.float32(32)
            first[0, 0] = np.nan
            same(g['fraction'][k], np.stack([first, 1 - first]), 'fraction')
            same(g['uncertainty'][k], np.full((2, 3, 4), 0.25 + k), 'uncertainty')
            same(g['scale'][k], np.full((3, 4), 1.5 + k), 'scale')
            same(g['residual'][k], np.full((3, 4), 0.125 + k), 'residual')
        same(g['mask'][:, 0, 0], [1, 1], 'mask')
        same(g['mask'][:].sum(), 2, 'mask elsewhere')
        same(g['time'][:], [0, 30.5], 'time')
        same(g['time'].attrs['units'], 's', 'units of time')
        for name, values in (('scan_index', [4, 5]), ('energies_used', [2, 3]), ('energies_missing', [1, 1]),
                             ('iterations', [30, 31]), ('converged', [1, 0]), ('aborted', [0, 1]),
                             ('noise_sigma', [0.01, 0.02]), ('lambda', [0.5, 1.5]), ('rho', [5, 15]),
                             ('relative_error', [1e-3, 2e-3]), ('map_distance', [4e-3, 5e-3]),
                             ('pixel_size_um', [0.04, 0.04]), ('received_utc_ns', [10**18, 10**18 + 30500000000])):
            same(g[name][:], values, name)
        same([s.decode() for s in g['scan_id'][:]], ['scan-a', 'scan-b'], 'scan_id')
        same(g['energy'][:], [[8330, 8333, 8340, 0], [8330, 8333, 8340, 8350]], 'energy')
        same(g['energy_use'][:], [[1, 2, 1, 0], [1, 0, 1, 1]], 'energy_use')


if __name__ == '__main__':
    {'recording': check_recording, 'watch': watch, 'hold': hold, 'images': print_images,
     'maps': check_maps}[sys.argv[1]](*sys.argv[2:])
