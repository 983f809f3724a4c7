"""A1 to A3: no single key holds every power, and an outsider holds none."""

import pytest

from tests.contracts.world import CNY, DAY, FAR, LIMITS, POWERS, Power, at, digest, now, refused

RESTRICTED = {
    ("participants", "register"): lambda w: (w.stranger, digest("x"), 1, FAR, "x"),
    ("participants", "renew"): lambda w: (w.supplier, 1, FAR),
    ("participants", "setConfirmationLimit"): lambda w: (w.obligor, CNY, 1),
    ("participants", "freeze"): lambda w: (w.supplier, digest("x")),
    ("participants", "unfreeze"): lambda w: (w.supplier, digest("x")),
    ("policy", "scheduleLimits"): lambda w: (LIMITS, FAR),
    ("policy", "setSettlementToken"): lambda w: (978, w.cash),
    ("fingerprints", "admit"): lambda w: (w.thief,),
    ("adjustments", "resolveByOrder"): lambda w: (1, 1, digest("x"), ()),
    ("prices", "assignFeed"): lambda w: (digest("x"), w.oracle),
    ("warehousereceipts", "unlock"): lambda w: (1, digest("x")),
    ("warehousereceipts", "freeze"): lambda w: (1, digest("x")),
    ("warehousereceipts", "unfreeze"): lambda w: (1, digest("x")),
    ("cash", "attestReserve"): lambda w: (10**18, digest("x")),
    ("cash", "setCap"): lambda w: (10**18,),
    ("cash", "mint"): lambda w: (w.thief, 1),
    ("cash", "setFrozenTokens"): lambda w: (w.bank, 1),
    ("cash", "forcedTransfer"): lambda w: (w.bank, w.thief, 1),
}


def holder(world, act):
    """Whose power an act is."""
    return next((power for power, acts in POWERS.items() if act in acts), Power.ADMIN)


@pytest.mark.parametrize("act", RESTRICTED, ids=".".join)
def test_only_its_own_officer_may(world, act):
    """A3: every restricted act is refused to the other officers, to participants and to strangers."""
    contract, name = act
    call = getattr(world.contracts[contract], name)
    allowed = holder(world, act).name.lower()
    for caller in {"admin", "registrar", "issuer", "attestor", "regulator", "thief", "stranger"} - {allowed}:
        with refused("AccessManagedUnauthorized", world.parties[caller]):
            call(*RESTRICTED[act](world), {"from": world.parties[caller]})


def test_every_restricted_function_is_known_here(world):
    """A3: a function that only an officer may call, and that this file forgets, would go untested."""
    found = set()
    for name, contract in world.contracts.items():
        if name == "authority":
            continue
        for entry in contract.abi:
            if entry["type"] != "function" or entry["stateMutability"] in ("view", "pure"):
                continue
            if f"restricted:{entry['name']}" in _restricted_in(contract):
                found.add((name, entry["name"]))
    assert found == set(RESTRICTED)


def _restricted_in(contract):
    """Names of functions that carry the modifier, read from the source."""
    names, pending = set(), None
    for word in contract._build["source"].replace("(", " ( ").split():
        if word == "function":
            pending = "next"
        elif pending == "next":
            pending = word
        elif word == "restricted" and pending:
            names.add(f"restricted:{pending}")
        elif word == "{":
            pending = None
    return names


def test_an_officer_cannot_pass_its_power_on(world, authority, issuer, thief):
    """A1: granting is the admin's."""
    with refused("AccessManagerUnauthorizedAccount", issuer, Power.ADMIN):
        authority.grantRole(Power.ISSUER, thief, 0, {"from": issuer})


def test_the_admin_can_be_made_to_wait(world, authority, participants, policy, admin):
    """A2: with a delay, an act is announced first and executed when the delay has passed, not a second sooner."""
    authority.grantRole(Power.ADMIN, admin, DAY, {"from": admin})
    # The shorter delay of before ends only after the same time, so that a stolen key cannot skip it.
    call = policy.scheduleLimits.encode_input(LIMITS, FAR)
    began = now()
    with at(began + 10):
        authority.schedule(policy, call, 0, {"from": admin})
    operation = authority.hashOperation(admin, policy, call)
    ready = began + 10 + DAY
    with at(ready - 1), refused("AccessManagerNotReady", operation):
        authority.execute(policy, call, {"from": admin})
    with at(ready):
        authority.execute(policy, call, {"from": admin})
    assert policy.limits() == LIMITS


def test_a_contract_obeys_its_authority_alone(world, participants, admin, thief):
    """A1: nobody moves a contract under another authority."""
    for caller in (admin, thief):
        with refused("AccessManagedUnauthorized", caller):
            participants.setAuthority(thief, {"from": caller})
