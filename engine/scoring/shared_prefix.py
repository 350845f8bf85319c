"""Scoring many statements after one prompt without reading the prompt again for each.

Prompts and statements stand one after another in one long sequence, without padding; every statement attends to its
own prompt and to itself, at the positions it has in a sequence of its own. A prompt's keys and values are kept for the
statements of later sequences and are copied for none. This works with decoders whose attention transformers lets us
replace; whether the scores are right for a model is for the caller to compare (`engine.scoring.reward_scorer`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.scoring.pairs import Ids, Row

if TYPE_CHECKING:
    import torch

IMPLEMENTATION = "parley_shared_prefix"


class Unshareable(Exception):
    """The model's architecture does not let a prefix be shared."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A prompt (candidate None) or a statement inside a sequence. position: of its first token in its own sequence."""

    row: int
    candidate: int | None
    ids: Ids
    position: int


def sequences(rows: Sequence[Row], most_tokens: int) -> Iterator[list[Piece]]:
    """The pieces of all rows in order, at most `most_tokens` together unless one piece alone has more."""
    pieces: list[Piece] = []
    tokens = 0
    for at, row in enumerate(rows):
        held = [Piece(at, None, row.prefix, 0)] if row.prefix else []
        held += [Piece(at, column, ids, len(row.prefix)) for column, ids in enumerate(row.suffixes)]
        for piece in held:
            if pieces and tokens + len(piece.ids) > most_tokens:
                yield pieces
                pieces, tokens = [], 0
            pieces.append(piece)
            tokens += len(piece.ids)
    if pieces:
        yield pieces


class SharedPrefix:
    """Scores rows with a decoder, each prefix computed once; holds the keys and values of one prefix between calls."""

    def __init__(self, model: Any, most_tokens: int) -> None:
        """Makes `model` attend our way from now on. Raises Unshareable where it cannot."""
        from transformers import AttentionInterface

        AttentionInterface.register(IMPLEMENTATION, _attend)
        try:
            model.set_attn_implementation(IMPLEMENTATION)
            self._head = model.score
        except (ValueError, AttributeError, NotImplementedError) as problem:
            raise Unshareable(str(problem)) from None
        self._model = model
        self._most_tokens = most_tokens
        self._padding = model.config.get_text_config().pad_token_id
        self._attention = Attention()

    def scores(self, rows: Sequence[Row]) -> list[list[float]]:
        """[members, candidates], each as the model gives it for the pair's whole sequence alone."""
        import torch

        found = [[float("nan")] * len(row.suffixes) for row in rows]
        for pieces in sequences(rows, self._most_tokens):
            ids = [token for piece in pieces for token in piece.ids]
            positions = [piece.position + at for piece in pieces for at in range(len(piece.ids))]
            self._attention.pieces = pieces
            hidden = self._model.base_model(
                input_ids=torch.tensor([ids], device=self._model.device),
                position_ids=torch.tensor([positions], device=self._model.device),
                use_cache=False,
                pieces=self._attention,
            ).last_hidden_state
            start, ends, cells = 0, [], []
            for piece in pieces:
                if piece.candidate is not None:
                    ends.append(start + self._read_at(piece.ids))
                    cells.append((piece.row, piece.candidate))
                start += len(piece.ids)
            if cells:
                values = self._head(hidden[0, ends])[:, 0].float().tolist()
                for (row, column), value in zip(cells, values, strict=True):
                    found[row][column] = value
        self._attention.held.clear()
        return found

    def _read_at(self, ids: Ids) -> int:
        """Where transformers reads the score: at the last token that is not the padding one."""
        at = len(ids) - 1
        while self._padding is not None and ids[at] == self._padding:
            if at == 0:
                raise Unshareable("a statement consists of padding")
            at -= 1
        return at


class Attention:
    """The attention of one sequence of pieces, for every layer."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.held: dict[int, tuple[int, torch.Tensor, torch.Tensor]] = {}
        """By layer: the row whose prefix was seen last, with its keys and values [1, heads, tokens, size]."""
        self._masks: dict[int | None, torch.Tensor] = {}

    def __call__(
        self,
        layer: int,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        scaling: float | None,
        window: int | None,
    ) -> torch.Tensor:
        """[1, tokens, heads, size]."""
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        out = query.new_empty(1, query.shape[2], query.shape[1], value.shape[-1])
        grouped = query.shape[1] != key.shape[1]
        start = 0
        for piece in self.pieces:
            end = start + len(piece.ids)
            own_query, own_key, own_value = (one[:, :, start:end] for one in (query, key, value))
            if piece.candidate is None:
                self.held[layer] = (piece.row, own_key, own_value)
            elif piece.position:
                row, first_key, first_value = self.held[layer]
                if row != piece.row:
                    raise ValueError("a prefix stands before its suffixes")
                own_key = torch.cat((first_key, own_key), 2)
                own_value = torch.cat((first_value, own_value), 2)
            before = own_key.shape[2] - own_query.shape[2]
            plain = not before and (window is None or own_key.shape[2] <= window)
            attended = scaled_dot_product_attention(
                own_query,
                own_key,
                own_value,
                attn_mask=None if plain else self._mask(before, end - start, window, query),
                is_causal=plain,
                scale=scaling,
                enable_gqa=grouped,
            )
            out[:, start:end] = attended.transpose(1, 2)
            start = end
        if self.pieces[-1].row == self.held.get(layer, (-1,))[0]:  # let go of the sequence it is a part of
            row, first_key, first_value = self.held[layer]
            self.held[layer] = (row, first_key.clone(), first_value.clone())
        return out

    def _mask(self, before: int, own: int, window: int | None, like: torch.Tensor) -> torch.Tensor:
        """[own, before + own], 0 where a token may look and minus infinity elsewhere; a part of one that is kept."""
        import torch

        kept = self._masks.get(window)
        most_before, most_own = (kept.shape[1] - kept.shape[0], kept.shape[0]) if kept is not None else (0, 0)
        if kept is None or before > most_before or own > most_own:
            most_before, most_own = max(before, most_before), max(own, most_own)
            at = torch.arange(most_own, device=like.device)[:, None] + most_before
            seen = torch.arange(most_before + most_own, device=like.device)[None, :]
            hidden = (seen > at) if window is None else (seen > at) | (seen <= at - window)
            kept = torch.zeros(hidden.shape, dtype=like.dtype, device=like.device).masked_fill_(hidden, float("-inf"))
            self._masks[window] = kept
        return kept[:own, most_before - before : most_before + own]


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    pieces: Attention | None = None,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls in every layer."""
    unknown = [name for name in ("softcap", "s_aux", "position_bias") if others.get(name) is not None]
    if pieces is None or unknown or attention_mask is not None or not getattr(module, "is_causal", False):
        raise Unshareable(f"{type(module).__name__} attends in a way of its own")
    layer = getattr(module, "layer_idx", None)
    if layer is None or query.shape[2] != key.shape[2]:
        raise Unshareable(f"{type(module).__name__} does not say which layer it is")
    return pieces(int(layer), query, key, value, scaling, sliding_window), None
