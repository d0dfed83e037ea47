#!/usr/bin/python3
"""Small networks with random weights, and what they make of random images: written by the definitions of ONNX's operators,
in double precision, pixel by pixel. Writes networks/*.onnx and networks/expected.txt, which
tests/stages/test_network_oracle.cpp reads, and networks/refused/*.onnx for tests/stages/test_onnx.cpp."""

import pathlib
import shutil

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

FOLDER = pathlib.Path(__file__).with_suffix("")
rng = np.random.default_rng(20241103)


def convolve(x, w, b=None, pads=(0, 0, 0, 0), strides=(1, 1), dilations=(1, 1)):
    x = np.pad(x, ((0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    out, _, kh, kw = w.shape
    s, d = strides[0], dilations[0]
    height = (x.shape[1] - d * (kh - 1) - 1) // s + 1
    width = (x.shape[2] - d * (kw - 1) - 1) // s + 1
    y = np.empty((out, height, width))
    for i in range(height):
        for j in range(width):
            window = x[:, i * s : i * s + d * (kh - 1) + 1 : d, j * s : j * s + d * (kw - 1) + 1 : d]
            y[:, i, j] = np.tensordot(w, window, 3) + (0 if b is None else b)
    return y


def transposed(x, w, b=None, strides=(1, 1)):  # kernel = stride
    s = strides[0]
    y = np.zeros((w.shape[1], x.shape[1] * s, x.shape[2] * s))
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            y[:, i * s : i * s + w.shape[2], j * s : j * s + w.shape[3]] += np.tensordot(x[:, i, j], w, 1)
    return y + (0 if b is None else b[:, None, None])


def space_to_depth(x, blocksize):
    return np.concatenate([x[:, dy::blocksize, dx::blocksize] for dy in range(blocksize) for dx in range(blocksize)])


def depth_to_space(x, blocksize, mode="DCR"):
    channels = x.shape[0] // blocksize**2
    y = np.empty((channels, x.shape[1] * blocksize, x.shape[2] * blocksize))
    for c in range(channels):
        for dy in range(blocksize):
            for dx in range(blocksize):
                inner = dy * blocksize + dx
                source = c * blocksize**2 + inner if mode == "CRD" else inner * channels + c
                y[c, dy::blocksize, dx::blocksize] = x[source]
    return y


def batch_norm(x, scale, shift, mean, variance, epsilon=1e-5):
    column = lambda v: v[:, None, None]
    return column(scale) * (x - column(mean)) / np.sqrt(column(variance) + epsilon) + column(shift)


def padded(x, pads, mode="constant"):
    pads = np.asarray(pads, int)
    return np.pad(x, ((0, 0), (pads[2], pads[6]), (pads[3], pads[7])), mode=mode)


def broadcast(c):
    return c if np.ndim(c) != 4 else c[0]


OPERATORS = {
    "Conv": convolve,
    "ConvTranspose": transposed,
    "SpaceToDepth": space_to_depth,
    "DepthToSpace": depth_to_space,
    "BatchNormalization": batch_norm,
    "Pad": padded,
    "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu": lambda x, alpha=0.01: np.where(x > 0, x, alpha * x),
    "Add": lambda a, b: broadcast(a) + broadcast(b),
    "Sub": lambda a, b: broadcast(a) - broadcast(b),
    "Mul": lambda a, b: broadcast(a) * broadcast(b),
    "Concat": lambda *x, axis: np.concatenate(x),
    "Identity": lambda x: x,
    "Dropout": lambda x: x,
}


class Net:
    def __init__(self, name, channels=(1,), half=False):
        self.name, self.channels, self.half = name, channels, half
        self.nodes, self.weights = [], {}
        self.inputs = [("image", "level")[k] for k in range(len(channels))]

    def weight(self, *shape, positive=False):
        fan = np.prod(shape[1:]) if len(shape) == 4 else 1
        w = rng.standard_normal(shape) * np.sqrt(2 / fan)
        return self.constant((np.abs(w) + 0.5 if positive else w).astype(np.float16 if self.half else np.float32))

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights[name] = np.asarray(array)
        return name

    def __call__(self, operator, *inputs, **attributes):
        output = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=f"{operator.lower()}_{len(self.nodes)}", **attributes))
        return output

    def conv(self, x, i, o, k, **attributes):
        pads = attributes.pop("pads", [k // 2] * 4)
        return self("Conv", x, self.weight(o, i, k, k), self.weight(o), pads=pads, **attributes)

    def model(self, output):
        tensor = lambda name, c: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, c, "h", "w"])
        weights = [numpy_helper.from_array(w, name) for name, w in self.weights.items()]
        graph = helper.make_graph(self.nodes, self.name, [tensor(n, c) for n, c in zip(self.inputs, self.channels)],
                                  [tensor(output, 1)], weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])

    def evaluate(self, output, images):
        values = {name: w.astype(np.float64) for name, w in self.weights.items()} | dict(zip(self.inputs, images))
        for node in self.nodes:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            attributes = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
            values[node.output[0]] = OPERATORS[node.op_type](*(values[n] for n in node.input), **attributes)
        return values[output]


