#!/usr/bin/python3
"""Markdown from what compare.sh collects on stdin: of each stack the least seconds by name, and their ratios."""
import math
import sys

ACCURATE = 1e-3  # RMS in fractions; what is further from float64 is not compared with
PAPER_SECONDS = 9.78  # RUM-TV on 969 x 379 x 520, two states: Table I


def read(lines):
    """{stack: {name: seconds}}, and the remarks."""
    stacks, remarks = {}, []
    for line in lines:
        words = line.split()
        if line.startswith('#'):
            remarks.append(line[1:].split(';')[0].strip())
        elif words[0] == 'stack':
            seconds = stacks.setdefault(' '.join(words[1:]), {})
        elif len(words) < 4 or float(words[3].removeprefix('error=')) < ACCURATE:
            seconds[words[0]] = min(float(words[2]), seconds.get(words[0], math.inf))
    return stacks, sorted(set(remarks))


def least(seconds, prefix):
    return min(value for name, value in seconds.items() if name.startswith(prefix))


def cell(reference, ours):
    return f'{1e3 * reference:.1f} ({reference / ours:.2f} ×)'


def comparison(seconds):
    ours = seconds['rum-tv']
    two_states = [value for name, value in seconds.items() if name.startswith('fit_two_states')]
    return [f'{1e3 * seconds["sums"]:.1f}', cell(least(seconds, 'at_y'), seconds['sums']), f'{1e3 * ours:.1f}',
            cell(least(seconds, 'at_y'), ours), cell(least(seconds, 'fit_float'), ours),
            cell(min(two_states), ours) if two_states else '', cell(seconds['algorithm_one_100'], ours)]


def row(cells):
    print('| ' + ' | '.join(cells) + ' |')


def main():
    stacks, remarks = read(sys.stdin)
    print('; '.join(remarks) + '. Milliseconds, the least of several repetitions; in brackets how many times as '
          'long as ours.\n')
    row(['stack', 'our sums', "numpy A'Y (by our sums)", 'our RUM-TV job', "numpy A'Y", 'numpy exact least squares',
         'the same, two states in one product', 'Algorithm 1, 100 iterations'])
    row(['---'] + ['---:'] * 7)
    for stack, seconds in stacks.items():
        row([stack] + comparison(seconds))
    print()
    for stack, seconds in stacks.items():
        if '969×379×520, 2 states' in stack:
            print(f"- {stack}: the paper's {PAPER_SECONDS} s are {PAPER_SECONDS / seconds['rum-tv']:.0f} times ours.")
    print('\nAll that was measured (ms; distance_to_limit: of our map, RMS in fractions, 0.005 counts as converged):\n')
    for stack, seconds in stacks.items():
        print(f'- {stack}: ' + ', '.join(f'{name} {value:.4f}' if name == 'distance_to_limit' else f'{name} {1e3 * value:.1f}'
                                         for name, value in seconds.items()))


if __name__ == '__main__':
    main()
