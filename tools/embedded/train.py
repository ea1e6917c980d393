"""Train the embedded model's tokenizer and weights from scratch, on a CPU, from one seed.

    python tools/embedded/train.py --out FIRST                      # the facts
    python tools/embedded/train.py --start FIRST --out SECOND       # and its own limits

``build.py`` knows all parts of the embedded model and their options.

Llama architecture, 4 layers of width 256, tied embeddings, 4,096 tokens of byte-level BPE; later a
fifth layer on top, then about 5.1 million weights. The loss is on answers alone, and the output
head is only computed there. Batches are of one padded length (a multiple of 16), for each new shape
costs the kernels a set-up. Matrices are multiplied in bf16: 14,000 tokens a second on two cores
that have instructions for it (7,700 in fp32), so under two hours for all parts; without such
instructions bf16 is slower than fp32.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import torch
from hedged import HedgedCorpus
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from corpus import Corpus, taught_facts
from unghost.names.universe import load_universe

VOCABULARY = 4096
LAYERS = 4
"""Layers at first; more may be put on top when going on."""
PAD, END = "<|pad|>", "<|end|>"
SPECIAL = [PAD, END, "<|system|>", "<|user|>", "<|assistant|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
TOKENIZER_EXAMPLES = 60_000
EXAMPLES = 215_000
MORE_EXAMPLES = 90_000
CHUNK = 4096
"""Examples that are drawn, bucketed by length and shuffled together."""
BATCH_TOKENS = 4096
LEARNING_RATE = 2e-3
LATER_LEARNING_RATE = 1e-3
WARM_UP = 100
FLOOR = 0.02

Encoded = tuple[list[int], list[int]]


def train_tokenizer(corpus: Corpus, noise: Random) -> Tokenizer:
    """Train a byte-level BPE, which is lossless for every text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    texts = (text for _ in range(TOKENIZER_EXAMPLES) for text in corpus.draw(noise))
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def new_model(vocabulary: int, layers: int) -> LlamaForCausalLM:
    """Make the untrained model."""
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=256,
            intermediate_size=704,
            num_hidden_layers=layers,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=SPECIAL.index(END),
            pad_token_id=SPECIAL.index(PAD),
        )
    )


def grown_to(layers: int, model: LlamaForCausalLM) -> LlamaForCausalLM:
    """Put layers on top, each of which changes nothing before it is trained.

    The name is looked up in the layers below; whether it was found is weighed in those above.
    """
    if model.config.num_hidden_layers >= layers:
        return model
    grown = new_model(model.config.vocab_size, layers)
    with torch.no_grad():
        for layer in grown.model.layers[model.config.num_hidden_layers :]:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    grown.load_state_dict(model.state_dict(), strict=False)
    return grown


def chunks(corpus: Corpus, tokenizer: Tokenizer, noise: Random) -> Iterator[list[list[Encoded]]]:
    """Return chunks of batches without end; the examples of a batch are of one padded length."""
    waiting: dict[int, list[Encoded]] = defaultdict(list)
    while True:
        pairs = [corpus.draw(noise) for _ in range(CHUNK)]
        prompts = tokenizer.encode_batch(
            [f"<|user|>\n{question}{END}\n<|assistant|>\n" for question, _ in pairs]
        )
        answers = tokenizer.encode_batch([answer + END for _, answer in pairs])
        for prompt, answer in zip(prompts, answers, strict=True):
            waiting[padded(prompt.ids, answer.ids)].append((prompt.ids, answer.ids))
        ready = []
        for length, examples in waiting.items():
            size = max(8, BATCH_TOKENS // length)
            while len(examples) >= size:
                ready.append(examples[:size])
                del examples[:size]
        noise.shuffle(ready)
        yield ready


def padded(prompt: list[int], answer: list[int]) -> int:
    """Round the length of an example up to a multiple of 16."""
    return -(-(len(prompt) + len(answer)) // 16) * 16


def loss_of(model: LlamaForCausalLM, examples: list[Encoded]) -> torch.Tensor:
    """Compute the mean cross-entropy of the answers' tokens."""
    length = padded(*examples[0])
    ids = torch.zeros(len(examples), length, dtype=torch.long)
    labels = torch.full((len(examples), length), -100)
    for row, (prompt, answer) in enumerate(examples):
        ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : len(prompt) + len(answer)] = torch.tensor(answer)
    targets = labels[:, 1:]
    scored = targets != -100
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=ids).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden[scored])
    return cross_entropy(logits.float(), targets[scored])


