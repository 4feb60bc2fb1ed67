"""What a plan asks of a person before it is carried out: numbers to type, a yes where buyers would see otherwise."""

from __future__ import annotations

import streamlit as st

from mpkit.pages.frame import language, plain, words
from mpkit.plan import Plan, detail

Confirmed = dict[str, int]
_NAMED = 10  # registers that go told one by one; the table below has them all


def ask(made: Plan) -> Confirmed | None:
    """The numbers as typed; None until each is the plan's own and each question has its yes."""
    demanded = {"confirm_changes": made.confirm_changes, "confirm_stickers": made.confirm_stickers}
    switched = made.confirm_switches
    typed: Confirmed = {}
    open_ = False
    for name, number in demanded.items():
        if number is None:
            continue
        said = st.number_input(
            words(f"confirm_type_{name.removeprefix('confirm_')}", n=number),
            min_value=0,
            value=None,
            step=1,
            format="%d",
            key=f"{name}_{made.hash[-12:]}",
            width=420,
        )
        if said == number:
            typed[name] = number
            continue
        open_ = True
        if said is not None:
            st.caption(words("confirm_other_number", n=number))
    if switched:
        agreed = st.checkbox(words("confirm_switch", n=switched), key=f"switch_{made.hash[-12:]}")
        typed |= {"confirm_switches": switched} if agreed else {}
        open_ |= not agreed
    return None if open_ else typed


def warn(made: Plan) -> None:
    """How much of what exists is touched, and of each register that goes its last payment, signs and open order.

    All of it stands there before anything is typed; those that were paid at last come first.
    """
    if made.confirm_changes is not None:
        st.warning(words("create_confirm_changes", n=made.confirm_changes), icon=":material/warning:")
    going = [change for change in made.changes if change.kind == "delete" and change.object == "pos"]
    going.sort(key=lambda change: str(change.values.get("last_payment") or ""), reverse=True)
    if going:
        lines = [
            f"- **{plain(one.name)}** · {plain(one.external_id)}: {plain(detail(one, language()))}" for one in going
        ]
        st.markdown("\n".join(lines[:_NAMED]))
        if len(going) > _NAMED:
            st.caption(words("plan_more", n=len(going) - _NAMED))
