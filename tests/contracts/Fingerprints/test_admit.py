"""F1: lets an asset contract keep its things here."""

from tests.contracts.world import digest, refused


def test_an_admitted_contract_may_claim(fingerprints, admin, MockAsset):
    """F1: before the admission, not."""
    asset = MockAsset.deploy({"from": admin})
    with refused("NotAnAssetContract", asset):
        asset.claim(fingerprints, digest("thing"), 1, {"from": admin})
    tx = fingerprints.admit(asset, {"from": admin})
    assert tx.events["AssetContractAdmitted"]["assetContract"] == asset
    assert fingerprints.isAdmitted(asset)
    asset.claim(fingerprints, digest("thing"), 1, {"from": admin})


def test_a_thief_admits_nobody(world, fingerprints, thief, MockAsset):
    """F1: a forged asset contract cannot squat on fingerprints."""
    forged = MockAsset.deploy({"from": thief})
    with refused("AccessManagedUnauthorized", thief):
        fingerprints.admit(forged, {"from": thief})
    with refused("NotAnAssetContract", thief):
        fingerprints.claim(digest("fingerprint 1"), 1, {"from": thief})
