"""The words after `/consensus`, the same on every platform."""

from bot.commands.forgetting import Forgetting
from bot.commands.hiding import Hiding
from bot.commands.moderating import Moderating
from bot.commands.opening import Opening
from bot.commands.reading import Reading

__all__ = ["Forgetting", "Hiding", "Moderating", "Opening", "Reading"]
