"""Small .onnx pairs of the SAM layout made with the onnx library: what has the colour of the click is selected."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.providers.local.local import Local

SCORES = (0.1, 0.6, 0.9, 0.7)  # of the made decoders' four masks
NEAR = (144.0, 0.0, 144.0, 200.0)  # how far a colour may be from the click's, summed over the channels, for each mask


def raw_encoder(side=1024, cell=16):
    """An encoder that takes (H, W, 3) from 0 to 255, and fills up its square itself: means of cells, (1, 3, n, n)."""
    photo = helper.make_tensor_value_info("input_image", TensorProto.FLOAT, ["height", "width", 3])
    nodes = [
        helper.make_node("Transpose", ["input_image"], ["planes"], perm=[2, 0, 1]),
        helper.make_node("Unsqueeze", ["planes", "first"], ["batch"]),
        helper.make_node("Shape", ["batch"], ["shape"]),
        helper.make_node("Sub", ["square", "shape"], ["missing"]),
        helper.make_node("Concat", ["before", "missing"], ["pads"], axis=0),
        helper.make_node("Pad", ["batch", "pads"], ["padded"]),
        helper.make_node("AveragePool", ["padded"], ["image_embeddings"], kernel_shape=[cell] * 2, strides=[cell] * 2),
    ]
    constants = {"first": [0], "square": [1, 3, side, side], "before": [0, 0, 0, 0]}
    count = side // cell
    out = helper.make_tensor_value_info("image_embeddings", TensorProto.FLOAT, [1, 3, count, count])
    return model(nodes, [photo], [out], {name: np.array(value, np.int64) for name, value in constants.items()})


def square_encoder(side=64, spare=True):
    """An encoder of SAM 2's layout: a normalised square, three maps, of which two are finer; and one more output."""
    photo = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side])
    nodes = [
        helper.make_node("AveragePool", ["image"], ["image_embed"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Identity", ["image"], ["high_res_feats_0"]),
        helper.make_node("AveragePool", ["image"], ["high_res_feats_1"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Neg", ["image"], ["spare"]),
    ]
    sizes = {"high_res_feats_0": side, "high_res_feats_1": side // 2, "image_embed": side // 4, "spare": side}
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, size, size]) for name, size in sizes.items()
    ]
    return model(nodes, [photo], outputs if spare else outputs[:3], {})


def decoder(side=1024, count=64, *, finer=False, scale=1.0):
    """A decoder: the cells whose colour is near that at the first point, four times, each with another tolerance.

    ``finer`` is SAM 2's layout, whose colour is looked up in the finest map; ``scale`` divides the tolerances.
    """
    looked = "high_res_feats_0" if finer else "image_embeddings"
    inputs = {looked: [1, 3, count, count], "point_coords": [1, "n", 2], "point_labels": [1, "n"]}
    inputs |= {"mask_input": [1, 1, 256, 256], "has_mask_input": [1]}
    if finer:
        inputs |= {"high_res_feats_1": [1, 3, count // 2, count // 2], "image_embed": [1, 3, count // 4, count // 4]}
    else:
        inputs |= {"orig_im_size": [2]}
    nodes = [
        helper.make_node("Gather", ["point_coords", "zero"], ["at"], axis=1),
        helper.make_node("Add", ["at", "half"], ["middle"]),
        helper.make_node("Div", ["middle", "cell"], ["cells"]),
        helper.make_node("Floor", ["cells"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["index"], to=TensorProto.INT64),
        helper.make_node("Gather", ["index", "one"], ["row"], axis=1),
        helper.make_node("Gather", ["index", "zero"], ["column"], axis=1),
        helper.make_node("Squeeze", ["row"], ["y"]),
        helper.make_node("Squeeze", ["column"], ["x"]),
        helper.make_node("Gather", [looked, "y"], ["line"], axis=2),
        helper.make_node("Gather", ["line", "x"], ["flat"], axis=2),
        helper.make_node("Unsqueeze", ["flat", "sides"], ["colour"]),
        helper.make_node("Sub", [looked, "colour"], ["differs"]),
        helper.make_node("Abs", ["differs"], ["by"]),
        helper.make_node("ReduceSum", ["by", "one_axis"], ["far"], keepdims=1),
        helper.make_node("Sub", ["near", "far"], ["low_res_masks" if not finer else "masks"]),
        helper.make_node("Identity", ["scores"], ["iou_predictions"]),
    ]
    if not finer:
        nodes.append(helper.make_node("Neg", ["low_res_masks"], ["masks"]))  # of the photo's size in real ones
    constants = {
        "zero": np.array(0, np.int64), "one": np.array(1, np.int64), "one_axis": np.array([1], np.int64),
        "half": np.array(0.5, np.float32), "cell": np.array(side / count, np.float32),
        "sides": np.array([2, 3], np.int64), "scores": np.array([SCORES], np.float32),
        "near": (np.array(NEAR, np.float32) / scale).reshape(1, 4, 1, 1),
    }  # fmt: skip
    nodes[0].input[1], nodes[5].input[1], nodes[6].input[1] = "zero", "one_row", "zero_row"
    constants |= {"one_row": np.array(1, np.int64), "zero_row": np.array(0, np.int64)}
    nodes[5].attribute[0].i = nodes[6].attribute[0].i = 1  # of (1, 2), once the point is chosen
    masks = helper.make_tensor_value_info("masks", TensorProto.FLOAT, [1, 4, count, count])
    scores = helper.make_tensor_value_info("iou_predictions", TensorProto.FLOAT, [1, 4])
    outputs = [masks, scores]
    if not finer:
        outputs.append(helper.make_tensor_value_info("low_res_masks", TensorProto.FLOAT, [1, 4, count, count]))
    fed = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    return model(nodes, fed, outputs, constants)


def model(nodes, inputs, outputs, constants):
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "sam", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def saved_pair(folder, name, encoder, its_decoder):
    """Write a pair into a folder of models."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, each in (("encoder", encoder), ("decoder", its_decoder)):
        (folder / f"{name}.{part}.onnx").write_bytes(each.SerializeToString())


def scene(width, height):
    """A red rectangle and a blue one on grey, and where the red one is."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    truth = np.zeros((height, width), bool)
    truth[height // 4 : height * 3 // 4, width // 8 : width // 2] = True
    pixels[truth] = (220, 30, 30)
    pixels[height // 4 : height * 3 // 4, width * 5 // 8 : width * 7 // 8] = (30, 30, 220)
    return pixels, truth


def overlap(mask, truth):
    inside = mask.array() > 127
    return np.count_nonzero(inside & truth) / np.count_nonzero(inside | truth)


def opened(pixels, name="tiny", token=None):
    return Local().open_selector(Image(pixels), name, token or Token())
