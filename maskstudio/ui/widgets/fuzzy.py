"""How well a few typed letters fit a phrase. Pure text, no Qt."""

_START, _RUN, _LETTER = 8.0, 5.0, 1.0  # for a letter that begins a word, follows the last hit, or just occurs
_GAP = 0.15  # taken off for each letter left out


def score(query: str, text: str) -> float:
    """How well ``query`` fits ``text``: 0 for not at all, else the higher the better.

    Every word of the query must occur as letters in order; word beginnings and runs count most, and long phrases a
    little less.
    """
    words = query.lower().split()
    scores = [_word(word, text.lower()) for word in words]
    if not scores or min(scores) <= 0:
        return 0.0
    return sum(scores) / len(scores) - len(text) * 0.01


def _word(word: str, text: str) -> float:
    """The best way of finding ``word`` in ``text``: whole at the start of a word, whole anywhere, or its letters."""
    full = len(word) * (_RUN + _LETTER)
    at = text.find(word)
    best = 0.0
    while at >= 0:
        best = max(best, full + (_START if _begins(text, at) else 0.0))
        at = text.find(word, at + 1)
    return best or max((_letters(word, text, at) for at, letter in enumerate(text) if letter == word[0]), default=0.0)


def _letters(word: str, text: str, start: int) -> float:
    """Letters in order from ``start`` on; each must begin a word or follow the one before, save for a few gaps."""
    total, last, gaps = 0.0, start - 1, 0
    for letter in word:
        at = _next(letter, text, last + 1)
        if at < 0:
            return 0.0
        gaps += at - last - 1 if not _begins(text, at) else 0
        total += _LETTER + (_START if _begins(text, at) else 0.0) + (_RUN if at == last + 1 else 0.0)
        last = at
    if gaps > 2 * len(word):
        return 0.0  # letters strewn about are no match
    return max(total - gaps * _GAP - 1.0, 0.01)


def _next(letter: str, text: str, start: int) -> int:
    """The next place of ``letter``: where the last hit goes on, else the next beginning of a word, else anywhere."""
    if text[start : start + 1] == letter:
        return start
    at = text.find(letter, start)
    first = at
    while at >= 0:
        if _begins(text, at):
            return at
        at = text.find(letter, at + 1)
    return first


def _begins(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()
