"""ISO 4217: which currencies there are, their numbers, and how many decimals each is counted in.

Left out on purpose: metals, bond units, SDR, test and "no currency" codes (they have no minor
unit, so nothing can be payable in them), and withdrawn currencies, save the lev, withdrawn in
2026 with invoices still open in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.errors import InvalidInput, both
from backend.invoices.normalise import normalise, quoted

_NUMBERS = """
AED784 AFN971 ALL008 AMD051 AOA973 ARS032 AUD036 AWG533 AZN944 BAM977 BBD052 BDT050 BGN975 BHD048
BIF108 BMD060 BND096 BOB068 BOV984 BRL986 BSD044 BTN064 BWP072 BYN933 BZD084 CAD124 CDF976 CHE947
CHF756 CHW948 CLF990 CLP152 CNY156 COP170 COU970 CRC188 CUP192 CVE132 CZK203 DJF262 DKK208 DOP214
DZD012 EGP818 ERN232 ETB230 EUR978 FJD242 FKP238 GBP826 GEL981 GHS936 GIP292 GMD270 GNF324 GTQ320
GYD328 HKD344 HNL340 HTG332 HUF348 IDR360 ILS376 INR356 IQD368 IRR364 ISK352 JMD388 JOD400 JPY392
KES404 KGS417 KHR116 KMF174 KPW408 KRW410 KWD414 KYD136 KZT398 LAK418 LBP422 LKR144 LRD430 LSL426
LYD434 MAD504 MDL498 MGA969 MKD807 MMK104 MNT496 MOP446 MRU929 MUR480 MVR462 MWK454 MXN484 MXV979
MYR458 MZN943 NAD516 NGN566 NIO558 NOK578 NPR524 NZD554 OMR512 PAB590 PEN604 PGK598 PHP608 PKR586
PLN985 PYG600 QAR634 RON946 RSD941 RUB643 RWF646 SAR682 SBD090 SCR690 SDG938 SEK752 SGD702 SHP654
SLE925 SOS706 SRD968 SSP728 STN930 SVC222 SYP760 SZL748 THB764 TJS972 TMT934 TND788 TOP776 TRY949
TTD780 TWD901 TZS834 UAH980 UGX800 USD840 USN997 UYI940 UYU858 UYW927 UZS860 VED926 VES928 VND704
VUV548 WST882 XAD396 XAF950 XCD951 XCG532 XOF952 XPF953 YER886 ZAR710 ZMW967 ZWG924
"""

_DECIMALS_BY_DEFAULT = 2
_EXCEPTIONS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS = {code: decimals for decimals, codes in _EXCEPTIONS.items() for code in codes.split()}


@dataclass(frozen=True, slots=True)
class Currency:
    """One ISO 4217 currency: `numeric` is its number (156 for CNY; written with three digits),
    `decimals` the digits after the point, so that 1 unit is 10**decimals minor units."""

    code: str
    numeric: int
    decimals: int


CURRENCIES: dict[str, Currency] = {
    entry[:3]: Currency(entry[:3], int(entry[3:]), _DECIMALS.get(entry[:3], _DECIMALS_BY_DEFAULT))
    for entry in _NUMBERS.split()
}


def currency(code: str, *, field: str = "invoice.currency") -> Currency:
    """The currency of an ISO 4217 alphabetic code (BT-5), in any case, spacing or width.

    Raises InvalidInput on `field` for a code that is empty or that no money is counted in.
    """
    found = CURRENCIES.get(normalise(code).upper())
    if found is None:
        raise InvalidInput(
            field=field,
            reason=both("{code} is not an ISO 4217 currency code", "{code} 不是 ISO 4217 币种代码", code=quoted(code)),
        )
    return found


_CODES = {known.numeric: known.code for known in CURRENCIES.values()}


def code_of(numeric: int) -> str:
    """The alphabetic code of an ISO 4217 number, or the number itself where no money has it."""
    return _CODES.get(numeric, str(numeric))
