"""Invented moments of a year, as text."""

from labelstore.samples.dice import Dice


def second(dice: Dice, year: int) -> str:
    """A moment up to the seconds, `2023-05-16T11:50:48`."""
    date = f"{year}-{dice.between(1, 12):02}-{dice.between(1, 28):02}"
    return f"{date}T{dice.between(0, 23):02}:{dice.between(0, 59):02}:{dice.between(0, 59):02}"


def rounded(dice: Dice, year: int) -> str:
    """With an offset and milliseconds of zero, as v2 writes most."""
    return f"{second(dice, year)}.000+00:00"


def created_and_updated(dice: Dice, year: int) -> tuple[str, str]:
    """Two moments of one second as v2 writes them, the later one with real milliseconds."""
    at = second(dice, year)
    return f"{at}.000+00:00", f"{at}.{dice.between(1, 999):03}+00:00"
