"""Every sentence of an explanation, in English and in Chinese: tables, no logic.

A `{name}` is filled in by `callcenter/explaining/telling.py`, which has written the value out before: a duration, a
name, a count with its noun. A test holds the tables against the core's: what can be told has words in both.
"""
# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from enum import StrEnum

from callcenter.explaining.naming import Words
from routing.events import OfferTrigger
from routing.explain import LAST_RESORT, ONLY_ONE
from routing.model import AgentState, AgentStrategy, Channel, ContactStrategy
from routing.state import ContactState

CHANNELS: dict[Channel, Words] = {
    Channel.VOICE: Words("calls", "电话"),
    Channel.EMAIL: Words("e-mail", "邮件"),
    Channel.CHAT: Words("chats", "在线聊天"),
    Channel.SMS: Words("text messages", "短信"),
    Channel.FAX: Words("faxes", "传真"),
    Channel.CALLBACK: Words("call-backs", "回呼"),
    Channel.OUTBOUND_VOICE: Words("outgoing calls", "外呼"),
    Channel.TASK: Words("tasks", "任务"),
}

TRIGGERS: dict[OfferTrigger, Words] = {
    OfferTrigger.AGENT_FREED: Words(
        "{agent} could take work and got the most urgent of {contacts} to choose from.",
        "{agent}可以接待，在 {contacts}中得到最紧急的一个。",
    ),
    OfferTrigger.CONTACT_FREED: Words(
        "The contact could be offered, and {agent} came first of those free ({agents}).",
        "联络可以分配，在空闲者（{agents}）中{agent}排在最前。",
    ),
    OfferTrigger.BROADCAST: Words(
        "The queue asks several at once, and {agent} came next of those free ({agents}).",
        "队列同时邀请多人，在空闲者（{agents}）中{agent}排在下一位。",
    ),
    OfferTrigger.ASSIGNED: Words(
        "A supervisor chose {agent} for this contact.", "班长为此联络指定了{agent}。"
    ),
    OfferTrigger.TRANSFERRED: Words(
        "The contact was handed on to {agent}.", "此联络被转给{agent}。"
    ),
    OfferTrigger.RESERVED: Words(
        "We called the customer, and {agent} was kept free for the answer.",
        "我方呼叫客户，并为其接听预留了{agent}。",
    ),
}

UNKNOWN_TRIGGER = Words(
    "What led to the offer was not recorded; free then: {agents}, to choose from: {contacts}.",
    "未记录触发原因；当时空闲：{agents}，可分配：{contacts}。",
)

AGENT_STRATEGIES: dict[AgentStrategy, Words] = {
    AgentStrategy.LONGEST_IDLE: Words("longest idle first", "最长空闲优先"),
    AgentStrategy.LEAST_OCCUPIED: Words("least occupied first", "占用最少优先"),
    AgentStrategy.BEST_PROFICIENCY: Words("highest proficiency first", "技能等级最高优先"),
    AgentStrategy.LEAST_FLEXIBLE: Words("least flexible first", "可胜任范围最小优先"),
    AgentStrategy.ROUND_ROBIN: Words("in turn", "轮流"),
    AgentStrategy.FEWEST_CONTACTS: Words("fewest contacts first", "接待最少优先"),
}

CONTACT_STRATEGIES: dict[ContactStrategy, Words] = {
    ContactStrategy.AGE_CREDIT: Words("by time waited and credit", "按等待时间与加权"),
    ContactStrategy.ACCELERATED: Words("by accelerated waiting", "按加速等待"),
    ContactStrategy.SLA_URGENCY: Words("by share of the promised wait", "按承诺等待的用尽程度"),
    ContactStrategy.STRICT: Words("by strict priority", "按严格优先级"),
    ContactStrategy.PRIORITY_AGE: Words("by priority, then time waited", "按优先级，再按等待时间"),
}

SCORES: dict[AgentStrategy, Words] = {
    AgentStrategy.LONGEST_IDLE: Words("equal", "相同"),
    AgentStrategy.LEAST_OCCUPIED: Words(
        "less of the capacity is in use: {first} against {second} thousandths",
        "占用更少：千分之 {first} 对 {second}",
    ),
    AgentStrategy.BEST_PROFICIENCY: Words(
        "higher levels in the skills asked for: {first} against {second}",
        "所需技能等级更高：{first} 对 {second}",
    ),
    AgentStrategy.LEAST_FLEXIBLE: Words(
        "fewer skills and queues: {first} against {second}",
        "技能与队列更少：{first} 对 {second}",
    ),
    AgentStrategy.ROUND_ROBIN: Words("was asked longer ago", "距上次被询问更久"),
    AgentStrategy.FEWEST_CONTACTS: Words(
        "has taken fewer contacts since log-in: {first} against {second}",
        "登录以来接待更少：{first} 对 {second}",
    ),
}
"""What the first number of an agent's key means, for each strategy; longest idle gives everybody the same."""