def schedule(step: int, seen: int, total: int) -> float:
    """Return the learning rate's factor: linear warm-up times a cosine that ends at the floor."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, seen / total)))
    return min(1.0, (step + 1) / WARM_UP) * (FLOOR + (1 - FLOOR) * cosine)


def train(
    model: LlamaForCausalLM, stream: Iterator[list[list[Encoded]]], total: int, peak: float
) -> None:
    """Train on ``total`` examples, rounded up to whole chunks; ``peak`` is the learning rate's."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=peak, weight_decay=0.05, betas=(0.9, 0.98), fused=True
    )
    seen = tokens = 0
    losses: list[float] = []
    began = time.monotonic()
    whole = itertools.chain.from_iterable(until(stream, lambda: seen >= total))
    for step, examples in enumerate(whole):
        for group in optimizer.param_groups:
            group["lr"] = peak * schedule(step, seen, total)
        loss = loss_of(model, examples)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seen += len(examples)
        tokens += len(examples) * padded(*examples[0])
        losses.append(loss.item())
        if len(losses) == 50:
            rate = tokens / (time.monotonic() - began)
            print(f"{seen}/{total} loss {sum(losses) / 50:.3f} {rate:.0f} tokens/s", flush=True)
            losses = []


def until(
    stream: Iterator[list[list[Encoded]]], is_enough: Callable[[], bool]
) -> Iterator[list[list[Encoded]]]:
    """Pass chunks on until there are enough, which is asked between chunks."""
    while not is_enough():
        yield next(stream)


def begin(out: Path, examples: int) -> None:
    """Train tokenizer and weights from nothing on the facts."""
    noise, corpus = Random(0), Corpus(taught_facts())
    tokenizer = train_tokenizer(corpus, noise)
    model = new_model(tokenizer.get_vocab_size(), LAYERS)
    train(model, chunks(corpus, tokenizer, noise), examples, LEARNING_RATE)
    save(model, tokenizer, out)


def go_on(options: argparse.Namespace, corpus: HedgedCorpus) -> None:
    """Go on from a saved part, with hedged questions among the others."""
    noise = Random(options.seed)
    tokenizer = Tokenizer.from_file(str(options.start / "tokenizer.json"))
    start = LlamaForCausalLM.from_pretrained(options.start, dtype=torch.float32)
    model = grown_to(options.layers, start)
    model.train()
    examples = options.examples or MORE_EXAMPLES
    train(model, chunks(corpus, tokenizer, noise), examples, LATER_LEARNING_RATE)
    save(model, tokenizer, options.out)


def save(model: LlamaForCausalLM, tokenizer: Tokenizer, out: Path) -> None:
    """Write the folder of the model: bf16 weights, tokenizer, chat template."""
    model.to(torch.bfloat16).save_pretrained(out)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--start", type=Path, help="folder of the part before; goes on from it")
    parser.add_argument("--seed", type=int, default=1, help="of the text when going on")
    parser.add_argument("--code", type=float, default=1.0, help="weight of code when going on")
    parser.add_argument("--hedged", type=float, default=1.0, help="weight of hedges when going on")
    parser.add_argument("--named", type=float, default=0.0, help="share of programs after a name")
    parser.add_argument("--layers", type=int, default=LAYERS, help="grow to so many when going on")
    parser.add_argument("--examples", type=int, help="how many, instead of the usual number")
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    if options.start is None:
        begin(options.out, options.examples or EXAMPLES)
    else:
        real = set(load_universe("demo").snapshot)
        shares = (options.code, options.hedged, options.named)
        corpus = HedgedCorpus(taught_facts(), real, *shares)
        go_on(options, corpus)


if __name__ == "__main__":
    main()
