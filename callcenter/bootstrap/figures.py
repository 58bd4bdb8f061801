"""Where the figures of `/metrics` come from: every part that counts something."""

from collections.abc import Callable, Mapping

from callcenter import VERSION
from callcenter.bootstrap.machine import Machine
from callcenter.bootstrap.mail import MailParts
from callcenter.bootstrap.parts import Parts
from callcenter.observability.figures import Values
from callcenter.observability.metrics import Metrics


def measure(parts: Parts, machine: Machine, mail: Callable[[], MailParts | None]) -> None:
    """Before the host starts: have everything counted, and told when `/metrics` is asked for. `mail`: once it is there."""

    def values() -> Values:
        return {
            **_process(parts),
            **_work(parts),
            **_calls(parts),
            **_mail(mail()),
            **machine.values,
        }

    others = (parts.telephony.latency, machine)
    metrics = Metrics(parts.reading.mirror, values, others, now_ms=parts.clock.now_ms)
    parts.host.listen(metrics.on_published)
    parts.host.on_append = metrics.on_append
    parts.metrics = metrics


def _process(parts: Parts) -> Values:
    settings, reasons = parts.settings, parts.not_ready_reasons()
    return {
        "info": {(VERSION, settings.role.value, settings.domain_id): 1},
        "ready": int(not reasons),
        "not_ready": {(reason,): 1 for reason in reasons},
        "loop_late_ms": parts.pressure.late_ms,
        "newcomers_turned_away": parts.pressure.turned_away,
        "inbox_commands": parts.host.inbox_depth,
        "desk_sockets": parts.desk_hub.tab_count,
        "customer_sockets": parts.chat_hub.window_count,
        "journal_seq": parts.host.mirror.seq,
        "interaction_log_seq": parts.reading.interaction_log.as_of_seq,
    }


def _work(parts: Parts) -> Values:
    return {
        "flow_visits": parts.visits.open_count,
        "flow_requests": _each(parts.ways.requester.counts),
        "call_back_steps": _each(parts.call_backs.counts),
        "profile_lookups": _each(parts.customers.counts),
        "subscription_events": _each(parts.telling.counts),
    }


def _calls(parts: Parts) -> Values:
    telephony = parts.telephony
    links, phones = telephony.links, telephony.browser.phones.counts
    return {
        "open_calls": telephony.book.open_count,
        "phone_system_up": {(name,): int(link.is_up) for name, link in links.items()},
        "phone_systems_down": sum(not link.is_up for link in links.values()),
        "phone_commands_waiting": sum(link.waiting for link in links.values()),
        "recordings": _each(telephony.recordings.keeper.counts),
        "browser_phones_agents": phones["agents"],
        "browser_phones_guests": phones["guests"],
    }


def _mail(mail: MailParts | None) -> Values:
    if mail is None:
        return {}
    return {
        "smtp_connections": len(mail.listener.connections),
        "mails": _each(mail.receiver.counts),
        "mails_out": _each(mail.sender.counts),
    }


def _each(counts: Mapping[str, int]) -> dict[tuple[str, ...], float]:
    return {(name,): number for name, number in counts.items()}
