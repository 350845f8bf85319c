"""Soaks: the real bot, in a process of its own, under hours of a busy group's traffic in minutes."""
