"""Small .onnx networks made with the onnx library: what is brighter than half is the subject."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SLOPE = 20.0  # of the made networks' sigmoid: a share is 1 / (1 + exp(-SLOPE * brightness))


def bright(
    size=(64, 64), *, ending="Sigmoid", kind=TensorProto.FLOAT, pooled=1, spares=True, nodes=(), weights=(), opsets=()
):
    """A network that answers with the sigmoid of the mean of three channels, as ModelProto.

    ``ending`` replaces the last operation; ``pooled`` makes its answer smaller; ``nodes`` and ``weights`` come on top;
    ``spares`` adds an output of three channels and one like the mask.
    """
    height, width = size
    image = helper.make_tensor_value_info("photo", kind, [1, 3, height, width])
    side = [None if isinstance(each, str) else each // pooled for each in size]
    made = [
        helper.make_node("ReduceMean", ["photo"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["grey", "slope"], ["steep"]),
        helper.make_node("AveragePool", ["steep"], ["small"], kernel_shape=[pooled] * 2, strides=[pooled] * 2),
        helper.make_node(ending, ["small"], ["mask"]),
    ]
    outputs = [helper.make_tensor_value_info("mask", kind, [1, 1, *side])]
    if spares:
        made.append(helper.make_node("Neg", ["photo"], ["negative"]))
        outputs.insert(0, helper.make_tensor_value_info("negative", kind, [1, 3, height, width]))
        outputs.append(helper.make_tensor_value_info("steep", kind, [1, 1, height, width]))
    slope = numpy_helper.from_array(np.array(SLOPE, helper.tensor_dtype_to_np_dtype(kind)), "slope")
    graph = helper.make_graph([*made, *nodes], "bright", [image], outputs, [slope, *weights])
    versions = [helper.make_opsetid("", 13), *(helper.make_opsetid(domain, 1) for domain in opsets)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8)


def saved(folder, name, model, sidecar=""):
    """Write a model, and what is said beside it, into a folder of models."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    if sidecar:
        path.with_suffix(".toml").write_text(sidecar)
    return path


def outside(location, offset=None, length=None):
    """A tensor of four floats whose values are said to be in another file."""
    tensor = TensorProto(name="far", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, "offset": offset, "length": length}.items():
        if value is not None:
            tensor.external_data.append(onnx.StringStringEntryProto(key=key, value=str(value)))
    return tensor