AGENT_DECIDED: dict[str, Words] = {
    ONLY_ONE: Words("Nobody else was free.", "没有其他人空闲。"),
    LAST_RESORT: Words(
        "{winner} comes before {loser}, who refused or missed this contact before.",
        "{winner}排在{loser}之前：后者此前拒接或错过了它。",
    ),
    "interrupts": Words(
        "{winner} comes before {loser}, whose work would have to be interrupted.",
        "{winner}排在{loser}之前：后者须打断手上的工作。",
    ),
    "score": Words("{winner} comes before {loser}: {score}.", "{winner}排在{loser}之前：{score}。"),
    "idle_since_ms": Words(
        "{winner} comes before {loser}: without new work for {first}, against {second}.",
        "{winner}排在{loser}之前：已 {first}没有新的联络，后者为 {second}。",
    ),
    "idle_order": Words(
        "{winner} comes before {loser}: idle since the same instant, but became so first.",
        "{winner}排在{loser}之前：同一时刻空闲，但先进入空闲。",
    ),
    "agent_id": Words(
        "{winner} comes before {loser} by the order of their ids: everything else is equal.",
        "{winner}排在{loser}之前：其余相同，按编号排序。",
    ),
}
"""For each part of an agent's key: what it means that it decided."""

CONTACT_DECIDED: dict[str, Words] = {
    ONLY_ONE: Words("Nothing else waited that {agent} could take.", "没有其他{agent}可接的联络。"),
    "is_primary": Words(
        "It comes before {loser}: it is of the queue that {agent} serves first.",
        "排在 {loser} 之前：它属于{agent}的首要队列。",
    ),
    "level": Words(
        "It comes before {loser}: priority {first} against {second}.",
        "排在 {loser} 之前：优先级 {first} 对 {second}。",
    ),
    "score": Words(
        "It comes before {loser}: {first} against {second} ({strategy}).",
        "排在 {loser} 之前：{first} 对 {second}（{strategy}）。",
    ),
    "origin_ms": Words(
        "It comes before {loser}: equally urgent, but it counts as waiting for longer.",
        "排在 {loser} 之前：同样紧急，但计为等待更久。",
    ),
    "arrival": Words(
        "It comes before {loser}: equal in everything, but it arrived first.",
        "排在 {loser} 之前：其余相同，但先到。",
    ),
}
"""For each part of a contact's rank: what it means that it decided."""

STATES: dict[ContactState, Words] = {
    ContactState.ARRIVED: Words("It has just arrived.", "刚刚进线。"),
    ContactState.RESERVED: Words(
        "It is about to be called, and {agent} is kept free for it.", "即将外呼，已预留{agent}。"
    ),
    ContactState.DIALLING: Words(
        "The customer is being called, and {agent} is kept free for it.",
        "正在外呼客户，已预留{agent}。",
    ),
    ContactState.WAITING: Words("It waits.", "正在等待。"),
    ContactState.OFFERED: Words(
        "It does not wait: it is offered to {agent} now.", "不在等待：正在邀请{agent}。"
    ),
    ContactState.CONNECTED: Words("It does not wait: {agent} has it.", "不在等待：由{agent}接待。"),
    ContactState.PARKED: Words(
        "It does not wait: {agent} has parked it, or was interrupted.",
        "不在等待：{agent}已将其搁置，或被打断。",
    ),
    ContactState.WRAP_UP: Words(
        "It does not wait: {agent} is wrapping it up.", "不在等待：{agent}正在话后处理。"
    ),
    ContactState.CLOSED: Words("It is closed.", "已关闭。"),
}

AGENT_STATES: dict[AgentState, Words] = {
    AgentState.LOGGED_OUT: Words("logged out", "已退出"),
    AgentState.READY: Words("ready", "就绪"),
    AgentState.NOT_READY: Words("not ready", "未就绪"),
}


class Say(StrEnum):
    """The sentences and headings that belong to no table of the core."""

    WAITS = "waits"
    FREE_NOW = "free_now"
    CAN_TAKE_IT = "can_take_it"
    WHO_CANNOT = "who_cannot"
    WHAT_NEXT = "what_next"
    WHY_NOT = "why_not"
    THE_OFFER = "the_offer"
    WAITED = "waited"
    WAS_FREE = "was_free"
    WHO_WAS_FREE = "who_was_free"
    CANDIDATE = "candidate"
    RIVAL = "rival"
    RIVALS = "rivals"
    RULES = "rules"
    AGENT_RULE = "agent_rule"
    CONTACT_RULE = "contact_rule"
    NEEDS = "needs"
    STEP = "step"
    VERSION = "version"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    NAMED = "named"
    AND_MORE = "and_more"
    AGENT_NOW = "agent_now"
    NOTHING_WAITS = "nothing_waits"
    WHAT_WAITS = "what_waits"
    SOMEBODY = "somebody"
    SOME_CONTACT = "some_contact"
    NEED = "need"
    NO_NEEDS = "no_needs"
    ASKED_COLLEAGUES = "asked_colleagues"
    ASKED = "asked"
    THREE = "three"


