"""A read model of any size for scripts/bench_reads.py: rows straight into the tables, made by the database itself.

Fifty obligors, two hundred suppliers, twenty financiers and two custodians, however many receivables there are. Of
each receivable come three notes (root, endorsed to another supplier, held by a financier), two events with six lines of
the ledger, and now and then a request for a quote, a quote, a loan, a lot with two receipts. They are 60 seconds apart.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Connection, Engine, Integer, Table, insert, text

from backend import roles
from backend.documents import tables as documents
from backend.projections import tables
from backend.web.access import api_keys

CNY = 156
OBLIGORS, SUPPLIERS, FINANCIERS, CUSTODIANS = 50, 200, 20, 2
EVERYBODY = OBLIGORS + SUPPLIERS + FINANCIERS + CUSTODIANS
OPERATOR = "operator-key-of-the-bench"


def account(number: int) -> str:
    return f"0x{number:040d}"


def obligor(n: int) -> int:
    return 1 + n % OBLIGORS


def supplier(n: int) -> int:
    return 1 + OBLIGORS + n % SUPPLIERS


def financier(n: int) -> int:
    return 1 + OBLIGORS + SUPPLIERS + n % FINANCIERS


def custodian(n: int) -> int:
    return 1 + OBLIGORS + SUPPLIERS + FINANCIERS + n % CUSTODIANS


def token(number: int) -> str:
    return f"token-of-{number}"


FILLED = (
    tables.receivables,
    tables.notes,
    tables.events,
    tables.ledger,
    tables.lots,
    tables.receipts,
    tables.loans,
    tables.loan_titles,
    documents.quote_requests,
    documents.quotes,
)


def fill(database: Engine, size: int) -> None:
    """Makes `size` receivables and all that goes with them. Indexes are made afterwards, which is many times faster."""
    indexes = [index for table in FILLED for index in table.indexes]
    is_sqlite = database.dialect.name == "sqlite"
    with database.connect().execution_options(reading=is_sqlite) as db:
        if is_sqlite:
            db.exec_driver_sql("ROLLBACK")  # what is to hold for the file is said outside a transaction
            db.exec_driver_sql("PRAGMA synchronous=OFF")
            db.exec_driver_sql("PRAGMA cache_size=-400000")
            db.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            db.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        for index in indexes:
            index.drop(db)
        _people(db)
        _Maker(db, size).make()
        for index in indexes:
            index.create(db)
        db.commit()
    with database.connect().execution_options(reading=True) as db:
        db.exec_driver_sql("COMMIT")  # neither of them in a transaction
        for statement in ("ANALYZE",) if is_sqlite else ("SET statement_timeout = 0", "VACUUM ANALYZE", "CHECKPOINT"):
            db.exec_driver_sql(statement)


def _people(db: Connection) -> None:
    numbers = range(1, EVERYBODY + 1)
    kinds = OBLIGORS * ["obligor"] + SUPPLIERS * ["supplier"] + FINANCIERS * ["financier"] + CUSTODIANS * ["custodian"]
    people = [
        {"id": n, "account": account(n), "identity_hash": f"0x{n:064d}", "name": f"Company {n}",
         "roles": roles.BITS[kind], "kyc_valid_until": 2**40, "frozen": False, "wants_acceptance": False}
        for n, kind in zip(numbers, kinds, strict=True)
    ]  # fmt: skip
    db.execute(insert(tables.participants), people)
    keys = [
        {"id": f"{n:016x}", "account": account(n), "digest": hashlib.sha256(token(n).encode()).hexdigest(),
         "revoked": False, "at": 0}
        for n in numbers
    ]  # fmt: skip
    db.execute(insert(api_keys), keys)
    money = account(9_999)
    db.execute(insert(tables.tokens).values(address=money, currency=CNY, supply=0, reserve=0))
    cash = [{"token": money, "account": account(n), "amount": 10**9, "frozen": 0} for n in numbers]
    db.execute(insert(tables.cash_balances), cash)


class _Maker:
    """INSERT … SELECT over the numbers 1 to `size`; expressions are of `n`, in what SQLite and PostgreSQL share."""

    def __init__(self, db: Connection, size: int) -> None:
        self.db = db
        self.size = size
        self.is_sqlite = db.dialect.name == "sqlite"

    def make(self) -> None:
        n, size = "n", self.size
        status = "CASE WHEN n % 100 = 0 THEN 'disputed' WHEN n % 3 = 0 THEN 'repaid' ELSE 'confirmed' END"
        self.put(tables.receivables, size, id=n, supplier=self.who(supplier), obligor=self.who(obligor), currency=CNY,
                 face_value="100000 + n", confirmed="100000 + n", status=status, maturity_at="60 * n + 7776000",
                 registered_at="60 * n", document_hash=self.hash("n"), fingerprint=self.hash("n"), reason="''",
                 penalty_accrued="'0'")  # fmt: skip
        for part, (holder, endorser, value) in enumerate(
            [("supplier", "''", "0"), ("supplier+7", "supplier", "40000"), ("financier", "supplier+7", "60000 + n")]
        ):
            parent = f"3 * n + {part} - 1" if part else "0"
            self.put(tables.notes, size, id=f"3 * n + {part}", receivable_id=n, parent_id=parent,
                     holder=self.named(holder), endorser=self.named(endorser), value=value, depth=str(part), flag="''",
                     created_at="60 * n")  # fmt: skip
        for log in (0, 1):
            args = self.json("'{\"receivableId\": ' || n || ', \"noteId\": ' || (3 * n) || '}'")
            self.put(tables.events, size, block_number=n, log_index=str(log), block_hash=self.hash("n"),
                     tx_hash=self.hash("2 * n"), contract="'Receivables'", address=f"'{account(8_888)}'",
                     name="'NoteEndorsed'" if log else "'ReceivableConfirmed'", args=args, at="60 * n")  # fmt: skip
            for line, (party, book, sign) in enumerate(
                [(obligor, "payables", "-"), (supplier, "notes", ""), (financier, "notes", "")]
            ):
                self.put(tables.ledger, size, block_number=n, log_index=str(log), line=str(line), at="60 * n",
                         party=self.who(party), book=f"'{book}'", currency=CNY, amount=f"{sign}100")  # fmt: skip
        self.db.execute(
            text(
                "INSERT INTO book_balances (party, currency, book, amount, lines) "
                "SELECT party, currency, book, sum(amount), count(*) FROM ledger GROUP BY party, currency, book"
            )
        )
        self.db.execute(insert(tables.cursor).values(id=1, block_number=size, block_hash="0x1", at=60 * size))
        self.documents(size // 4)
        self.goods(max(1_000, size // 50))

    def documents(self, count: int) -> None:
        parties = {"seller": self.who(supplier), "financier": self.who(financier), "receivable_id": "n"}
        self.put(documents.quote_requests, count, id=self.id("n"), **parties, value="1000", at="60 * n")
        self.put(documents.quotes, count, id=self.id("n"), **parties, document_hash=self.hash("n"), value="1000",
                 price="990", nonce=self.id("n"), deadline="60 * n + 100000", at="60 * n")  # fmt: skip

    def goods(self, count: int) -> None:
        keeper, depositor, lender = self.who(custodian), self.who(supplier), self.who(financier)
        self.put(tables.lots, count, id="n", custodian=keeper, depositor=depositor, commodity="'BRENT'",
                 grade="'CRUDE'", unit="'BBL'", decimals=3, feed=self.hash("1"), counted=9, currency=CNY)  # fmt: skip
        for part in (0, 1):
            self.put(tables.receipts, count, id=f"2 * n + {part}", lot_id="n", holder=depositor, quantity="500",
                     custodian=keeper, depositor=depositor)  # fmt: skip
        self.put(tables.loans, count, id="n", lender=lender, borrower=depositor, asset="'receipt'", currency=CNY,
                 status="CASE WHEN n % 4 = 0 THEN 'ended' ELSE 'live' END", limit=1000, principal=1000,
                 advance_bps=6_000, call_bps=7_000, liquidation_bps=8_500,
                 interest_scaled="'0'", penalty_scaled="'0'", maturity_at="60 * n + 7776000")  # fmt: skip
        self.put(tables.loan_titles, count, loan_id="n", token_id="2 * n", asset_key="n", state="'pledged'",  # nosec B106  # no password, an expression
                 lender=lender, borrower=depositor, custodian=keeper)  # fmt: skip

    # ---- expressions

    def put(self, table: Table, count: int, **columns: Any) -> None:
        """Columns that are not named are nothing: 0, false or empty."""
        values = [str(columns[column.name]) if column.name in columns else _nothing(column) for column in table.c]
        assert set(columns) <= set(table.c.keys()), columns
        names = ", ".join(f'"{column.name}"' for column in table.c)
        numbers = (
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
            if self.is_sqlite
            else f"WITH numbers AS (SELECT n::bigint FROM generate_series(1, {count}) AS n)"
        )
        # Names of our own tables, and expressions of this file.
        statement = f'INSERT INTO "{table.name}" ({names}) {numbers} SELECT {", ".join(values)} FROM numbers'
        self.db.execute(text(statement.replace(":", r"\:")))

    def who(self, number: Any) -> str:
        first, many = number(0), {obligor: OBLIGORS, supplier: SUPPLIERS, financier: FINANCIERS, custodian: CUSTODIANS}
        return self.padded(f"({first} + n % {many[number]})", 40)

    def named(self, name: str) -> str:
        if name == "supplier+7":
            return self.padded(f"({supplier(0)} + (n + 7) % {SUPPLIERS})", 40)
        return self.who({"supplier": supplier, "financier": financier}[name]) if name.isalpha() else name

    def hash(self, number: str) -> str:
        return self.padded(f"({number})", 64)

    def padded(self, number: str, digits: int) -> str:
        return (
            f"printf('0x%0{digits}d', {number})" if self.is_sqlite else f"'0x' || lpad({number}::text, {digits}, '0')"
        )

    def id(self, number: str) -> str:
        return f"printf('%032x', {number})" if self.is_sqlite else f"lpad(to_hex({number}), 32, '0')"

    def json(self, expression: str) -> str:
        return expression if self.is_sqlite else f"({expression})::json"


def _nothing(column: Any) -> str:
    if isinstance(column.type, Boolean):
        return "false"
    if column.nullable:
        return "NULL"
    if isinstance(column.type, JSON):
        return "'{}'"
    return "0" if isinstance(column.type, (Integer, BigInteger)) else "''"
