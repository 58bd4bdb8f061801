"""Why an agent is not asked, and what comes next by itself, in English and in Chinese: tables, no logic.

Each new filter, reason or deadline of the core needs its words here; a test says which are missing.
"""
# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from callcenter.explaining.naming import Words
from routing.reasons import ReasonCode
from routing.state import DeadlineKind

REASONS: dict[ReasonCode, Words] = {
    ReasonCode.NOT_OF_QUEUE: Words(
        "{agent} does not serve the queue {queue}.", "{agent}不服务队列“{queue}”。"
    ),
    ReasonCode.REMOVED: Words(
        "{agent} has been removed and only finishes what is in hand.",
        "{agent}已被移除，只处理完手上的联络。",
    ),
    ReasonCode.NOT_PRESENT: Words("{agent} has no desk open.", "{agent}没有打开工作台。"),
    ReasonCode.LOGGED_OUT: Words(
        "{agent} has been logged out for {since}.", "{agent}已退出登录 {since}。"
    ),
    ReasonCode.NOT_READY: Words(
        "{agent} has not been ready for {since}: {reason}.",
        "{agent}未就绪已 {since}：{reason}。",
    ),
    ReasonCode.LEAVING: Words(
        "{agent} has asked for another state and gets nothing new; still in hand: {contacts}.",
        "{agent}已申请切换状态，不再分配新的联络；手上还有：{contacts} 个联络。",
    ),
    ReasonCode.CHANNEL_NOT_TAKEN: Words(
        "{agent} does not take {channel}.", "{agent}不处理{channel}。"
    ),
    ReasonCode.NOT_OF_TEAM: Words(
        "{agent} is not of the team {team}, which alone is asked in this step.",
        "{agent}不属于团队“{team}”；本步骤只询问该团队。",
    ),
    ReasonCode.NOT_ASKED: Words(
        "In this step only the preferred agent is asked; {agent} is somebody else.",
        "本步骤只询问首选坐席；{agent}不是。",
    ),
    ReasonCode.SKILL_MISSING: Words(
        "{agent} does not have the skill {skill}; level {level} is asked for.",
        "{agent}没有技能“{skill}”；要求等级 {level}。",
    ),
    ReasonCode.SKILL_TOO_LOW: Words(
        "{agent} has the skill {skill} at level {held_level}; level {level} is asked for.",
        "{agent}的技能“{skill}”等级为 {held_level}；要求等级 {level}。",
    ),
    ReasonCode.ASKED: Words(
        "{agent} has an offer of it and has not answered yet.", "{agent}已收到它的邀请，尚未应答。"
    ),
    ReasonCode.CHANNEL_FULL: Words(
        "{agent} has {held} of at most {total} {channel} in hand.",
        "{agent}手上的{channel}已有 {held} 个，上限 {total} 个。",
    ),
    ReasonCode.FULL: Words(
        "{agent} has {held} of {total} units in use; this contact takes {weighs}.",
        "{agent}已占用 {held} 个单位，共 {total} 个；此联络需要 {weighs} 个。",
    ),
    ReasonCode.INTERRUPTED: Words(
        "{agent} first goes on with {contacts} that a more urgent one interrupted.",
        "{agent}须先继续被打断的 {contacts} 个联络。",
    ),
    ReasonCode.EXCLUDED: Words(
        "{agent} refused or missed it and is not asked again for another {until}.",
        "{agent}拒接或错过了它，{until}内不再询问。",
    ),
    ReasonCode.BARRED: Words("{agent} is barred from it for good.", "{agent}被永久排除在外。"),
    ReasonCode.WRAPPING_UP: Words(
        "{agent} has been wrapping up an earlier part of it for {since}.",
        "{agent}正在对其前一段做话后处理，已 {since}。",
    ),
}

REMOVED: dict[str, Words] = {
    "permission": Words("{agents} not serving this queue", "{agents}不服务该队列"),
    "presence": Words("{agents} without an open desk", "{agents}没有打开工作台"),
    "readiness": Words("{agents} not ready", "{agents}未就绪"),
    "channel": Words("{agents} not taking {channel}", "{agents}不处理{channel}"),
    "step": Words("{agents} whom its present step does not ask", "{agents}不在当前步骤的询问范围"),
    "skills": Words(
        "{agents} without the skills asked for, {needs}", "{agents}技能不足（要求{needs}）"
    ),
    "asked": Words("{agents} with an offer of it already", "{agents}已收到它的邀请"),
    "capacity": Words("{agents} with no room for more", "{agents}已满，接不下更多"),
    "barred": Words("{agents} barred from it for good", "{agents}被永久排除"),
    "exclusion": Words(
        "{agents} who refused or missed it a moment ago", "{agents}刚刚拒接或错过了它"
    ),
    "wrap_up": Words(
        "{agents} still wrapping up an earlier part of it", "{agents}正在对其前一段做话后处理"
    ),
}
"""For each filter of the matcher: those whom it removed."""

