"""Models from GGUF files, written here by the gguf package's own writer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from unghost import Prompt, UnghostError
from unghost.generate.load import load_model
from unghost.generate.local import TransformersGenerator
from unghost.records import Message, Sampling

LAYER = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
OUTER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
TEMPLATE = "{% for m in messages %}[{{ m.content }}]{% endfor %}"


@pytest.fixture(scope="module")
def model(byte_level: Any) -> Any:
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(byte_level),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=False,
        initializer_range=0.3,
        eos_token_id=1,
        pad_token_id=0,
        bos_token_id=None,
    )
    return Qwen2ForCausalLM(config).eval()


def gguf_name(name: str) -> str:
    stem, kind = name.rsplit(".", 1)
    if stem in OUTER:
        return f"{OUTER[stem]}.{kind}"
    _, _, number, rest = stem.split(".", 3)
    return f"blk.{number}.{LAYER[rest]}.{kind}"


def write(
    path: Path, model: Any, tokenizer: Any, *, arch: str = "qwen2", packed: bool = False
) -> Path:
    config, writer = model.config, gguf.GGUFWriter(path, arch)
    writer.add_name("tiny")
    writer.add_context_length(256)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    parts = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    words = sorted(parts["vocab"], key=parts["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(words)
    writer.add_token_types([3, 3] + [1] * (len(words) - 2))
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in parts["merges"]])
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(0)
    writer.add_chat_template(TEMPLATE)
    for name, weight in model.state_dict().items():
        values = weight.float().numpy()
        if packed and values.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q4_0
            writer.add_tensor(gguf_name(name), gguf.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(name), values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_gguf_file_is_the_model_that_it_was_written_from(
    tmp_path: Path, model: Any, byte_level: Any
) -> None:
    path = write(tmp_path / "tiny.gguf", model, byte_level)
    loaded = load_model(str(path), device="cpu")
    assert loaded.model_id.startswith("tiny@")
    assert loaded.model_id.endswith(" from F32 GGUF")
    assert loaded.model_id.split("@")[1] == load_model(str(tmp_path)).model_id.split("@")[1]
    ids = torch.tensor([byte_level("pip install requests")["input_ids"]])
    torch.testing.assert_close(loaded.model(ids).logits, model(ids).logits, atol=1e-4, rtol=1e-4)
    assert loaded.tokenizer("pip install requests")["input_ids"] == ids[0].tolist()
    assert loaded.tokenizer.chat_template == TEMPLATE
    prompt = Prompt("p", "t", (Message("user", "pip"),), "packages", "x", "f", "o", "heldout")
    generator = TransformersGenerator(loaded.model, loaded.tokenizer, model_id="m")
    (answer,) = generator.generate([prompt], Sampling(max_new_tokens=8))
    assert answer.token_ids
    loaded.model.save_pretrained(tmp_path / "saved")
    assert (tmp_path / "saved" / "model.safetensors").is_file()


def test_a_quantized_file_is_unpacked_and_named(
    tmp_path: Path, model: Any, byte_level: Any
) -> None:
    path = write(tmp_path / "tiny.gguf", model, byte_level, packed=True)
    loaded = load_model(str(path), device="cpu")
    assert loaded.model_id.endswith(" from Q4_0 GGUF")
    ours = loaded.model.get_output_embeddings().weight
    theirs = model.get_output_embeddings().weight
    assert 0 < (ours - theirs).abs().max() < 0.2
    fastest = load_model(str(path), device="cpu", dtype="fastest")
    assert fastest.dtype.split()[0] in ("fp32", "bf16")
    assert "measured" in fastest.dtype


def test_files_that_are_no_models_are_one_line(tmp_path: Path, model: Any, byte_level: Any) -> None:
    path = write(tmp_path / "tiny.gguf", model, byte_level)
    whole = path.read_bytes()
    for size in (0, 3, 20, len(whole) // 8, len(whole) // 2, len(whole) - 64):
        path.write_bytes(whole[:size])
        with pytest.raises(UnghostError, match=r"tiny\.gguf is damaged or no GGUF") as caught:
            load_model(str(path))
        assert "\n" not in str(caught.value)
    path.write_bytes(b"PK" + whole)
    with pytest.raises(UnghostError, match="is damaged or no GGUF"):
        load_model(str(path))
    write(path, model, byte_level, arch="nosuch")
    with pytest.raises(UnghostError, match="cannot load the model") as caught:
        load_model(str(path))
    assert "\n" not in str(caught.value)


def test_a_folder_with_several_files_asks_which(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.gguf").write_bytes(b"GGUF")
    with pytest.raises(UnghostError, match="holds 2 GGUF files: name one"):
        load_model(str(tmp_path))
