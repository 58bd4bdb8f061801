"""What leads a customer through a flow: the flow, those it goes through, and what tells one version from another."""

import hashlib
from collections.abc import Mapping

import msgspec

from ivr.model import Flow, Flows


class FlowPlan(msgspec.Struct, frozen=True):
    """A flow that customers are led through, with those it goes through; `digest` tells one version from another."""

    flow_id: str
    flows: Mapping[str, Flow]
    digest: str


def digest_of(flows: Flows) -> str:
    """Equal for flows that lead the same way."""
    return hashlib.sha256(msgspec.json.encode(list(flows.values()))).hexdigest()[:16]