NOT_FOR_AGENT: dict[str, Words] = {
    "permission": Words(
        "{contacts} of queues {agent} does not serve", "{contacts}不在{agent}服务的队列"
    ),
    "presence": Words(
        "{contacts}, but {agent} has no desk open", "{contacts}在等待，但{agent}没有打开工作台"
    ),
    "readiness": Words("{contacts}, but {agent} is not ready", "{contacts}在等待，但{agent}未就绪"),
    "channel": Words(
        "{contacts} of channels {agent} does not take", "{contacts}的渠道{agent}不处理"
    ),
    "step": Words(
        "{contacts} whose present step does not ask {agent}",
        "{contacts}当前步骤不询问{agent}",
    ),
    "skills": Words(
        "{contacts} in need of skills {agent} does not have", "{contacts}要求的技能{agent}不具备"
    ),
    "asked": Words("{contacts} that {agent} has an offer of", "{contacts}已向{agent}发出邀请"),
    "capacity": Words(
        "{contacts} for which {agent} has no room", "{contacts}：{agent}已满，接不下"
    ),
    "barred": Words(
        "{contacts} that {agent} is barred from for good", "{contacts}已将{agent}永久排除"
    ),
    "exclusion": Words(
        "{contacts} that {agent} refused or missed a moment ago",
        "{contacts}刚刚被{agent}拒接或错过",
    ),
    "wrap_up": Words(
        "{contacts} of which {agent} still wraps up an earlier part",
        "{contacts}的前一段{agent}正在话后处理",
    ),
}
"""For each filter: the waiting contacts it keeps from an agent."""

DEADLINES: dict[DeadlineKind, Words] = {
    DeadlineKind.EXPIRE_PERMIT: Words(
        "In {due}: nobody has dialled, and it closes as unreached.",
        "{due}后：若仍未拨号，按未接通关闭。",
    ),
    DeadlineKind.END_DIALLING: Words(
        "In {due}: the call has rung long enough, and it closes as unreached.",
        "{due}后：振铃到时，按未接通关闭。",
    ),
    DeadlineKind.ALARM_WAITING: Words(
        "In {due}: an alarm for the supervisor; the contact goes on waiting.",
        "{due}后：提醒班长；联络继续等待。",
    ),
    DeadlineKind.ADVANCE_STEP: Words(
        "In {due}: the next step of its queue begins, with others to ask.",
        "{due}后：进入队列的下一步骤，询问范围改变。",
    ),
    DeadlineKind.EXPIRE_OFFER: Words("In {due}: the offer runs out.", "{due}后：邀请超时。"),
    DeadlineKind.PROBE_CONNECTED: Words(
        "In {due}: the conversation is checked; nothing is cut.",
        "{due}后：检查会话是否正常；不会中断。",
    ),
    DeadlineKind.REMIND_PARKED: Words(
        "In {due}: somebody is reminded that it is parked; if its agent has logged out, it goes back to its queue.",
        "{due}后：提醒该联络仍被搁置；若坐席已退出，则退回队列。",
    ),
    DeadlineKind.FINISH_WRAP_UP: Words("In {due}: the wrap-up ends.", "{due}后：话后处理结束。"),
    DeadlineKind.CLOSE_GONE_CUSTOMER: Words(
        "In {due}: it closes as abandoned, unless the customer comes back.",
        "{due}后：客户若未回来，按放弃关闭。",
    ),
    DeadlineKind.LEAVE_QUEUE: Words(
        "In {due}: it leaves the queue, for where the queue sends it.",
        "{due}后：离开本队列，转往队列设定的去处。",
    ),
    DeadlineKind.LAPSE_EXCLUSION: Words(
        "In {due}: {agent} may be asked again, if nobody else can take it.",
        "{due}后：若无他人可接，可再次询问{agent}。",
    ),
    DeadlineKind.END_PRESENCE: Words(
        "In {due}: {agent} is logged out.", "{due}后：{agent}退出登录。"
    ),
    DeadlineKind.ALARM_NOT_READY: Words(
        "In {due}: an alarm about {agent} for the supervisor.",
        "{due}后：就{agent}的状态提醒班长。",
    ),
}
