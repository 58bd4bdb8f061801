"""The demo's letters: a customer's errand as a mail, handed to the server's SMTP port as a mail server would."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import asyncio
import smtplib
from email.message import EmailMessage
from email.utils import formataddr, make_msgid

from loadtests.demo_texts import Customer

MAILBOX_OF = {"sales": "sales@bamboo.example", "support": "help@bamboo.example"}
"""Queue -> the address whose mail it gets, as the demo's configuration says."""
GREETING = {"zh": "您好，\n\n", "en": "Dear Sir or Madam,\n\n"}
SUBJECT_MAX = 60
TIMEOUT_S = 10.0


def letter(customer: Customer, to: str) -> EmailMessage:
    """The whole errand in one go: who writes a mail tells everything at once."""
    address = customer.email or "guest@example.com"
    opening = customer.story.opening
    mail = EmailMessage()
    mail["From"] = formataddr((customer.name, address))
    mail["To"] = to
    mail["Subject"] = opening if len(opening) <= SUBJECT_MAX else f"{opening[: SUBJECT_MAX - 1]}…"
    mail["Message-ID"] = make_msgid(domain="example.com")
    mail["Content-Language"] = customer.language
    lines = "\n".join((opening, *customer.story.follow_ups))
    mail.set_content(f"{GREETING[customer.language]}{lines}\n\n{customer.name}\n")
    return mail


def _hand_over(mail: EmailMessage, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=TIMEOUT_S) as smtp:
        smtp.send_message(mail)


async def post(customer: Customer, queue_id: str, port: int) -> None:
    """Send it. Raises OSError, smtplib.SMTPException."""
    await asyncio.to_thread(_hand_over, letter(customer, MAILBOX_OF[queue_id]), port)
