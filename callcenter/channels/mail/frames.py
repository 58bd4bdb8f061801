"""An HTML mail as a page of its own, for a frame that can run nothing: the second wall after the sanitiser.

The page forbids everything by its own policy: no script, no form, no address of ours; pictures from elsewhere only when they were asked
for. The console puts it into a sandboxed frame as well.
"""

import base64
import html
import re
from collections.abc import Mapping
from typing import Final

from callcenter.channels.mail import limits
from callcenter.channels.mail.mails import Mail
from callcenter.channels.mail.sanitising import folded

_REMOTE: Final = re.compile(r'(<img\b[^>]*?\bsrc=")(https?:[^"]*)(")', re.IGNORECASE)
_INLINE: Final = re.compile(r'(<img\b[^>]*?\bsrc=")cid:([^"]*)(")', re.IGNORECASE)
_PICTURES: Final = ("image/png", "image/gif", "image/jpeg", "image/webp")
_STYLE: Final = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:12px;color:#1f1f1f;background:#fff;overflow-wrap:anywhere}"
    "img{max-width:100%}blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #d9d9d9}"
    "summary{cursor:pointer;color:#595959}table{max-width:100%}"
)


def has_remote_images(markup: str) -> bool:
    """Whether the mail wants to fetch pictures from elsewhere."""
    return bool(_REMOTE.search(markup))


def policy(*, with_images: bool) -> str:
    """The page's Content-Security-Policy."""
    images = "data: https: http:" if with_images else "data:"
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def page(mail: Mail, pictures: Mapping[str, bytes], *, with_images: bool, summary: str) -> bytes:
    """The whole page; `pictures` are the bytes of the mail's own, by Content-ID."""
    kinds = {one.content_id: one.content_type for one in mail.attachments}

    def inline(found: re.Match[str]) -> str:
        content_id = html.unescape(found[2])
        content, kind = pictures.get(content_id), kinds.get(content_id, "")
        if content is None or kind not in _PICTURES or len(content) > limits.INLINE_IMAGE_BYTES_MAX:
            return f"{found[1]}{found[3]}"
        return f"{found[1]}data:{kind};base64,{base64.b64encode(content).decode()}{found[3]}"

    body = _INLINE.sub(inline, mail.html)
    if not with_images:
        body = _REMOTE.sub(r"\1\3", body)
    body = folded(body, html.escape(summary))
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    ).encode("utf-8", "replace")
