"""What language models are asked, and how a statement is read out of their answers. Pure: text in, text out.

An opinion is untrusted. Each stands between two marks that carry a fence, a token derived from the request's
seed that occurs in no text of the request, so that nothing written before the request can close it; the model is
told that what stands between the marks is never an instruction. A second token, the canary, appears nowhere but
in our own instructions: an answer that holds it recites them.

Opinions are put in an order drawn by the seed (against order bias) and fitted to a measured number of tokens.
What does not fit is named in `Prompt.left_out`; no text is ever cut.

`asking` has a function for each kind of prompt, `words` what they say, `templates` the plain texts of fine-tuning,
`fencing` and `fitting` what the paragraphs above promise, and `reading` takes answers apart.

Source of the kinds: Bakker et al. 2022, section 3.4 and appendix C (zero-shot, three examples with 3, 4 and 5
opinions, the template of supervised fine-tuning); Tessler et al. 2024 (reasoning first, revision from critiques).
The words are ours.
"""

from engine.prompts.asking import agreement, minority_report, position_statement, ranking, revision, statement
from engine.prompts.examples import built_in_examples, read_examples
from engine.prompts.fitting import PER_MESSAGE, order
from engine.prompts.model import CountTokens, Example, Message, Prompt, Style
from engine.prompts.reading import answer_form, ranking_form, read_position, read_statement
from engine.prompts.templates import REWARD_VERSION, reward_completion, reward_prompt, sft_prompt
from engine.prompts.words import PROMPT_VERSION, SCALE

__all__ = [
    "PER_MESSAGE",
    "PROMPT_VERSION",
    "REWARD_VERSION",
    "SCALE",
    "CountTokens",
    "Example",
    "Message",
    "Prompt",
    "Style",
    "agreement",
    "answer_form",
    "built_in_examples",
    "minority_report",
    "order",
    "position_statement",
    "ranking",
    "ranking_form",
    "read_examples",
    "read_position",
    "read_statement",
    "revision",
    "reward_completion",
    "reward_prompt",
    "sft_prompt",
    "statement",
]
