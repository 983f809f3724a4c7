"""Checking a certificate from the file alone, and then against what the checker trusts: without a backend, a database
or a key. Nothing that somebody may have written into a file raises here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from backend.certificates import documents, headers, sealing
from backend.certificates.canonical import NotCanonical
from backend.certificates.facts import MAIN, PARTIES, WORDS, facts_of, is_registrar
from backend.certificates.proofs import NotProven, ProvenWords
from backend.certificates.shape import Certificate, understand
from backend.certificates.words import LABELS, labelled, listed, plain
from backend.errors import FeiqianError, Phrase, both


@dataclass(frozen=True)
class Check:
    """One line of the examination. `holds` is None for what is said and cannot be proven."""

    name: str
    says: Phrase
    holds: bool | None


@dataclass(frozen=True)
class Examination:
    """What came of a file: the certificate, where it could be read, and a check for each thing that must hold."""

    certificate: Certificate | None
    checks: list[Check]


def check(file: bytes) -> Examination:
    """Everything that can be checked from the file alone."""
    try:
        found, certificate = understand(file)
    except NotCanonical as wrong:
        return Examination(None, [Check("form", wrong.reason, False)])
    return Examination(certificate, list(_checks(found, certificate)))


def failures(checks: Iterable[Check]) -> list[Check]:
    return [one for one in checks if one.holds is False]


def _checks(found: dict[str, Any], certificate: Certificate) -> Iterator[Check]:
    yield Check(
        "form",
        both(
            "certificate of {what} {id}, format {format}, written the one way that is allowed",
            "{what} {id} 的证书,格式 {format},书写符合唯一的规范形式",
            what=WORDS[certificate.kind],
            id=certificate.id,
            format=certificate.format,
        ),
        True,
    )
    main = MAIN[certificate.kind]
    yield Check(
        "signature",
        both(
            "all of it is signed by its issuer {issuer}",
            "全部内容由签发人 {issuer} 签名",
            issuer=certificate.issuer,
        ),
        main in certificate.contracts and sealing.is_signed(found, main),
    )
    header = certificate.block.header
    is_header = _is_header(certificate)
    yield Check(
        "header",
        both(
            "the header makes the hash of block {number}: {hash}",
            "区块头的哈希即为区块 {number} 的哈希:{hash}",
            number=certificate.block.number,
            hash=certificate.block.hash,
        ),
        is_header,
    )
    if is_header:
        yield from _proven(certificate, headers.number_in(header, "timestamp"))


def _is_header(certificate: Certificate) -> bool:
    header = certificate.block.header
    try:
        return headers.hash_of(header) == certificate.block.hash and certificate.block.number == str(
            headers.number_in(header, "number")
        )
    except ValueError:
        return False


def _proven(certificate: Certificate, at: int) -> Iterator[Check]:
    slots = {name: len(account.slots) for name, account in certificate.contracts.items()}
    try:
        words = ProvenWords(certificate.contracts, certificate.block.header["stateRoot"])
    except NotProven as broken:
        yield _proof(str(broken), certificate, False)
        return
    for name in slots:
        yield _proof(name, certificate, True)
    yield from _facts(certificate, words)
    yield Check(
        "issuer",
        both(
            "the issuer is a registrar of this deployment at that block",
            "签发人在该区块时为本部署的登记员",
        ),
        _issued(certificate, words, at),
    )
    if certificate.documents:
        yield Check(
            "documents",
            both(
                "the words behind it make the hash that the chain keeps: {words}",
                "所附文字的哈希与链上留存一致:{words}",
                words=listed(certificate.documents),
            ),
            documents.are_behind(certificate.kind, certificate.documents, certificate.facts),
        )
    if words.unread or 0 in slots.values():
        yield Check("slots", both("there is more in it than it needs", "含有多余的存储证明"), False)
    yield from _said(certificate)


def _proof(name: str, certificate: Certificate, holds: bool) -> Check:
    account = certificate.contracts[name]
    return Check(
        "proof",
        both(
            "what is read of {contract} at {address} is in the state of that block (words: {count})",
            "{contract}({address})的所读内容属于该区块的状态(存储字:{count})",
            count=len(account.slots),
            contract=name,
            address=account.address,
        ),
        holds,
    )


def _facts(certificate: Certificate, words: ProvenWords) -> Iterator[Check]:
    """A check for each fact that is stated and for each that should have been."""
    try:
        held = facts_of(certificate.kind, int(certificate.id), words, certificate.facts)
    except (NotProven, FeiqianError, ValueError, LookupError, OverflowError) as wrong:
        reason = wrong.params.get("reason") if isinstance(wrong, FeiqianError) else None
        missing = both("what it states is not in its proofs", "证书所述内容不在其证明之内")
        yield Check("facts", reason if isinstance(reason, Phrase) else missing, False)
        return
    for name in dict.fromkeys([*held, *certificate.facts]):
        stated, has = certificate.facts.get(name), held.get(name)
        label = LABELS.get(name, plain(name))
        if stated == has and type(stated) is type(has):
            yield Check(f"facts.{name}", labelled(name, held), True)
        else:
            yield Check(
                f"facts.{plain(name)}",
                both(
                    "{label}: the certificate says {stated}, the chain has {has}",
                    "{label}:证书称 {stated},链上为 {has}",
                    label=label,
                    stated=_text(stated),
                    has=_text(has),
                ),
                False,
            )


def _issued(certificate: Certificate, words: ProvenWords, at: int) -> bool:
    authority = certificate.contracts.get("Authority")
    try:
        return authority is not None and is_registrar(words, authority.address, certificate.issuer, at)
    except NotProven:
        return False


def _said(certificate: Certificate) -> Iterator[Check]:
    parties = {certificate.facts.get(role) for role in PARTIES}
    for account, name in certificate.names.items():
        if account not in parties:
            yield Check("names", both("{account} is no party to it", "{account} 不是其当事人", account=account), False)
        else:
            yield Check(
                "names",
                both(
                    "{account} is {name}: the issuer's word, not proven by the chain",
                    "{account} 为{name}:由签发人陈述,未经链上证明",
                    account=account,
                    name=plain(name),
                ),
                None,
            )


def _text(value: Any) -> object:
    return both("nothing", "无") if value is None else plain(str(value))
