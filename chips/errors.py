"""The one exception for input that a user can mend."""


class InputError(ValueError):
    """Unusable input; the message names the input, what is wrong and what is allowed."""
