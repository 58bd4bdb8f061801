"""The rig itself: Asterisk on loopback, with music that can be heard, records, and a way in for browsers."""

import base64
import hashlib
import time

import aiohttp

from loadtests.rig.instance import PASSWORD, USER, Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.rig.sounds import MUSIC_HZ, NOTE_MS, loudness, tone
from tests.asterisk.listening import PATIENCE_S, Ear, is_music


def test_a_note_is_told_from_another_and_from_silence() -> None:
    note = tone(MUSIC_HZ[0], NOTE_MS)
    assert loudness(note, MUSIC_HZ[0]) > 0.9
    assert loudness(note, MUSIC_HZ[1]) < 0.1
    assert not is_music([0] * len(note))


def test_while_nobody_takes_the_calls_a_plain_queue_does_with_music(shared: Asterisk) -> None:
    call = {"wait": 60_000}
    with Ear() as ear:
        call["audio_port"] = ear.port
        with Sipp.caller("caller-wait", shared.ports.sip, "+4930900200", **call):
            assert ear.hears_music()
            assert "PJSIP/caller" in shared.cli("core show channels concise")


def test_each_call_leaves_a_record(shared: Asterisk) -> None:
    def records() -> list[str]:
        return [line for line in shared.records() if "+4930900777" in line]

    with Sipp.caller("caller-wait", shared.ports.sip, "+4930900777", wait=300) as caller:
        until_s = time.monotonic() + PATIENCE_S
        while not records() and time.monotonic() < until_s:
            time.sleep(0.05)
        assert len(records()) == 1
        assert "ANSWERED" in records()[0]
    assert caller.status == 0


def test_every_socket_is_on_loopback(shared: Asterisk) -> None:
    """But for the resolver's, which has only itself to ask: it sends nothing, and no name stands anywhere."""
    bound = shared.cli("pjsip show transports")
    assert f"127.0.0.1:{shared.ports.sip}" in bound
    assert "0.0.0.0" not in bound  # noqa: S104 - that it is not


def digest(challenge: str, method: str, uri: str) -> str:
    """The answer to a SIP server's question who we are."""
    fields = dict(
        part.strip().split("=", 1)
        for part in challenge.partition(" ")[2].replace('"', "").split(",")
    )

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    ours = md5(f"1004:{fields['realm']}:{PASSWORD}")
    proof = md5(f"{ours}:{fields['nonce']}:00000001:c:auth:{md5(f'{method}:{uri}')}")
    return (
        f'Digest username="1004", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}",'
        f' response="{proof}", cnonce="c", nc=00000001, qop=auth, algorithm=MD5,'
        f' opaque="{fields.get("opaque", "")}"'
    )


def register(number: int, authorization: str = "") -> str:
    """A browser's phone says where it is."""
    lines = [
        "REGISTER sip:rig SIP/2.0",
        f"Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK{number}",
        "From: <sip:1004@rig>;tag=a",
        "To: <sip:1004@rig>",
        "Call-ID: browser",
        f"CSeq: {number} REGISTER",
        "Contact: <sip:1004@browser.invalid;transport=ws>;expires=60",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    return "\r\n".join([*lines, "", ""])


async def test_a_browsers_phone_registers_over_a_web_socket(shared: Asterisk) -> None:
    url = f"{shared.ari_url}/ws"
    async with aiohttp.ClientSession() as http, http.ws_connect(url, protocols=["sip"]) as socket:
        await socket.send_str(register(1))
        refused = await socket.receive_str(timeout=PATIENCE_S)
        assert refused.startswith("SIP/2.0 401"), refused
        challenge = next(
            line.partition(": ")[2]
            for line in refused.splitlines()
            if line.startswith("WWW-Authenticate")
        )
        await socket.send_str(register(2, digest(challenge, "REGISTER", "sip:rig")))
        assert (await socket.receive_str(timeout=PATIENCE_S)).startswith("SIP/2.0 200")
        shown = shared.cli("pjsip show endpoint 1004")
    assert "DTLS" in shown.upper() or "dtls_auto_generate_cert" in shown
    assert "media_encryption" in shown


async def test_ari_asks_who_it_is(shared: Asterisk) -> None:
    wrong = base64.b64encode(f"{USER}:wrong".encode()).decode()
    async with aiohttp.ClientSession() as http:
        url = f"{shared.ari_url}/ari/asterisk/ping"
        for header, status in (("", 401), (f"Basic {wrong}", 401)):
            async with http.get(url, headers={"Authorization": header} if header else {}) as answer:
                assert answer.status == status
