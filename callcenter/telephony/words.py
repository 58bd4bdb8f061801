"""What callers hear when nobody takes their call, in both languages."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from typing import Final

from callcenter.telephony.entry import Speech

_SORRY: Final[dict[str, Speech]] = {
    "closed": Speech(
        "You are calling outside our opening hours. Please call again later. Goodbye.",
        "您好，现在是非营业时间，请您稍后再来电。再见。",
    ),
    "unstaffed": Speech(
        "Nobody can take your call at the moment. Please call again later. Goodbye.",
        "您好，现在没有座席可以接听，请您稍后再来电。再见。",
    ),
    "full": Speech(
        "All lines are busy. Please call again in a few minutes. Goodbye.",
        "您好，目前线路繁忙，请您过几分钟再来电。再见。",
    ),
}
_USUAL: Final = Speech(
    "We are sorry that we cannot take your call now. Please call again later. Goodbye.",
    "很抱歉，现在无法接听您的来电，请您稍后再来电。再见。",
)

MESSAGE_WORDS: Final = Speech(
    "Nobody can take your call now. Please leave a message after the tone, and press hash when you have finished.",
    "很抱歉，现在无法接听您的来电。请在提示音后留言，结束请按井号键。",
)


def voicemail_words(language: str) -> str:
    """What a caller hears before leaving a message for a queue that has turned the call away."""
    return MESSAGE_WORDS.in_language(language)


def sorry(reason: str, language: str) -> str:
    """Why the call was turned away, or that it was."""
    return _SORRY.get(reason, _USUAL).in_language(language)
