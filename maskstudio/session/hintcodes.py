"""The codes that can be painted into a trimap (``matting.hints``), for callers that begin such a stroke."""

from maskstudio.matting.hints import HINT_BACKGROUND, HINT_FOREGROUND, HINT_MASK, HINT_UNKNOWN

__all__ = ["HINT_BACKGROUND", "HINT_FOREGROUND", "HINT_MASK", "HINT_UNKNOWN", "NO_HINT"]

NO_HINT = 0