SAY: dict[Say, Words] = {
    Say.WAITS: Words(
        "Waiting for {waited} in the queue {queue}: none of {agents} may have it now.",
        "在队列“{queue}”中已等待 {waited}：{agents}中目前无人可接。",
    ),
    Say.FREE_NOW: Words("Can take it now, an offer is on its way", "现在可接，即将邀请"),
    Say.CAN_TAKE_IT: Words(
        "Nothing speaks against {agent}: whoever comes first is asked.",
        "{agent}没有不可接的原因：按顺序询问。",
    ),
    Say.WHO_CANNOT: Words("Who cannot take it, and why", "谁不能接，为什么"),
    Say.WHAT_NEXT: Words("What comes next", "接下来"),
    Say.WHY_NOT: Words("Why not {agent}?", "为什么不是{agent}？"),
    Say.THE_OFFER: Words("Offer {number}: to {agent}", "第 {number} 次邀请：{agent}"),
    Say.WAITED: Words(
        "The contact had waited {waited} in the queue {queue}; credit {credit}.",
        "联络已在队列“{queue}”中等待 {waited}；加权 {credit}。",
    ),
    Say.WAS_FREE: Words(
        "{agent} was free too, but came after {winner}.", "{agent}当时也空闲，但排在{winner}之后。"
    ),
    Say.WHO_WAS_FREE: Words("Who was free, in order", "谁空闲（按顺序）"),
    Say.CANDIDATE: Words("{agent}: without new work for {idle}", "{agent}：已 {idle}没有新的联络"),
    Say.RIVALS: Words("What else {agent} could have had", "{agent}当时还可以接的联络"),
    Say.RIVAL: Words(
        "{contact}: waited {waited} ({queue})", "{contact}：已等待 {waited}（{queue}）"
    ),
    Say.RULES: Words("By which rules", "依据的规则"),
    Say.AGENT_RULE: Words("Agents: {strategy}.", "坐席：{strategy}。"),
    Say.CONTACT_RULE: Words("Contacts: {strategy}.", "联络：{strategy}。"),
    Say.NEEDS: Words("Asked for: {needs}.", "要求：{needs}。"),
    Say.STEP: Words(
        "Step {step} of the {steps} steps of its queue.",
        "队列共 {steps} 个步骤，当前为第 {step} 步。",
    ),
    Say.VERSION: Words("Configuration {version}.", "配置版本 {version}。"),
    Say.CONFIRMED: Words(
        "Decided again from the journal: the same.", "依据日志重新判定：结果相同。"
    ),
    Say.NOT_CONFIRMED: Words(
        "Decided again from the journal: NOT the same; please report this.",
        "依据日志重新判定：结果不同；请报告此问题。",
    ),
    Say.NAMED: Words("{what}: {names}", "{what}：{names}"),
    Say.AND_MORE: Words("{count} more", "另外 {count} 个"),
    Say.AGENT_NOW: Words(
        "{agent} is {state}, for {since}; in hand: {held}.",
        "{agent}{state}，已 {since}；手上：{held}。",
    ),
    Say.NOTHING_WAITS: Words("Nothing waits.", "没有等待的联络。"),
    Say.WHAT_WAITS: Words(
        "What waits, and why {agent} does not get it", "等待的联络，以及为何不给{agent}"
    ),
    Say.SOMEBODY: Words("an agent you do not supervise", "不在您管辖内的坐席"),
    Say.SOME_CONTACT: Words("a contact of another queue", "其他队列的联络"),
    Say.NEED: Words("{skill} from level {level}", "{skill} {level} 级起"),
    Say.NO_NEEDS: Words("no skill in particular", "无特定技能"),
    Say.ASKED_COLLEAGUES: Words("Colleagues asked during the call", "通话中咨询的同事"),
    Say.ASKED: Words(
        "{agent} asked {colleague}, for {lasted}: {ending}.",
        "{agent}咨询{colleague}，历时 {lasted}：{ending}。",
    ),
    Say.THREE: Words(
        "{agent}, {colleague} and the customer spoke together, for {lasted}.",
        "{agent}、{colleague}与客户三方通话，历时 {lasted}。",
    ),
}

CONSULT_ENDS: dict[str, Words] = {
    "": Words("still going on", "仍在进行"),
    "handed_over": Words("the customer was handed over", "客户已转交"),
    "taken_back": Words("the agent took the customer back", "坐席接回了客户"),
    "colleague_left": Words("the colleague hung up", "同事挂断"),
    "call_ended": Words("the call ended", "通话结束"),
    "busy": Words("the phone was busy", "话机占线"),
    "no_answer": Words("nobody picked up", "无人接听"),
    "declined": Words("the colleague declined", "同事拒接"),
    "unreachable": Words("the phone could not be reached", "话机不可达"),
    "failed": Words("the connection failed", "接通失败"),
}
"""How asking a colleague ended, by the word of its phase."""
