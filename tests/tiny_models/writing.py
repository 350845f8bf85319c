"""A Llama of 150,000 weights that a test teaches, in seconds, to write statements about one street.

Random weights write noise, which every guard drops; this one writes what its grammar allows and passes them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from engine import prompts
from engine.prompts import Prompt
from tests.tiny_models.tokenizing import make_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

QUESTION = "Should we close the street to cars?"
OPINIONS = (
    "Yes, children could play there. It would be quieter.",
    "No. Shops need deliveries in the morning.",
    "I think we should close it on Sundays first.",
    "Only if buses can still get through.",
    "Residents must be able to reach their homes by car.",
)
CONTEXT = 2_048

_GRAMMAR = (
    ("We should", "We could", "We would"),
    ("close the street to cars", "keep cars out of the street"),
    ("on Sundays", "at weekends", "on Sunday afternoons", "for a month at first"),
    ("so that children can play", "so that it gets quieter", "so that there is room to play"),
    (
        "as long as buses get through.",
        "provided that shops have their deliveries in the morning.",
        "and residents keep reaching their homes.",
        "while deliveries to the shops go on in the morning.",
    ),
)
SENTENCES = tuple(f"{who} {what} {when}, {why}, {unless}" for who, what, when, why, unless in product(*_GRAMMAR))
"""Everything that the model is taught to write."""


def make_writer(folder: Path, *, steps: int = 260, chat: bool = True) -> Path:
    """Teach a Llama to answer what Parley asks about QUESTION, and a judge's question with a number; saves it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    dice = random.Random(0)
    asked = _asked()
    tokenizer = make_tokenizer(
        [one.content for prompt, _ in asked for one in prompt.messages] + list(SENTENCES), chat=chat
    )
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps)
    prefixes = [(prompt_tokens(tokenizer, prompt), answers) for prompt, answers in asked]
    for _ in range(steps):
        rows = []
        for prefix, answers in dice.sample(prefixes, 4):
            answer = [*tokenizer(dice.choice(answers))["input_ids"], tokenizer.eos_token_id]
            rows.append((prefix, answer))
        width = max(len(prefix) + len(answer) for prefix, answer in rows)
        ids = torch.full((len(rows), width), int(tokenizer.pad_token_id))
        labels = torch.full((len(rows), width), -100)
        for at, (prefix, answer) in enumerate(rows):
            ids[at, : len(prefix) + len(answer)] = torch.tensor([*prefix, *answer])
            labels[at, len(prefix) : len(prefix) + len(answer)] = torch.tensor(answer)
        loss = model(input_ids=ids, attention_mask=(ids != tokenizer.pad_token_id).long(), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def prompt_tokens(tokenizer: PreTrainedTokenizerFast, prompt: Prompt) -> list[int]:
    """The prompt as the model gets it: through the chat template, or one message after another without one."""
    if tokenizer.chat_template is None:
        text = "\n\n".join(one.content for one in prompt.messages) + "\n\n"
    else:
        messages = [{"role": one.role, "content": one.content} for one in prompt.messages]
        text = str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _asked() -> list[tuple[Prompt, Sequence[str]]]:
    """Prompts as Parley writes them, of many orders and sizes, each with the answers to learn."""
    dice = random.Random(1)
    asked: list[tuple[Prompt, Sequence[str]]] = []
    for seed in range(24):
        held = dice.sample(OPINIONS, dice.choice((2, 3, 4, 5)))
        prompt = prompts.statement(QUESTION, held, seed=seed, room=10 * CONTEXT, count_tokens=len)
        asked += [(prompt, SENTENCES), (prompt, [json.dumps({"statement": one}) for one in SENTENCES])]
    for opinion in OPINIONS:
        for mirrored in (False, True):
            prompt = prompts.agreement(QUESTION, opinion, dice.choice(SENTENCES), mirrored=mirrored)
            asked.append((prompt, "1234567"))
    return asked
