"""`callcenter bench articles`: searches over many articles, as they are typed, each with its read of the store.

Articles are made of the words of the demo's, in both languages, so that many of them share words. Import and searches go the
whole way, but for HTTP.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from callcenter.articles.book import ArticleBook
from callcenter.articles.cutting import Dictionary
from callcenter.articles.reading_files import Part
from callcenter.ports.articles import ArticleText
from callcenter.ports.versions import UNSIGNED
from callcenter.simulation.randomness import Streams
from callcenter.storage.schema import upgrade
from callcenter.storage.store import open_store

if TYPE_CHECKING:
    import random  # noqa: TID251 - the type alone

_WORDS_EN: Final = [
    "return",
    "refund",
    "parcel",
    "delivery",
    "courier",
    "warranty",
    "battery",
    "invoice",
    "coupon",
    "payment",
    "address",
    "order",
    "exchange",
    "damaged",
    "account",
    "points",
    "member",
    "device",
    "bluetooth",
    "charging",
    "vacuum",
    "fryer",
    "toothbrush",
    "keyboard",
    "projector",
    "bottle",
    "repair",
    "price",
    "stock",
    "colour",
]
_WORDS_ZH: Final = [
    "退货",
    "退款",
    "快递",
    "物流",
    "保修",
    "电池",
    "发票",
    "优惠券",
    "付款",
    "地址",
    "订单",
    "换货",
    "破损",
    "账户",
    "积分",
    "会员",
    "设备",
    "蓝牙",
    "充电",
    "扫地机器人",
    "空气炸锅",
    "牙刷",
    "键盘",
    "投影仪",
    "保温杯",
    "维修",
    "价格",
    "库存",
    "颜色",
    "仓库",
]
_SENTENCE: Final = 12
_SENTENCES: Final = 12


async def run(*, articles: int, searches: int, folder: Path) -> dict[str, Any]:
    """Import, then search; returns the figures."""
    chance = Streams(7).of("bench")
    with TemporaryDirectory(prefix="bench-", dir=folder) as directory:
        url = f"sqlite:///{directory}/callcenter.db"
        await upgrade(url)
        store = await open_store(url, "bench")
        dictionary = Dictionary()
        began_s = time.perf_counter()
        dictionary.read()
        read_s = time.perf_counter() - began_s
        book = ArticleBook(store.articles, dictionary)
        try:
            began_s = time.perf_counter()
            done = await book.take(
                (_article(number, chance) for number in range(articles)), UNSIGNED
            )
            import_s = time.perf_counter() - began_s
            figures = {
                name: await _searched(book, [typed(chance) for _ in range(searches)])
                for name, typed in (("typed_en", _typed_en), ("typed_zh", _typed_zh))
            }
        finally:
            await store.close()
    return {
        "benchmark": "articles",
        "store": "sqlite, WAL, synchronous=FULL",
        "articles": done.added,
        "dictionary_read_s": round(read_s, 2),
        "import_s": round(import_s, 1),
        "search_ms": figures,
    }


async def _searched(book: ArticleBook, queries: list[str]) -> dict[str, float]:
    took_s = []
    for query in queries:
        began_s = time.perf_counter()
        await book.search(query, limit=8)
        took_s.append(time.perf_counter() - began_s)
    took_s.sort()
    places = {"p50": len(took_s) // 2, "p99": len(took_s) * 99 // 100, "max": len(took_s) - 1}
    return {name: round(took_s[at] * 1000, 1) for name, at in places.items()}


def _article(number: int, chance: "random.Random") -> Part:
    return Part(
        file="bench",
        line=number,
        article_id=f"article-{number}",
        texts={
            "en": ArticleText(_said(_WORDS_EN, " ", 4, chance), _body(_WORDS_EN, " ", chance)),
            "zh": ArticleText(_said(_WORDS_ZH, "", 4, chance), _body(_WORDS_ZH, "", chance)),
        },
    )


def _body(words: list[str], between: str, chance: "random.Random") -> str:
    return "\n\n".join(_said(words, between, _SENTENCE, chance) for _ in range(_SENTENCES))


def _said(words: list[str], between: str, count: int, chance: "random.Random") -> str:
    """Some of the words, most of them common, and a number that few others have."""
    said = [words[min(int(chance.expovariate(0.15)), len(words) - 1)] for _ in range(count)]
    return between.join([*said, str(chance.randrange(5_000))])


def _typed_en(chance: "random.Random") -> str:
    words = chance.sample(_WORDS_EN, 2)
    return f"{words[0]} {words[1][: chance.randint(2, 5)]}"


def _typed_zh(chance: "random.Random") -> str:
    return "".join(chance.sample(_WORDS_ZH, 2))
