"""Why a campaign was given a permit to dial or none, in English and in Chinese: tables, no logic.

Each word by which a number's facts or the engine refuse needs its sentence here; a test says which are missing.
"""
# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from callcenter.explaining.naming import Words
from crm_link.outbound.model import Fault
from routing.model import PermitFault

GRANTED = Words("A permit to dial was given.", "已给予拨号许可。")

KEPT_FREE = Words(
    "{agent} was kept free for the call until it was answered or over.",
    "在接听或结束之前，已为该呼叫预留{agent}。",
)

AGENT_FIRST = Words(
    "{agent} had to be on the line first: the campaign's last 30 days would not have carried a customer who finds nobody.",
    "须由{agent}先接通：该活动近 30 天的接听记录已不允许客户接听后无人应答。",
)

REFUSED = Words("No permit to dial was given.", "未给予拨号许可。")

REASONS: dict[str, Words] = {
    Fault.CAMPAIGN_NOT_RUNNING: Words("The campaign was not running.", "该活动未在运行。"),
    Fault.NUMBER_SUPPRESSED: Words("The number was suppressed.", "该号码已停呼。"),
    Fault.CONSENT_MISSING: Words("The customer's consent was not known.", "没有该客户的同意记录。"),
    Fault.ZONE_UNKNOWN: Words(
        "It is not known in which time zone the number is.", "无法判断该号码所在的时区。"
    ),
    Fault.OUTSIDE_WINDOW: Words(
        "Local time did not allow a call everywhere the number may be.",
        "在该号码可能所在的地区，当地时间不允许呼叫。",
    ),
    Fault.ATTEMPTS_USED_UP: Words(
        "All attempts the campaign may make had been made.", "该活动允许的呼叫次数已用完。"
    ),
    Fault.TOO_SOON: Words("The last attempt was too short a time ago.", "距上次呼叫时间太短。"),
    Fault.NUMBER_DAY_CAP: Words(
        "The number had been called as often as it may be in 24 hours.",
        "该号码 24 小时内的呼叫次数已达上限。",
    ),
    Fault.CAMPAIGN_DAY_CAP: Words(
        "The campaign had made as many calls as it may in 24 hours.",
        "该活动 24 小时内的呼叫次数已达上限。",
    ),
    PermitFault.FACTS_CHANGED: Words(
        "A number had been suppressed after the facts were read; they are read again.",
        "读取号码信息后又有号码被停呼，需重新读取。",
    ),
    PermitFault.NO_AGENT_FREE: Words(
        "Nobody was free to be kept for it.", "没有可预留的空闲坐席。"
    ),
    PermitFault.AGENT_NOT_ELIGIBLE: Words(
        "The agent it was for could not take it then.", "指定的坐席当时不能接待。"
    ),
    PermitFault.AGENT_UNKNOWN: Words("The agent it was for is not known.", "指定的坐席不存在。"),
    PermitFault.CAMPAIGNS_FULL: Words(
        "As many campaigns are counted as can be; one must rest for 30 days first.",
        "计数中的活动已达上限，须有活动停用满 30 天。",
    ),
    "dial_agent_cap": Words(
        "The agent had placed as many calls as may be in a day.", "该坐席当天的外呼次数已达上限。"
    ),
    "dial_cost_cap": Words(
        "The calls of the day had cost as much as they may.", "当天的外呼费用已达上限。"
    ),
    "dial_day_cap": Words(
        "As many calls had been placed as may be in a day.", "当天的外呼次数已达上限。"
    ),
    "dial_denied": Words("The rules of dialling exclude the number.", "拨号规则不允许该号码。"),
    "dial_international": Words(
        "The rules of dialling allow no other countries.", "拨号规则不允许国际号码。"
    ),
    "dial_not_set_up": Words("No calls are placed from here.", "此处未设置外呼。"),
    "dial_number_invalid": Words("This is no telephone number.", "这不是电话号码。"),
}
"""For each word by which a permit is refused: by the facts of a number, by the engine, by the rules of dialling."""
