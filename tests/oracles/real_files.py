#!/usr/bin/python3
"""real_files.py DATA > real_files.txt: what the real files of ../shared/data are, read with h5py, tifffile and a few
lines of this script's own, none of them phasecast's. One line per file:

    scan PATH | layout | energies first last (eV) | rows columns | dark flat sample frames | signal | pixel size (um) |
         sum of all sample pixels | sample pixel of the second energy (the only one's) in row 1, column 2 | energy unit said
    reference PATH | format | spectra | points | first last (eV) of the first that can be read
    energies PATH | points | first last (eV)
"""
import gzip
import json
import pathlib
import re
import struct
import sys

import h5py
import numpy as np
import tifffile

data = pathlib.Path(sys.argv[1])


def scan(path, layout, energies, sample, frames, signal, pixel_um, unit):
    """`sample` is [E, Y, X]."""
    pixel = sample[min(1, len(sample) - 1), 1, 2]
    print('scan', path, '|', layout, '|', len(energies), f'{energies[0]:.6f} {energies[-1]:.6f}', '|', *sample.shape[1:],
          '|', *frames, '|', signal, '|', f'{pixel_um:.5f}', '|', f'{sample.astype(np.float64).sum():.9g}', '|',
          f'{pixel:.9g}', '|', unit)


def fxi(path):
    with h5py.File(data / path) as f:
        frames = len(f['img_dark']), len(f['img_bkg']), len(f['img_xanes'])
        scan(path, 'NSLS-II FXI', f['X_eng'][:] * 1000, f['img_xanes'][:], frames, 'counts', 0.08, 'keV')


def aps_32id(path):
    with h5py.File(data / path) as f:
        energies, where = np.unique(f['exchange/energy'][:], return_index=True)
        frames = 0, len(f['exchange/data_flat']), len(f['exchange/data'])
        images = f['exchange/data'][:]
        # the second energy's first image stands where the pixel is taken from
        order = [where[0], where[1], *(k for k in range(len(images)) if k not in where)]
        scan(path, 'APS 32-ID', energies, images[order], frames, 'counts', 0, 'eV')


def nxstxm(path):
    with h5py.File(data / path) as f:
        group = f['entry1/counter0']
        assert [a.decode() for a in group.attrs['axes']] == ['energy', 'sample_y', 'sample_x']
        step = np.diff(group['sample_x'][:]).mean()
        sample = group['data'][:]
        scan(path, 'NXstxm', group['energy'][:], sample, (0, 0, len(sample)), 'counts', step, 'eV')


def sdf(path):
    text = (data / path).read_text()
    energies = np.array([float(x) for x in re.search(r'StackAxis.*?Points = \(\d+,([^)]*)\)', text, re.S)[1].split(',')])
    x = [float(v) for v in re.search(r'PAxis.*?Points = \(\d+,([^)]*)\)', text, re.S)[1].split(',')]
    listed = re.findall(r'Image(\d+)_0 = {[^}]*Energy = ([\d.]+);', text)
    stem = (data / path).with_suffix('')
    images = [np.loadtxt(f'{stem}_a{number}.xim') for energy in energies
              for number, said in listed if abs(float(said) - energy) < 0.01]
    scan(path, 'SDF', energies, np.stack(images), (0, 0, len(images)), 'counts', np.diff(x).mean(), 'eV')


def compound(path):
    """The streams of a compound file, by path ([MS-CFB])."""
    content = path.read_bytes()
    size, mini_size = 1 << struct.unpack_from('<H', content, 30)[0], 1 << struct.unpack_from('<H', content, 32)[0]
    n_fat, directory, _, cutoff, mini_fat, n_mini = struct.unpack_from('<IIIIII', content, 44)

    def sector(k):
        return content[size * (k + 1):size * (k + 2)]

    def words(blob):
        return struct.unpack(f'<{len(blob) // 4}I', blob)

    fat = [n for k in struct.unpack_from(f'<{n_fat}I', content, 76) for n in words(sector(k))]

    def chained(k):
        blob = b''
        while k < 0xfffffffa:
            blob, k = blob + sector(k), fat[k]
        return blob

    mini_table = words(chained(mini_fat)) if n_mini else ()
    entries = chained(directory)
    streams = {}

    def read(entry):
        start, length = struct.unpack_from('<IQ', entry, 116)
        if length >= cutoff:
            return chained(start)[:length]
        blob = b''
        while start < 0xfffffffa:
            blob, start = blob + mini[start * mini_size:(start + 1) * mini_size], mini_table[start]
        return blob[:length]

    def walk(k, folder):
        if k == 0xffffffff:
            return
        entry = entries[k * 128:(k + 1) * 128]
        name = folder + entry[:struct.unpack_from('<H', entry, 64)[0] - 2].decode('utf-16le')
        kind, _, left, right, child = struct.unpack_from('<BBIII', entry, 66)
        walk(left, folder)
        if kind == 1:
            walk(child, name + '/')
        else:
            streams[name] = read(entry)
        walk(right, folder)

    mini = chained(struct.unpack_from('<I', entries, 116)[0])
    walk(struct.unpack_from('<I', entries, 76)[0], '')
    return streams


