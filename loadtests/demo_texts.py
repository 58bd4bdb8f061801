"""Who the customers of the demo shop are and what they write, in Chinese and English."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One customer's errand: an opening and what follows each answer of the agent."""

    opening: str
    follow_ups: tuple[str, ...]
    thanks: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with an errand and a temper."""

    name: str
    email: str
    language: str
    story: Story
    nudge: str
    patience_s: float
    closes_tab: bool
    leaves_after: bool


NAMES_ZH = (
    "王芳",
    "李伟",
    "张敏",
    "刘洋",
    "陈静",
    "杨磊",
    "赵婷",
    "黄涛",
    "周雪",
    "吴昊",
    "徐丽",
    "孙明",
)
NAMES_EN = (
    "Emily Carter",
    "James Wilson",
    "Priya Nair",
    "Tom Becker",
    "Sofia Rossi",
    "Daniel Kim",
    "Grace O'Brien",
    "Lucas Meyer",
    "Hannah Scott",
    "Omar Farouk",
)
MAIL_NAMES = (
    "river",
    "maple",
    "sunny",
    "pine",
    "coral",
    "amber",
    "lotus",
    "cloud",
    "stone",
    "willow",
)
PRODUCTS_ZH = (
    "蓝牙耳机",
    "空气炸锅",
    "扫地机器人",
    "儿童手表",
    "电动牙刷",
    "机械键盘",
    "保温杯",
    "投影仪",
)
PRODUCTS_EN = (
    "wireless headset",
    "air fryer",
    "robot vacuum",
    "kids' watch",
    "electric toothbrush",
    "mechanical keyboard",
    "espresso machine",
    "projector",
)
STORIES_ZH = (
    Story(
        "你好，我的{product}订单 {order} 三天了还没发货，能帮我看一下吗？",
        ("订单号是 {order}，收货地址在杭州。", "大概什么时候能到？周末前要用。"),
        "好的，谢谢你，那我再等等。",
    ),
    Story(
        "{product}刚到手就开不了机，可以换一个吗？",
        ("充电四个小时了，指示灯也不亮。", "包装还在，需要我寄回去吗？运费谁出？"),
        "明白了，我今天就寄，谢谢！",
    ),
    Story(
        "想问一下{product}有没有黑色的，什么时候补货？",
        ("白色的也可以，有现货吗？", "那有优惠券吗？"),
        "好，我先下单，谢谢。",
    ),
    Story(
        "订单 {order} 的发票抬头写错了，怎么修改？",
        ("应该是公司抬头，税号我可以现在发给你。", "改好以后会发到邮箱吗？"),
        "收到，辛苦了。",
    ),
    Story(
        "我申请退款一个星期了，钱还没到账，{product}的，订单 {order}。",
        ("用的是微信支付。", "那最晚什么时候能到？", "如果还没到我再找你们可以吗？"),
        "行，那我等到周五，谢谢。",
    ),
    Story(
        "{product}怎么连手机？说明书没看懂。",
        ("我的是安卓手机。", "搜到了，可是配对失败。"),
        "连上了！谢谢你。",
    ),
)
STORIES_EN = (
    Story(
        "Hi, order {order} ({product}) was due on Monday and still isn't here. Can you check?",
        ("It's {order}, delivered to Leeds.", "Will it come before the weekend? It's a present."),
        "Great, thanks for looking into it.",
    ),
    Story(
        "The {product} I bought doesn't switch on any more. Is it covered by the warranty?",
        (
            "I've had it about four months.",
            "I tried another socket, no change. Do I need the receipt?",
        ),
        "Perfect, I'll send it in. Thank you!",
    ),
    Story(
        "Could you change the delivery address of order {order}? I've moved.",
        ("12 Station Road, the rest stays the same.", "Does that delay the delivery?"),
        "Brilliant, thanks.",
    ),
    Story(
        "I was charged twice for the {product}. Order {order}.",
        ("Both payments are on my card from yesterday.", "How long does the refund take?"),
        "OK, I'll keep an eye on it. Bye!",
    ),
    Story(
        "Is the {product} compatible with 230 V? I'm moving to Portugal.",
        ("Good to know. And does it come with an EU plug?",),
        "Thanks, that answers it.",
    ),
    Story(
        "I'd like to return the {product}, it's too loud for my flat.",
        ("It arrived nine days ago.", "Can the courier collect it?", "Morning works best for me."),
        "Lovely, thank you for your help.",
    ),
)
NUDGE = {"zh": "你好，还在吗？", "en": "Hello, are you still there?"}


def draw_customer(draw: random.Random) -> Customer:
    """Somebody believable: names, errand and temper from one generator."""
    is_chinese = draw.random() < 0.5
    language = "zh" if is_chinese else "en"
    product = draw.choice(PRODUCTS_ZH if is_chinese else PRODUCTS_EN)
    order = f"{draw.choice('ABCDEFGH')}{draw.randrange(10_000, 99_999)}"
    story = draw.choice(STORIES_ZH if is_chinese else STORIES_EN)
    fill = {"product": product, "order": order}
    mail = f"{draw.choice(MAIL_NAMES)}{draw.randrange(10, 99)}@example.com"
    is_impatient = draw.random() < 0.2
    return Customer(
        name=draw.choice(NAMES_ZH if is_chinese else NAMES_EN),
        email=mail if draw.random() < 0.7 else "",
        language=language,
        story=Story(
            story.opening.format(**fill),
            tuple(text.format(**fill) for text in story.follow_ups),
            story.thanks.format(**fill),
        ),
        nudge=NUDGE[language],
        patience_s=draw.uniform(20, 60) if is_impatient else draw.uniform(240, 600),
        closes_tab=draw.random() < 0.15,
        leaves_after=draw.random() < 0.6,
    )
