"""The two networks. Neither has a bias anywhere: with the noise level as an input, f(k x, k sigma) = k f(x, sigma) exactly."""

import torch
from torch import nn
from torch.nn import functional as F


def conv(inputs, outputs, size, stride=1):
    layer = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2 if stride == 1 else 0, bias=False)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return layer


class Up(nn.Module):
    """Twice the resolution: the transposed 2 × 2 convolution of stride 2, as a product and a reordering (faster to train)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.product = nn.Conv2d(inputs, 4 * outputs, 1, bias=False)
        nn.init.normal_(self.product.weight, std=(1.0 / inputs) ** 0.5)

    def forward(self, x):
        n, _, h, w = x.shape
        y = self.product(x).permute(0, 2, 3, 1).reshape(n, h, w, 2, 2, -1)
        return y.permute(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * w, -1).permute(0, 3, 1, 2)

    def transposed_weight(self):
        w = self.product.weight[:, :, 0, 0]
        return w.reshape(2, 2, -1, w.shape[1]).permute(3, 2, 0, 1)


def space_to_depth(x):
    """Block 2, in the channel order of ONNX."""
    n, c, h, w = x.shape
    return x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(n, 4 * c, h // 2, w // 2)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first, self.second = conv(channels, channels, 3), conv(channels, channels, 3)
        nn.init.normal_(self.second.weight, std=0.5 * (1.0 / (9 * channels)) ** 0.5)

    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))


class Fast(nn.Module):
    """A small U on the image's 2 × 2 pixel groups: 1/2, 1/4 and 1/8 of the resolution; skips by addition. Predicts the image."""

    multiple = 8  # height and width must be multiples of this
    patch = 96
    batch = 16
    rate = 2e-3
    exact_from = 0.7  # from this share of the training on in float32, before in bfloat16

    def __init__(self, widths=(32, 48, 64)):
        super().__init__()
        a, b, c = widths
        self.head = conv(8, a, 3)
        self.down1, self.encode = conv(a, b, 2, 2), Block(b)
        self.down2, self.middle = conv(b, c, 2, 2), nn.Sequential(Block(c), Block(c))
        self.up2, self.decode = Up(c, b), Block(b)
        self.up1, self.last = Up(b, a), Block(a)
        self.tail = conv(a, 4, 3)

    def forward(self, x):
        head = self.head(space_to_depth(x))
        encoded = self.encode(self.down1(head))
        decoded = self.decode(self.up2(self.middle(self.down2(encoded))) + encoded)
        return F.pixel_shuffle(self.tail(self.last(self.up1(decoded) + head)), 2)


class DnCnn(nn.Module):
    """17 convolutions of 64 channels at full resolution [Zhang et al. 2017], without batch norm. Predicts the noise."""

    multiple = 1
    patch = 48
    batch = 8
    rate = 5e-4
    exact_from = 0.95

    def __init__(self, layers=17, width=64):
        super().__init__()
        widths = [2] + [width] * (layers - 1)
        self.hidden = nn.ModuleList(conv(i, o, 3) for i, o in zip(widths, widths[1:]))
        self.tail = conv(width, 1, 3)
        nn.init.normal_(self.tail.weight, std=0.1 * (1.0 / (9 * width)) ** 0.5)

    def forward(self, x):
        h = x
        for layer in self.hidden:
            h = F.relu(layer(h))
        return x[:, :1] - self.tail(h)


NETWORKS = {"fast": Fast, "dncnn": DnCnn}
