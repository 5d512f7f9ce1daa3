"""Graphs of .onnx files, read and cut without the onnx package: against that package, and broken at every place."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from maskstudio.jobs import Token
from maskstudio.providers.local.networks import onnxgraph, onnxsession
from tests.madenets import bright, outside, saved


def test_what_is_hidden_in_inner_graphs_is_found():
    inner = helper.make_graph(
        [helper.make_node("Steal", [], ["out"], domain="evil")], "in", [],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [4])], [outside("/far")],
    )  # fmt: skip
    constant = helper.make_node("Constant", [], ["far2"], value=outside("../constant"))
    branch = helper.make_node("If", ["yes"], ["far"], then_branch=inner, else_branch=inner)
    found = onnxgraph.needs(bright(nodes=[branch, constant]).SerializeToString())
    assert found.strange == ("evil",)
    assert {each.location for each in found.outside} == {"/far", "../constant"}


def test_spare_outputs_are_cut_off(tmp_path):
    path = saved(tmp_path, "lamp", bright())
    network = onnxsession.opened(path, lambda content: ("mask",))
    assert [each.name for each in network.session.get_outputs()] == ["mask"]
    photo = np.random.default_rng(2).uniform(-0.5, 0.5, (1, 3, 64, 64)).astype(np.float32)
    (ours,) = network.run({"photo": photo}, Token())
    (theirs,) = onnxruntime.InferenceSession(path.read_bytes()).run(["mask"], {"photo": photo})
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_large_graph_is_cut_to_what_onnx_itself_would_leave():
    import onnx

    model = bright()
    ours = onnx.load_from_string(onnxgraph.cut(model.SerializeToString(), ("mask",)))
    kept = [each for each in model.graph.output if each.name == "mask"]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    assert ours == model
    with pytest.raises(onnxgraph.DamagedGraph):
        onnxgraph.cut(model.SerializeToString(), ("nobody",))


def test_every_prefix_of_a_file_is_refused_without_an_error_of_another_kind():
    content = bright().SerializeToString()
    for length in range(len(content)):
        try:
            onnxgraph.ports(content[:length])
            onnxgraph.needs(content[:length])
        except onnxgraph.DamagedGraph:
            continue
