"""The tables of what we did: intents and outcomes, objects as we sent them, plans, printed pieces, who is at work."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from mpkit.db import Json, Utc, metadata

IN_USE = ("printed", "placed")  # pieces that hang on a counter or are on their way there

intents = sa.Table(
    "intents",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("plan", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),  # store | pos
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # create | update | adopt | delete
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("body_hash", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),  # one for an object, whatever the plan or the attempt
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("remote_id", sa.Text),
    sa.Column("error", Json),  # {key, values}: a sentence to say later in any language
    sa.Column("note", Json),  # what was repaired on the way
    sa.Column("intended", Utc, nullable=False),
    sa.Column("sent", Utc),
    sa.Column("ended", Utc),
    sa.CheckConstraint("object IN ('store', 'pos')", name="intents_object"),
    sa.CheckConstraint("state IN ('intended', 'sent', 'done', 'refused', 'conflict', 'unknown')", name="intents_state"),
)

objects = sa.Table(
    "objects",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),  # store | pos
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("remote_id", sa.Text, nullable=False),
    sa.Column("qr_payload", sa.Text),  # of a POS, byte for byte
    sa.Column("sent", Json, nullable=False),  # the fields as last sent: street, city and state are never echoed
    sa.Column("seen", Utc, nullable=False),
    sa.Column("mac", sa.Text, nullable=False),
    sa.Column("gone", Utc),  # when we took it away: its ids and its code stay on record, and nobody else's
    sa.UniqueConstraint("account", "object", "remote_id", name="objects_remote_id"),
    sa.UniqueConstraint("account", "qr_payload", name="objects_qr_payload"),
    sa.CheckConstraint("object IN ('store', 'pos')", name="objects_object"),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("document", Json, nullable=False),
    sa.Column("made", Utc, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("given_up", Utc),  # when somebody decided that what is left of it shall not be done
)

pieces = sa.Table(
    "pieces",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("serial", sa.Integer, primary_key=True),
    sa.Column("register", sa.Text, nullable=False),  # external id
    sa.Column("pos_id", sa.Text, nullable=False),
    sa.Column("payload_hash", sa.Text, nullable=False),
    sa.Column("check_code", sa.Text, nullable=False),
    sa.Column("book", sa.Text, nullable=False),
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("slot", sa.Integer, nullable=False),
    sa.Column("printed", Utc, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # printed | placed | replaced | void | lost
    sa.Column("mac", sa.Text, nullable=False),
    sa.Index("pieces_register", "account", "register"),
    sa.CheckConstraint("state IN ('printed', 'placed', 'replaced', 'void', 'lost')", name="pieces_state"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("next", sa.Integer, nullable=False),
)

holders = sa.Table(
    "holders",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),  # apply
    sa.Column("holder", sa.Text, nullable=False),  # unguessable, one for each taking
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("born", sa.Text, nullable=False),  # tells a process from a later one with the same number
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("taken", Utc, nullable=False),
    sa.Column("heartbeat", Utc, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),  # 1, 2, 3 … without a gap
    sa.Column("at", Utc, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # see audit.KINDS
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # the file or page it came from
    sa.Column("details", Json, nullable=False),
    sa.Column("link", sa.Text, nullable=False),  # the seal over the row before and this one
    sa.Index("audit_at", "account", "at"),
    sa.Index("audit_subject", "account", "subject"),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("mac", sa.Text, nullable=False),
)

sealing = sa.Table(
    "sealing",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),  # "": one key seals the rows of every account
    sa.Column("key", sa.Text, nullable=False),  # its name in the key file
    sa.Column("since", Utc, nullable=False),
)

snoozes = sa.Table(
    "snoozes",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),  # store | pos
    sa.Column("remote_id", sa.Text, primary_key=True),
    sa.Column("until", sa.Date, nullable=False),  # the first day on which it is news again
    sa.Column("reason", sa.Text, nullable=False),  # see snoozes.REASONS
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)


def audit_as_text(account: str) -> sa.Select[Any]:
    """The rows of an account in their order, the values as they stand: times in ticks, details as text."""
    c = audit.c
    at, details = sa.type_coerce(c.at, sa.BigInteger), sa.type_coerce(c.details, sa.Text)
    columns = (c.n, at, c.who, c.kind, c.object, c.subject, c.source, details, c.link)
    return sa.select(*columns).where(c.account == account).order_by(c.n)


def turns_of(account: str) -> sa.Select[Any]:
    """The details, as the text that stands there, of the row by which an account's audit first got another key."""
    found = sa.select(sa.type_coerce(audit.c.details, sa.Text)).where(audit.c.account == account, audit.c.kind == "key")
    return found.order_by(audit.c.n).limit(1)


def sealing_key() -> sa.Select[Any]:
    """The key that seals the store."""
    return sa.select(sealing.c.key).where(sealing.c.account == "")


