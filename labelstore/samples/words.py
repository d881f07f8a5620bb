"""Invented prose: asset texts, free-text answers, messages; with letters from outside ASCII and the BMP."""

from labelstore.samples.dice import Dice

SENTENCES = (
    "The light at the corner turned green before the tram arrived.",
    "Größe und Höhe stimmen nicht mit dem Plan überein.",
    "Nothing to report.",
    "Le café d'à côté était fermé à midi.",
    'She said "leave it \\ as it is", and left.',
    "温度が高すぎるので、明日もう一度測ります。",
    "Two of the crates were open; a third was missing.",
    "Проверка закончена без замечаний.",
    "The screen shows 12 < 15 & 3 > 2 🙂.",
    "It rained for an hour, then the road was dry again.",
    "Line one.\nLine two after a break.",
    "Please look at page 4, paragraph 2.",
    "الباب مفتوح",
    "A tab\tbetween two words.",
)
NOTES = (*SENTENCES[:6], "ok", "unsure: partly hidden 🤔", "", "see <b>bold</b> & 'quoted'", "x")


def prose(dice: Dice, sentences: int) -> str:
    """A text of so many sentences."""
    return " ".join([dice.pick(SENTENCES) for _ in range(sentences)])


def span(dice: Dice, text: str) -> tuple[int, int]:
    """Start and end offsets of a piece of the text. `end` is inclusive: one character has two equal ones."""
    start = dice.between(0, len(text) - 1)
    return start, min(len(text) - 1, start + dice.between(0, 24))