def plain():
    net = Net("plain")
    return net, net.conv(net("Relu", net.conv("image", 1, 3, 3)), 3, 1, 5), (11, 7)


def tall():
    net = Net("tall")  # more rows than strips, channels that fill no vector
    x = net("Relu", net.conv("image", 1, 19, 3))
    return net, net.conv(net("Relu", net.conv(x, 19, 37, 3)), 37, 1, 3), (75, 6)


def dilated():
    net = Net("dilated")
    x = net("LeakyRelu", net.conv("image", 1, 5, 3, pads=[2] * 4, dilations=[2, 2]), alpha=0.2)
    x = net("LeakyRelu", net.conv(x, 5, 4, 3, pads=[4] * 4, dilations=[4, 4]))
    return net, net("Sub", "image", net.conv(x, 4, 1, 3)), (13, 9)


def normalized():
    net = Net("normalized")
    norm = lambda x, c: net("BatchNormalization", x, net.weight(c), net.weight(c), net.weight(c), net.weight(c, positive=True), epsilon=1e-3)
    x = net("Relu", net.conv("image", 1, 6, 3))
    x = net("Relu", norm(net.conv(x, 6, 8, 3), 8))
    x = norm(net("Dropout", x), 8)
    return net, net("Sub", "image", net.conv(x, 8, 1, 3)), (9, 10)


def level():
    net = Net("level", (2,), half=True)
    x = net.conv("image", 2, 4, 4, pads=[1, 1, 1, 1], strides=[2, 2])
    up = net("ConvTranspose", x, net.weight(4, 3, 2, 2), net.weight(3), strides=[2, 2])
    return net, net.conv(net("Add", net.conv("image", 2, 3, 3), up), 3, 1, 1), (8, 10)


def shuffled():
    net = Net("shuffled")
    x = net("Relu", net.conv(net("SpaceToDepth", "image", blocksize=2), 4, 12, 3))
    x = net.conv(net("DepthToSpace", x, blocksize=2, mode="DCR"), 3, 8, 3)
    x = net("SpaceToDepth", net("SpaceToDepth", x, blocksize=2), blocksize=2)
    x = net("DepthToSpace", net.conv(x, 128, 32, 1), blocksize=4, mode="CRD")
    return net, net.conv(x, 2, 1, 3), (8, 12)


def two_inputs():
    net = Net("two_inputs", (1, 1))
    both = net("Concat", net("Identity", "image"), "level", axis=1)
    x = net("Mul", net.conv(both, 2, 4, 3), net.constant(np.float32(rng.standard_normal((1, 4, 1, 1)))))
    x = net("Concat", net("Relu", x), "image", x, axis=1)
    x = net("Mul", net.conv(x, 9, 1, 3), "level")
    return net, net("Sub", net.constant(np.float32([0.5])), net("Add", x, net.constant(np.float32(-0.3)))), (7, 6)


def margins():
    net = Net("margins")
    pads = lambda t, l, b, r: net.constant(np.array([0, 0, t, l, 0, 0, b, r]))
    x = net.conv(net("Pad", "image", pads(2, 2, 0, 0), mode="reflect"), 1, 3, 3, pads=[0, 0, 0, 0])
    x = net.conv(net("Pad", x, pads(0, 1, 2, 3), mode="edge"), 3, 3, 3, pads=[0, 1, 0, 0])
    return net, net.conv(net("Pad", x, pads(2, 0, 1, 0)), 3, 1, 4, pads=[0, 0, 0, 0]), (6, 8)


