"""The words after `/consensus`, the same on every platform."""

from bot.commands.forgetting import Forget, Forgetting
from bot.commands.hiding import Hiding
from bot.commands.moderating import Moderating
from bot.commands.opening import Opening
from bot.commands.reading import Reading

__all__ = ["Forget", "Forgetting", "Hiding", "Moderating", "Opening", "Reading"]
