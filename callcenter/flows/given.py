"""What a customer chose and typed in a flow, as agents and history read it."""

from agents.protocol import GivenAnswer, InBoth
from callcenter.projections.transcript import Line
from ivr.model import Texts
from ivr.session import Given, Session
from routing.model import Party


def given_line(session: Session) -> Line:
    """As a line of the transcript: each in both languages, and one text in the customer's own, which can be searched."""
    text = "\n".join(f"{_name(one, session.language)}: {one.text}" for one in session.given)
    return Line(Party.SYSTEM, "", text, given=tuple(map(_answer, session.given)))


def _answer(one: Given) -> GivenAnswer:
    name = InBoth(_name(one, "en"), _name(one, "zh"))
    return GivenAnswer(name, _both(one.words, one.text))


def _name(one: Given, language: str) -> str:
    return {**one.names}.get("zh" if language == "zh" else "en") or one.node.replace("_", " ")


def _both(words: Texts, otherwise: str) -> InBoth:
    return InBoth(words.get("en", otherwise), words.get("zh", otherwise))
