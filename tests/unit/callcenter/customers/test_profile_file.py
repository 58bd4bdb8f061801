"""A file of profiles: good rows are read whatever is wrong with others."""

import pytest

from callcenter.customers.keys import CustomerKeys
from callcenter.customers.profile_file import FileRefused, Row, read_profiles
from callcenter.customers.profiles import mail_addresses_of
from callcenter.ports.profiles import Profile
from routing.ids import AgentId

KEYS = CustomerKeys(b"s" * 32)
AGENTS = {"ann": AgentId("u-ann")}


def read(*lines: str) -> list[Row]:
    return list(read_profiles([f"{line}\n" for line in lines], KEYS, AGENTS))


def faults(*lines: str) -> list[tuple[int, str]]:
    return [(row.line, row.fault) for row in read(*lines) if row.profile is None]


def test_a_whole_row() -> None:
    rows = read(
        "address,tier,language,region,owner,open_complaint",
        " Carol@Example.org ,vip,zh-CN,south,ann,yes",
        "+49 30 1234,,,,,",
    )
    carol = Profile(
        customer_key=KEYS.key_of("carol@example.org"),
        address="Carol@Example.org",
        tier="vip",
        language="zh-CN",
        region="south",
        owner_agent_id=AgentId("u-ann"),
        has_open_complaint=True,
    )
    caller = Profile(customer_key=KEYS.key_of("+49301234"), address="+49 30 1234")
    assert rows == [Row(2, carol), Row(3, caller)]


def test_columns_may_come_in_any_order_and_empty_lines_do_not_count() -> None:
    rows = read("Tier, ADDRESS", "vip,a@b.example", "", " , ", "gold,c@d.example")
    assert [(row.line, row.profile and row.profile.tier) for row in rows] == [
        (2, "vip"),
        (5, "gold"),
    ]


def test_every_bad_row_is_told_with_its_line_and_reason() -> None:
    assert faults(
        "address,tier,owner,open_complaint",
        ",vip,,",
        "a@b.example,Very Important,,",
        "a@b.example,vip,bob,",
        "a@b.example,vip,,maybe",
        "a@b.example,vip",
        "a@b.example,vip,ann,no",
        "A@B.example,gold,ann,no",
        "\udce9@b.example,vip,,",
    ) == [
        (2, "address: an address or number has 1 to 200 printable characters"),
        (3, "tier: a tier has small letters, digits, - and _, up to 32 characters"),
        (4, "owner: there is no agent bob"),
        (5, "open_complaint: say yes or no"),
        (6, "it has 2 fields, the first line names 4"),
        (8, "the customer of line 7 again"),
        (9, "it is not written in UTF-8"),
    ]


def test_a_caller_may_have_an_address_for_mail() -> None:
    rows = read(
        "address,email", "+49301234,mia@shop.example", "+49301235,mia at shop", "a@b.example,"
    )
    assert [mail_addresses_of(row.profile) for row in rows] == [
        ["mia@shop.example"],
        [],
        ["a@b.example"],
    ]
    assert (
        rows[1].fault == "email: an e-mail address is like mia@shop.example, with nothing beside it"
    )
    assert mail_addresses_of(Profile(customer_key="k", address="张伟@例子.中国")) == []


def test_a_row_that_is_no_csv_does_not_stop_the_rest() -> None:
    huge = "x" * 200_000
    rows = read("address,tier", f"{huge},vip", "a@b.example,vip")
    assert [row.profile is None for row in rows] == [True, False]
    assert "not a row of CSV" in rows[0].fault


@pytest.mark.parametrize(
    "header", ["", "name,tier", "address,colour", "address,tier,tier", '"address'], ids=repr
)
def test_a_file_without_the_right_columns_is_refused_whole(header: str) -> None:
    with pytest.raises(FileRefused, match="line 1"):
        read(header)
