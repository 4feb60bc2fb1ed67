"""What we did and what we know of it: intents and outcomes, objects, plans, printed pieces, who is at work."""

from mpkit.ledger.holding import HEARTBEAT, Hold, beat, give_back, take, writing_held
from mpkit.ledger.intents import (
    Intent,
    body_hash,
    intend,
    mark_ended,
    mark_sent,
    of_plan,
    reopen,
    request_key,
    unsettled,
)
from mpkit.ledger.objects import Known, Seal, Taken, known, of_registers, remember
from mpkit.ledger.pieces import (
    IN_USE,
    Piece,
    in_use,
    next_serials,
    payload_hash,
    pieces_of,
    record_pieces,
    set_state,
)
from mpkit.ledger.plans import find_plan, keep_plan, latest_plan

__all__ = [
    "HEARTBEAT",
    "IN_USE",
    "Hold",
    "Intent",
    "Known",
    "Piece",
    "Seal",
    "Taken",
    "beat",
    "body_hash",
    "find_plan",
    "give_back",
    "in_use",
    "intend",
    "keep_plan",
    "known",
    "latest_plan",
    "mark_ended",
    "mark_sent",
    "next_serials",
    "of_plan",
    "of_registers",
    "payload_hash",
    "pieces_of",
    "record_pieces",
    "remember",
    "reopen",
    "request_key",
    "set_state",
    "take",
    "unsettled",
    "writing_held",
]
