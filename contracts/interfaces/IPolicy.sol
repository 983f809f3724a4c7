// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Effective-dated limits (docs/SPECIFICATION.md, rules L)
/// @notice A refusal names its clause: "currency", "faceValue.max", "tenor.min", "tenor.max", "depth.max", "notes.max".
interface IPolicy {
    /// @param maxFaceValue minor units of the receivable's currency.
    /// @param minTenorDays from registration to maturity, in days of 86,400 seconds.
    /// @param confirmationDays how long a registered receivable waits for its obligor.
    /// @param maxDepth endorsements from the root note to the deepest one.
    /// @param maxNotes notes that one receivable may ever have, the root included.
    /// @param cutOffDays how long before maturity title stops moving.
    /// @param acceptanceDays how long a payee that wants to be asked may take to accept an endorsement.
    /// @param graceDays after maturity, before a penalty runs and recourse opens.
    /// @param penaltyBpsPerDay of what is overdue, for each day begun after grace, in basis points.
    /// @param levyBps of the price of each financing, for the reserve, in basis points.
    /// @param priceAgeHours how old a price may be to be used, in hours.
    /// @param countAgeHours how old a custodian's count may be to pledge goods on it, in hours.
    struct Limits {
        uint64 maxFaceValue;
        uint16 minTenorDays;
        uint16 maxTenorDays;
        uint16 confirmationDays;
        uint16 maxDepth;
        uint16 maxNotes;
        uint8 cutOffDays;
        uint8 acceptanceDays;
        uint8 graceDays;
        uint16 penaltyBpsPerDay;
        uint16 levyBps;
        uint8 priceAgeHours;
        uint8 countAgeHours;
    }

    event LimitsScheduled(uint256 indexed effectiveAt, Limits limits);
    event SettlementTokenSet(uint16 indexed currency, address indexed token);

    error PolicyRefused(bytes32 clause, uint256 value, uint256 limit);
    error EffectiveInThePast(uint256 effectiveAt, uint256 nowAt);
    error InvalidLimits(Limits limits);
    error CurrencyTaken(uint16 currency, address token);
    error InvalidSettlementToken(uint16 currency, address token);

    /// @notice L1. New limits from `effectiveAt` (UTC seconds) on; one set that has not begun is replaced.
    function scheduleLimits(Limits calldata limits, uint40 effectiveAt) external;

    /// @notice L2. Names the settlement token of a currency (ISO 4217 number), once and for good.
    function setSettlementToken(uint16 currency, address token) external;

    /// @notice L3. Refuses what may not be registered now; says until when the obligor can confirm it:
    /// for `confirmationDays`, and never past maturity. The cut-off in force then is the receivable's for good.
    function checkRegistration(uint16 currency, uint256 faceValue, uint256 maturityAt)
        external
        view
        returns (uint40 confirmBy, uint8 cutOffDays);

    /// @notice L4. Refuses a note too deep or one too many; says how long its payee may take to accept it.
    function checkEndorsement(uint256 depth, uint256 noteCount) external view returns (uint8 acceptanceDays);

    /// @notice L5. Grace and penalty of what is confirmed now; they are the receivable's for good.
    function lateTerms() external view returns (uint8 graceDays, uint16 penaltyBpsPerDay);

    /// @notice L7. How old a price and a count may be, in seconds.
    function maxAges() external view returns (uint256 priceAge, uint256 countAge);

    /// @notice L6. The levy on a price, both in minor units, rounded half up.
    function levyOn(uint256 price) external view returns (uint256 levy);

    /// @notice The limits in force in this block.
    function limits() external view returns (Limits memory);

    function settlementTokenOf(uint16 currency) external view returns (address token);
}
