"""Times of audio in words."""


def clock(ms: int) -> str:
    """Milliseconds as minutes and seconds: 83500 is 1:23.5; with hours from 3600 seconds on."""
    minutes, rest = divmod(abs(ms), 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:06.3f}".rstrip("0").rstrip(".")
    return ("-" if ms < 0 else "") + (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{seconds}"
