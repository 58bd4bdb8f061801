"""What the doctor says of a real Asterisk."""

import pytest

from callcenter.bootstrap.doctor_outside import looked_at_outside
from callcenter.settings import Settings
from loadtests.rig.instance import PASSWORD, USER, Asterisk


@pytest.mark.parametrize(
    ("account", "code", "says"),
    [
        ((USER, PASSWORD), "", "answers"),
        ((USER, "wrong"), "phone_system_refuses", "refuses the user"),
        (("readonly", PASSWORD), "phone_system_refuses", "lets only read the user"),
    ],
)
async def test_an_asterisk(
    shared: Asterisk, account: tuple[str, str], code: str, says: str
) -> None:
    user, password = account
    system = {"kind": "asterisk", "control_url": shared.ari_url, "user": user, "password": password}
    settings = Settings.model_validate({"port": 0, "telephony": {"office": system}})
    found = [one async for one in looked_at_outside(settings, None)]
    assert [one.code for one in found] == [code]
    assert says in found[0].says
