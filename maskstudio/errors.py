"""The errors maskstudio raises on purpose. Each text is one sentence fit to show to a user; the cause goes to the log.

* MaskStudioError
    * BadInput              what was given cannot be used (exit status 2)
        * BadImage          not an image, damaged, or of an unknown format
        * TooLarge          larger than the limit for images; the limit can be raised by the user
        * BadMask           a mask that does not fit its image
        * BadProject        a project file that is damaged, of a newer version or not to be trusted
        * OverOriginal      a result that would replace a file it was made from
        * BadParameter      a value outside its declared range
        * UnknownModel      no model of that name
    * Failed                a valid request that could not be carried out (exit status 1)
        * CannotRead        the file or folder is missing or not readable
        * CannotWrite       the target cannot be written, or the disk is full
            * ChangedElsewhere  another program has changed, moved or removed the file since we read or wrote it
        * ModelUnavailable  the model's file is missing, unverified or not supported here
        * Untrusted         a weight file that could run code and was not trusted by the user
        * ProviderFailed    a provider gave up
            * Unreachable       no connection, or none that lasted; nothing is known to have been done
            * KeyNeeded         no key, or one that the service does not accept
            * PaymentNeeded     the service wants money first: a top-up, a token, a payment
            * Busy              too many requests; it may work later
            * BadAnswer         an answer that is damaged, unsafe, too large or of the wrong size
            * Unclear           the connection broke after paid work was requested: it may be charged
            * CapReached        it would exceed the user's own spending cap or the agreed price
            * NotAgreed         the user did not agree that pixels leave this machine
    * Cancelled             the user stopped it; never shown as an error
    * Interrupted           the program was stopped (exit status 130)

Boundaries (files, providers) translate low-level exceptions into this tree; no other code catches broadly.
"""

from pathlib import Path

from maskstudio.names import shown


class MaskStudioError(Exception):
    """Base of all our errors. ``exit_code`` is the exit status of the command line.

    ``sentence`` may contain file names unchanged: they are made safe to show here, once for all. ``again`` is the id of
    a result that was paid for and can be fetched; empty if there is none.
    """

    exit_code = 1
    again = ""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(shown(sentence))


class BadInput(MaskStudioError):
    """Input that cannot be used; nothing was changed."""

    exit_code = 2


class BadImage(BadInput):
    """A file that is not a readable image."""


class TooLarge(BadInput):
    """An image above the pixel limit. Nothing was decoded."""


class BadMask(BadInput):
    """A mask whose size or type does not fit."""


class BadProject(BadInput):
    """A project file or a journal that is damaged, of a newer version, or not to be trusted; nothing was opened."""


class OverOriginal(BadInput):
    """A result that was to replace the photo or the project it was made from; nothing was written."""

    def __init__(self, sentence: str, path: Path) -> None:
        super().__init__(sentence)
        self.path = path


class BadParameter(BadInput):
    """A parameter value outside its declared range or of the wrong type."""


class UnknownModel(BadInput):
    """An unknown model name."""


class Failed(MaskStudioError):
    """A valid request that could not be carried out."""


class CannotRead(Failed):
    """A file or folder that is missing or may not be read."""

    exit_code = 2


class CannotWrite(Failed):
    """A target that could not be written; no partial file is left."""


class ChangedElsewhere(CannotWrite):
    """Another program has changed, moved or removed the file ``path`` since we read or wrote it."""

    def __init__(self, sentence: str, path: Path) -> None:
        super().__init__(sentence)
        self.path = path


class ModelUnavailable(Failed):
    """A known model that cannot run now on this machine; the text says why and what to do."""


class Untrusted(Failed):
    """A weight file that may contain code and has not been trusted by the user."""


class ProviderFailed(Failed):
    """A provider could not finish its work."""


class Unreachable(ProviderFailed):
    """No connection to a service, or none that lasted; nothing is known to have been done there."""


class KeyNeeded(ProviderFailed):
    """A service needs a key: there is none, or it does not accept this one."""


class PaymentNeeded(ProviderFailed):
    """A service demands a payment before it continues. Nothing is paid without the user's consent."""


class Busy(ProviderFailed):
    """A service accepts no more requests for now."""


class BadAnswer(ProviderFailed):
    """A service's answer that is damaged, unsafe, too large or of the wrong size; it was not used."""


class Unclear(ProviderFailed):
    """The connection broke after paid work was requested; it is not repeated automatically."""


class CapReached(ProviderFailed):
    """It would exceed the user's own spending cap or the agreed price; nothing was sent or paid."""


class NotAgreed(ProviderFailed):
    """The user did not agree that pixels leave this machine; nothing was sent."""


class Cancelled(MaskStudioError):
    """Raised inside a job when the user asked it to stop."""


class Interrupted(MaskStudioError):
    """The program was stopped from outside, for example by Ctrl-C; the text says what paid work that may leave
    behind.
    """

    exit_code = 130
