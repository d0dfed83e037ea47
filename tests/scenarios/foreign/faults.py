"""What goes wrong on the way: each takes the messages of a scan, frame by frame, and gives them back spoiled."""


def lose(frames, *which):
    gone = {int(k) for k in which}
    return [frame for k, frame in enumerate(frames) if k not in gone]


def swap(frames, k):
    """Frame k overtakes the one before it."""
    k = int(k)
    return frames[: k - 1] + [frames[k], frames[k - 1]] + frames[k + 1 :]


def restart(frames, after):
    """The source dies after so many frames, and begins again."""
    return frames[: int(after)] + frames


def garbage(frames, before):
    """Two messages of anything before frame k."""
    k = int(before)
    return frames[:k] + [[[b"\xff\x00garbage", b"\x01\x02"]], [[b""]]] + frames[k:]


def cut(frames, k):
    """The last part of frame k's last message loses its second half."""
    return spoil(frames, k, lambda part: part[: len(part) // 2])


def spoil(frames, k, change):
    k = int(k)
    spoiled = [list(message) for message in frames[k]]
    spoiled[-1][-1] = change(spoiled[-1][-1])
    return frames[:k] + [spoiled] + frames[k + 1 :]


def replace(frames, k, old, new):
    """In the header of frame k."""
    k = int(k)
    spoiled = [list(message) for message in frames[k]]
    assert old.encode() in spoiled[0][0], (old, spoiled[0][0][:400])
    spoiled[0][0] = spoiled[0][0].replace(old.encode(), new.encode())
    return frames[:k] + [spoiled] + frames[k + 1 :]


ALL = {f.__name__: f for f in (lose, swap, restart, garbage, cut, replace)}
