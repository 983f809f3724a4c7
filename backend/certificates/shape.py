"""What a certificate has in it, before anything of it is believed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from web3 import Web3

from backend.certificates.canonical import NotCanonical, parse
from backend.errors import both

FORMAT = "feiqian.certificate/1"


def _spelt(address: str) -> str:
    if Web3.to_checksum_address(address) != address or int(address, 16) == 0:
        raise ValueError(both("is no address with its checksum (EIP-55)", "不是带校验和的地址(EIP-55)"))
    return address


Kind = Literal["receivable", "note", "receipt", "loan"]
Digits = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,77})$")]
Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$"), AfterValidator(_spelt)]
Hash = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
Hex = Annotated[str, StringConstraints(pattern=r"^0x([0-9a-f]{2})*$")]
Signature = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{130}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,40}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Slot(_Part):
    """A word of storage and its way through the contract's trie."""

    key: Hash
    value: Hash
    proof: list[Hex] = Field(max_length=64)


class Account(_Part):
    """A contract, its way through the trie of the state, and the words of it that are needed."""

    address: Address
    proof: list[Hex] = Field(max_length=64)
    slots: list[Slot] = Field(max_length=64)


class Block(_Part):
    number: Digits
    hash: Hash
    header: dict[str, Hex]


class Certificate(_Part):
    """`facts` are proven by the chain, `documents` by hashes among them; `names` are the issuer's word."""

    format: Literal["feiqian.certificate/1"]
    kind: Kind
    id: Digits
    chainId: Digits
    block: Block
    facts: dict[str, Any]
    documents: dict[str, str]
    names: dict[Address, str]
    contracts: dict[Name, Account] = Field(max_length=16)
    issuer: Address
    signature: Signature


def understand(file: bytes) -> tuple[dict[str, Any], Certificate]:
    """The certificate in a file, as it stands there and in its parts. Raises NotCanonical."""
    found = parse(file)
    try:
        return found, Certificate.model_validate(found)
    except ValidationError as mistake:
        first = mistake.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:100] or "certificate"
        raise NotCanonical(
            both("{place} is not what a certificate has there", "{place} 不符合证书的格式", place=place)
        ) from None