def xrm(folder):
    files = sorted((data / folder).glob('*.xrm'))
    streams = {f.name: compound(f) for f in files}
    sample = [name for name in streams if '_ref_' not in name]
    number = lambda name, field: struct.unpack('<I', streams[name]['ImageInfo/' + field])[0]
    images = np.stack([np.frombuffer(streams[name]['ImageData1/Image1'], '<u2').reshape(
        number(name, 'ImageHeight'), number(name, 'ImageWidth')) for name in sample])
    assert all(number(name, 'DataType') == 5 and number(name, 'Energy') == 0 for name in streams)
    energies = sorted({float(re.search(r'_([\d.]+)_eV', name)[1]) for name in streams})
    pixel = struct.unpack('<f', streams[sample[0]]['ImageInfo/PixelSize'])[0]
    scan(folder, 'Xradia .xrm series', energies, images, (0, len(streams) - len(sample), len(sample)), 'counts', pixel,
         'names')


def tiff(path, energies_path):
    energies = np.loadtxt(data / energies_path)
    sample = tifffile.imread(data / path)
    assert len(sample) == len(energies)
    scan(path, 'TIFF stack', energies, sample, (0, 0, len(sample)), 'absorbance', 0, 'outside')


def reference(path, form, spectra, energies):
    print('reference', path, '|', form, '|', spectra, '|', len(energies), '|', f'{energies[0]:.4f} {energies[-1]:.4f}')


def table(path):
    return np.array([[float(x) for x in line.split()] for line in (data / path).read_text().splitlines()
                     if line.strip() and not line.startswith('#')])


def energies(path):
    values = np.loadtxt(data / path)
    values = values * 1000 if values.max() < 70 else values
    print('energies', path, '|', len(values), '|', f'{values[0]:.6f} {values[-1]:.6f}')


fxi('scans/als_fe2p_fxi.h5')
aps_32id('scans/ssrl_nca_2energy_32id.h5')
nxstxm('formats/nxstxm/Sample_Stack_2021-03-16_128.hdf5')
sdf('formats/sdf/stxm-scan.hdr')
xrm('formats/xrm_ssrl')
tiff('formats/tiff_nor/test_stack.tiff', 'formats/tiff_nor/test_energy.txt')
for name in ('als_fe2p_reduced', 'als_fe2p_oxidized'):
    reference(f'references/{name}.txt', 'two-column text', 1, table(f'references/{name}.txt')[:, 0])
for name in ('ref_NiO', 'ref_LiNiO2'):
    reference(f'references/{name}.txt', 'two-column text', 1, table(f'references/{name}.txt')[:, 0] * 1000)
nor = table('formats/tiff_nor/test_ref_athena.nor')
reference('formats/tiff_nor/test_ref_athena.nor', 'Athena .nor (XDI)', nor.shape[1] - 1, nor[:, 0])
for file in sorted((data / 'formats/xdi').glob('*.xdi')):
    path = file.relative_to(data)
    columns = re.findall(r'# Column\.\d+: (\S+)', file.read_text())
    made = ('mutrans' if {'i0', 'itrans'} <= set(columns) else None,
            'murefer' if {'itrans', 'irefer'} <= set(columns) else None)
    reference(path, 'XDI', len(columns) - 1 + sum(m is not None for m in made), table(path)[:, 0])
text = (data / 'formats/athena_prj/FeS2.prj').read_text()
x = [float(v) for v in re.findall(r"'([^']*)'", re.search(r'@x = \((.*?)\);', text, re.S)[1])]
shift = float(re.search(r"'bkg_eshift','?([-\d.]+)'?", text)[1])
reference('formats/athena_prj/FeS2.prj', 'Athena project (perl)', text.count('$old_group'), np.array(x) + shift)
raw = gzip.decompress((data / 'formats/athena_prj/Ni_FeNiS20_RT.prj').read_bytes()).decode()
if raw.lstrip().startswith('{'):
    project = {k: v for k, v in json.loads(raw).items() if isinstance(v, dict) and 'x' in v}
    first = next(iter(project.values()))
    shift = float(first['args'].get('bkg_eshift', 0))
    reference('formats/athena_prj/Ni_FeNiS20_RT.prj', 'Athena project (JSON)', len(project),
              np.array([float(v) for v in first['x']]) + shift)
else:
    x = [float(v) for v in re.findall(r"'([^']*)'", re.search(r'@x = \((.*?)\);', raw, re.S)[1])]
    shift = float(re.search(r"'bkg_eshift','?([-\d.]+)'?", raw)[1])
    reference('formats/athena_prj/Ni_FeNiS20_RT.prj', 'Athena project (perl)', raw.count('$old_group'),
              np.array(x) + shift)
energies('formats/tiff_nor/test_energy.txt')
energies('references/fxi_ni_energies_keV.txt')