def skips():
    net = Net("skips")  # sums that can be made in place, and sums that must not be
    block = lambda x, c: net("Add", x, net.conv(net("Relu", net.conv(x, c, c, 3)), c, c, 3))
    head = net.conv("image", 1, 6, 3)
    low = block(net.conv(head, 6, 8, 2, pads=[0] * 4, strides=[2, 2]), 8)
    up = net("Add", net("ConvTranspose", low, net.weight(8, 6, 2, 2), strides=[2, 2]), head)
    x = net("Relu", net("Add", net.conv(up, 6, 6, 3), up))  # rectified after the sum, into its own input
    twice = net("Add", x, x)
    y = net("Relu", net("Add", twice, net.conv(x, 6, 6, 1)))  # may take over twice
    z = net("Add", y, net.conv(head, 6, 6, 3))  # y is needed again
    return net, net.conv(net("Mul", y, z), 6, 1, 3), (10, 8)


def pass_through():
    """What goes in comes out: the image, or the noise level. For tests of how images are put in."""
    for name, channels, pick in (("unchanged", (1,), [1]), ("level_as_channel", (2,), [0, 1]), ("level_as_input", (1, 1), [1])):
        net = Net(name, channels)
        weight = net.constant(np.float32(pick).reshape(1, -1, 1, 1))
        written(net, net("Conv", net.inputs[-1], weight), FOLDER / f"{name}.onnx")


def written(net, output, path):
    model = net.model(output)
    checker.check_model(model)
    save(model, str(path))


def refused():
    def case(name, build, channels=(1,)):
        net = Net(name, channels)
        output = build(net)
        save(net.model(output), str(FOLDER / "refused" / f"{name}.onnx"))

    case("unknown_operator", lambda n: n("Softplus", n.conv("image", 1, 1, 3)))
    case("wrong_channels", lambda n: n.conv(n.conv("image", 1, 4, 3), 3, 1, 3))
    case("color_image", lambda n: n.conv("image", 3, 1, 3), (3,))
    case("three_inputs", lambda n: n.conv("image", 2, 1, 3), (2, 1))
    case("color_output", lambda n: n.conv("image", 1, 3, 3))
    case("half_size", lambda n: n.conv("image", 1, 1, 2, pads=[0] * 4, strides=[2, 2]))
    case("groups", lambda n: n.conv(n("Conv", n.conv("image", 1, 4, 3), n.weight(4, 2, 3, 3), group=2, pads=[1] * 4), 4, 1, 3))
    case("unknown_input", lambda n: n.conv(n("Relu", "nowhere"), 1, 1, 3))
    case("overlapping_transposed", lambda n: n("ConvTranspose", n.conv("image", 1, 4, 2, pads=[0] * 4, strides=[2, 2]),
                                               n.weight(4, 1, 4, 4), strides=[2, 2], pads=[1] * 4))
    case("smaller_output", lambda n: n.conv("image", 1, 1, 3, pads=[0] * 4))
    case("misfit_sum", lambda n: n("Add", n.conv("image", 1, 1, 3), n.conv("image", 1, 1, 3, pads=[0] * 4)))
    case("enlarged", lambda n: n("DepthToSpace", n.conv("image", 1, 4, 3), blocksize=2))
    case("constant_along_width", lambda n: n.conv(n("Mul", n.conv("image", 1, 3, 3), n.weight(3)), 3, 1, 3))
    case("idle_margin", lambda n: n.conv("image", 1, 1, 3, pads=[3, 1, 0, 1]))
    case("infinite_weight", lambda n: n("Mul", "image", n.constant(np.float32([np.inf]))))
    case("computed_weight", lambda n: n("Conv", "image", n.conv("image", 1, 1, 3)))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "refused").mkdir(parents=True)
    lines = []
    for build in (plain, tall, dilated, normalized, level, shuffled, two_inputs, margins, skips):
        net, output, (height, width) = build()
        images = [rng.standard_normal((c, height, width)) for c in net.channels]
        images = [np.float32(i).astype(np.float64) for i in images]
        written(net, output, FOLDER / f"{net.name}.onnx")
        lines.append(f"{net.name} {len(images)} {height} {width}")
        for image in (*images, net.evaluate(output, images)):
            lines.append(" ".join(f"{v:.9g}" for v in np.moveaxis(image, 0, -1).ravel()))  # [height][width][channels]
    (FOLDER / "expected.txt").write_text("\n".join(lines) + "\n")
    pass_through()
    refused()


if __name__ == "__main__":
    main()