def sealed_accounts() -> sa.CompoundSelect[Any]:
    """Every account that has a row with a seal."""
    return sa.union(*(sa.select(table.c.account) for table in (audit_heads, objects, pieces)))


def audit_lock(connection: sa.Connection, account: str) -> None:
    """One at a time writes to an account's audit; in SQLite whoever writes is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"audit {account}"))))


def states_of(account: str, plan: str) -> sa.Select[Any]:
    """The query for the states a plan's changes are in, and how many are in each."""
    mine = (intents.c.account == account) & (intents.c.plan == plan)
    return sa.select(intents.c.state, sa.func.count()).where(mine).group_by(intents.c.state)


def latest_of(account: str, plan: str, first: int, most: int) -> sa.Select[Any]:
    """The query for what a plan did last: what was sent or has ended, the newest first."""
    moment = sa.func.coalesce(intents.c.ended, intents.c.sent)
    mine = (intents.c.account == account) & (intents.c.plan == plan) & moment.is_not(None)
    query = sa.select(intents).where(mine).order_by(moment.desc(), intents.c.object, intents.c.external_id)
    return query.offset(first).limit(most)


def carried_out(account: str, *, last: bool) -> sa.Select[Any]:
    """The document of the plan carried out first of all, or of the last one that was about the whole list."""
    done = sa.exists().where(intents.c.account == account, intents.c.plan == plans.c.hash, intents.c.state == "done")
    query = sa.select(plans.c.document).where(plans.c.account == account, done).limit(1)
    if not last:
        return query.order_by(plans.c.made)
    whole = sa.type_coerce(plans.c.document, sa.Text).contains('"scope":null')  # canonical text: no value can say so
    return query.where(whole).order_by(plans.c.made.desc())


# Statements of every single request, made once: making one costs more than the database takes for it.

held = holders.select().where(
    holders.c.account == sa.bindparam("of_account"), holders.c.purpose == sa.bindparam("of_purpose")
)

_order = intents.c.plan, intents.c.object.desc(), intents.c.external_id
_mine = intents.c.account == sa.bindparam("of_account")

intents_of_plan = intents.select().where(_mine, intents.c.plan == sa.bindparam("of_plan")).order_by(*_order)

intents_of_object = (
    intents.select()
    .where(
        _mine,
        intents.c.object == sa.bindparam("of_object"),
        intents.c.external_id == sa.bindparam("of_external_id"),
    )
    .order_by(*_order)
)

intents_unsettled = (
    intents.select().where(_mine, (intents.c.state == "sent") | (intents.c.state == "unknown")).order_by(*_order)
)

# The objects of an account, in the columns' order; what was sent is left as the text that stands there.
all_objects = sa.select(
    *(sa.type_coerce(one, sa.Text).label("sent") if one.name == "sent" else one for one in objects.c)
).where(objects.c.account == sa.bindparam("of_account"))

all_pieces = pieces.select().where(pieces.c.account == sa.bindparam("of_account")).order_by(pieces.c.serial)

one_object = all_objects.where(
    objects.c.object == sa.bindparam("of_object"), objects.c.external_id == sa.bindparam("of_external_id")
)

serials_used = (
    sa.select(pieces.c.register, pieces.c.serial)
    .where(pieces.c.account == sa.bindparam("of_account"), sa.or_(*(pieces.c.state == state for state in IN_USE)))
    .order_by(pieces.c.serial)
)

let_go = holders.delete().where(
    holders.c.account == sa.bindparam("of_account"),
    holders.c.purpose == sa.bindparam("of_purpose"),
    holders.c.holder == sa.bindparam("of_holder"),
)

others_with = sa.select(objects.c.external_id).where(  # another object with this id or this code
    objects.c.account == sa.bindparam("of_account"),
    objects.c.object == sa.bindparam("of_object"),
    objects.c.external_id != sa.bindparam("of_external_id"),
    (objects.c.remote_id == sa.bindparam("of_remote_id")) | (objects.c.qr_payload == sa.bindparam("of_qr_payload")),
)

added = audit.insert()

head_held = sa.select(audit_heads.c.n, audit_heads.c.link, audit_heads.c.mac).where(
    audit_heads.c.account == sa.bindparam("of_account")
)

head_moved = (
    audit_heads.update()
    .where(audit_heads.c.account == sa.bindparam("of_account"))
    .values({name: sa.bindparam(name) for name in ("n", "link", "mac")})
)

resealed = {  # statements for many rows, each named by its key with `of_` before it
    table.name: table.update()
    .where(*(column == sa.bindparam(f"of_{column.name}") for column in table.primary_key))
    .values(mac=sa.bindparam("mac"))
    for table in (objects, pieces)
}


@cache
def changing(names: tuple[str, ...]) -> sa.Update:
    """Change these columns of one intent, named by `of_account`, `of_plan`, `of_object` and `of_external_id`."""
    key = [column == sa.bindparam(f"of_{column.name}") for column in intents.primary_key]
    return intents.update().where(*key).values({name: sa.bindparam(name) for name in names})
