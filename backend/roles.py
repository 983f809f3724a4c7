"""Roles of participants: the names people use, the words for them, and the bits the contract keeps."""

from __future__ import annotations

from backend.errors import InvalidInput, Phrase, both

BITS = {
    "supplier": 1,
    "obligor": 2,
    "financier": 4,
    "custodian": 8,
    "carrier": 16,
    "oracle": 32,
    "registrar": 64,
    "regulator": 128,
    "protocol": 256,
}

WORDS: dict[str, Phrase] = {
    "supplier": both("supplier", "供应商"),
    "obligor": both("obligor", "付款人"),
    "financier": both("financier", "资金方"),
    "custodian": both("custodian", "保管人"),
    "carrier": both("carrier", "承运人"),
    "oracle": both("oracle", "预言机"),
    "registrar": both("registrar", "登记机构"),
    "regulator": both("regulator", "监管机构"),
    "protocol": both("protocol contract", "协议合约"),
}


def mask(names: list[str]) -> int:
    """The bits of `names`. Raises InvalidInput for one that there is not, or for none."""
    bits = 0
    for position, name in enumerate(names):
        if name not in BITS or name == "protocol":
            raise InvalidInput(
                field=f"roles.{position}", reason=both("there is no role {name!r}", "没有角色 {name!r}", name=name)
            )
        bits |= BITS[name]
    if not bits:
        raise InvalidInput(field="roles", reason=both("at least one role is needed", "至少需要一个角色"))
    return bits


def names(bits: int) -> list[str]:
    """The names behind `bits`."""
    return [name for name, bit in BITS.items() if bits & bit]


def words(bits: int) -> Phrase:
    """The roles behind `bits`, as a sentence names them."""
    known = [WORDS[name] for name in names(bits)]
    phrase = Phrase(", ".join(known))
    phrase.zh = "、".join(word.zh for word in known)
    return phrase
