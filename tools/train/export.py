"""Writes a trained network as ONNX, operator by operator: input "image" [1, 2, H, W] (pixels, noise level), output the clean image, about in [0, 1]."""

import numpy as np
import torch
from onnx import TensorProto, checker, helper, numpy_helper, save


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def add(self, operator, inputs, weight=None, **attributes):
        name = f"{operator.lower()}_{len(self.nodes)}"
        if weight is not None:
            self.weights.append(numpy_helper.from_array(np.ascontiguousarray(weight.detach().numpy()), name + "_weight"))
            inputs = [*inputs, name + "_weight"]
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, layer):
        size, stride = layer.kernel_size[0], layer.stride[0]
        return self.add("Conv", [x], layer.weight, kernel_shape=[size, size], strides=[stride, stride], pads=[layer.padding[0]] * 4)

    def up(self, x, layer):
        return self.add("ConvTranspose", [x], layer.transposed_weight(), kernel_shape=[2, 2], strides=[2, 2])

    def block(self, x, block):
        inner = self.add("Relu", [self.conv(x, block.first)])
        return self.add("Add", [x, self.conv(inner, block.second)])


def fast(graph, net, image):
    head = graph.conv(graph.add("SpaceToDepth", [image], blocksize=2), net.head)
    encoded = graph.block(graph.conv(head, net.down1), net.encode)
    middle = graph.conv(encoded, net.down2)
    for block in net.middle:
        middle = graph.block(middle, block)
    decoded = graph.block(graph.add("Add", [graph.up(middle, net.up2), encoded]), net.decode)
    last = graph.block(graph.add("Add", [graph.up(decoded, net.up1), head]), net.last)
    return graph.add("DepthToSpace", [graph.conv(last, net.tail)], blocksize=2, mode="CRD")


def dncnn(graph, net, image):
    h = image
    for layer in net.hidden:
        h = graph.add("Relu", [graph.conv(h, layer)])
    noise = graph.conv(h, net.tail)
    pick = net.tail.weight.new_tensor([1.0, 0.0]).view(1, 2, 1, 1)
    return graph.add("Sub", [graph.add("Conv", [image], pick, kernel_shape=[1, 1]), noise])


def write(name, net, path):
    graph = Graph()
    # Trained around zero, where zero padding is neutral; what is put in lies around 0.5, as ONNX denoisers expect.
    centered = graph.add("Sub", ["image"], torch.tensor([0.5, 0.0]).view(1, 2, 1, 1))
    output = graph.add("Add", [{"fast": fast, "dncnn": dncnn}[name](graph, net, centered)], torch.tensor([0.5]))
    tensor = lambda name, channels: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, "height", "width"])
    model = helper.make_model(
        helper.make_graph(graph.nodes, name, [tensor("image", 2)], [tensor(output, 1)], graph.weights),
        producer_name="phasecast", opset_imports=[helper.make_opsetid("", 13)])
    checker.check_model(model)
    save(model, str(path))
