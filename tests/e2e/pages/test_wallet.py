"""A party with a wallet of its own: it signs in with it, and signs and sends with it what the keystore has no key for."""

from __future__ import annotations

import json
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct
from playwright.sync_api import expect

from .conftest import Site, Visitor

PROVIDER = (
    """window.ethereum = { request: ({ method, params }) => window.wallet(method, JSON.stringify(params ?? [])) };"""
)


def with_wallet(site: Site, key: Any, **more: Any) -> Visitor:
    """A browser with a wallet (EIP-1193) that asks nobody."""
    visitor, node = site.visit(**more), site.network.world.system.node

    def wallet(method: str, params: str) -> Any:
        given = json.loads(params)
        if method == "eth_requestAccounts":
            return [key.address]
        if method == "personal_sign":
            return "0x" + key.sign_message(encode_defunct(text=given[0])).signature.hex()
        if method == "eth_signTypedData_v4":
            return "0x" + key.sign_typed_data(full_message=json.loads(given[1])).signature.hex()
        assert method == "eth_sendTransaction", method
        (asked,) = given
        raw = key.sign_transaction(
            {
                "to": asked["to"], "data": asked["data"], "value": 0, "gas": 2_000_000, "chainId": node.chain_id,
                "gasPrice": 2 * node.gas_price(node.head()), "nonce": node.transaction_count(key.address),
            }
        ).raw_transaction  # fmt: skip
        return node.rpc("eth_sendRawTransaction", "0x" + raw.hex())

    visitor.page.expose_function("wallet", wallet)
    visitor.page.add_init_script(PROVIDER)
    return visitor


def test_it_signs_in_confirms_and_endorses_with_its_own_keys(site: Site) -> None:
    net = site.network
    key = Account.create()
    net.operator.register("Own Keys", "91310000OWNKEYS01", ["obligor", "supplier"], limits={"CNY": 10**9},
                          account=key.address)  # fmt: skip
    net.world.system.node.prepare_accounts(key.address)
    invoice = net.invoice(amount=500_00, buyer="91310000OWNKEYS01")
    claim = int(net.tier1.hand_over(invoice)["result"]["receivableId"])
    visitor = with_wallet(site, key)
    visitor.page.goto("/door")
    visitor.page.locator("form[data-wallet] button").click()
    expect(visitor.page.locator("nav")).to_contain_text("Supplier")

    visitor.act("confirm", claim, amountFen="500", setOffWaived="yes")
    expect(visitor.page.locator("main")).to_contain_text("Confirmation")
    expect(visitor.page.locator("main")).to_contain_text("50000")
    assert visitor.violations() == []
    visitor.page.locator("form[data-sign] button").click()
    expect(visitor.page.locator("[data-state=succeeded]")).to_be_visible(timeout=20_000)
    assert net.tier1.receivable(claim)["confirmedFen"] == "50000"

    (note,) = net.tier1.notes(claim)
    net.tier1.endorse(note["id"], key.address, 100_00)
    mine = max(one["id"] for one in net.tier1.notes(claim))
    visitor.act("endorse", mine, to=net.tier2.account, valueFen="40", withRecourse="no")
    expect(visitor.page.locator("form[data-sign]")).to_have_attribute("data-kind", "transaction")
    visitor.page.locator("form[data-sign] button").click()
    visitor.page.wait_for_url("**/explorer/transactions/0x*")
    visitor.page.wait_for_timeout(1_000)
    assert [one["valueFen"] for one in net.tier2.notes() if one["holder"] == net.tier2.account] == ["4000"]


def test_a_wallet_that_refuses_changes_nothing(site: Site) -> None:
    net = site.network
    key = Account.create()
    net.operator.register("Own Keys", "91310000OWNKEYS01", ["obligor"], limits={"CNY": 10**9}, account=key.address)
    claim = int(net.tier1.hand_over(net.invoice(amount=1_00, buyer="91310000OWNKEYS01"))["result"]["receivableId"])
    visitor = with_wallet(site, key)
    visitor.page.goto("/door")
    visitor.page.locator("form[data-wallet] button").click()
    expect(visitor.page.locator("h1")).to_contain_text("Own Keys")
    visitor.act("confirm", claim, amountFen="1", setOffWaived="no")
    visitor.page.evaluate("() => { window.ethereum.request = () => Promise.reject(new Error('no')); }")
    visitor.page.locator("form[data-sign] button").click()
    expect(visitor.page.locator("[data-said]")).to_contain_text("did not sign")
    assert net.tier1.receivable(claim)["status"] == "submitted"


def test_it_gives_its_approvals_one_after_the_other(site: Site) -> None:
    """Rule P8: those that are missing, until none is; a party that the keystore acts for has nothing to give."""
    net = site.network
    key = Account.create()
    net.operator.register("Own Keys", "91310000OWNKEYS03", ["supplier"], account=key.address)
    net.world.system.node.prepare_accounts(key.address)
    visitor = with_wallet(site, key)
    visitor.page.goto("/door")
    visitor.page.locator("form[data-wallet] button").click()
    expect(visitor.page.locator("nav")).to_contain_text("Supplier")
    visitor.page.goto(f"/participants/{key.address}")
    expect(visitor.page.locator(f"a[href='/acts/give-approvals/{key.address}']")).to_be_visible()
    for _ in range(2 + len(net.world.system.contracts.deployment.tokens)):
        visitor.act("give-approvals", key.address)
        visitor.page.locator("form[data-sign] button").click()
        visitor.page.wait_for_url("**/explorer/transactions/*")
    visitor.act("give-approvals", key.address)
    expect(visitor.page.locator("main")).to_contain_text("all approvals stand already")
    assert visitor.complaints == []
    kept = site.visit(net.tier1)
    kept.page.goto(f"/participants/{net.tier1.account}")
    assert kept.page.locator("a[href^='/acts/give-approvals/']").count() == 0
