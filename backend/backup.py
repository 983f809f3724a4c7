"""A backup is one file: the database at one moment, the keystore, and where the contracts are (rules B46, B47).

The keys in it are encrypted; the passphrase that opens them and the operator's key are only in it where that was asked
for. The chain is not in it: its nodes keep that."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.engine import make_url

from backend.config import Settings, write_private
from backend.database import open_database, reading
from backend.errors import Conflict, InvalidInput, SetupIncomplete, both
from backend.private_postgresql import NotInstalled, programs
from backend.projections.tables import cursor

FORMAT = 1
SECRETS = ("secret", "operator-api-key")
_DATABASE, _MANIFEST = "database", "backup.json"


def back_up(settings: Settings, file: Path, *, with_secrets: bool = False) -> dict[str, Any]:
    """Writes a backup while the network runs, whole or not at all; what it says of itself. The database comes first:
    no key that it needs is younger."""
    with tempfile.TemporaryDirectory(prefix=".feiqian-backup-", dir=file.resolve().parent) as folder:
        copied = Path(folder) / _DATABASE
        database = open_database(settings.database)
        try:
            kind = database.dialect.name
            _copy_database(database, copied)
            with reading(database) as db:
                block = db.execute(select(func.max(cursor.c.block_number))).scalar()
        finally:
            database.dispose()
        manifest = {"format": FORMAT, "database": kind, "block": block, "secrets": with_secrets}
        unfinished = Path(folder) / "archive"
        with unfinished.open("xb") as out, tarfile.open(fileobj=out, mode="w") as archive:
            unfinished.chmod(0o600)
            _add(archive, _MANIFEST, json.dumps(manifest).encode())
            archive.add(copied, _DATABASE, recursive=False)
            for path in _kept_files(settings, with_secrets=with_secrets):
                _add(archive, str(_stored_name(settings, path)), path.read_bytes())
            archive.close()
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(file)
    return manifest


def restore(settings: Settings, file: Path) -> dict[str, Any]:
    """Puts a backup into an empty home and an empty database; what it says of itself. Raises Conflict where anything
    would be overwritten, InvalidInput for what is no backup, SetupIncomplete for another kind of database."""
    try:
        archive = tarfile.open(file)  # noqa: SIM115 - it is closed below, and only this may fail to be read
    except tarfile.ReadError:
        raise _no_backup(both("it cannot be read", "无法读取")) from None
    with archive:
        manifest = _manifest(archive)
        members = [one for one in archive.getmembers() if one.name not in (_MANIFEST, _DATABASE)]
        places = [_place(settings, one) for one in members]
        _require_empty(settings, manifest["database"], with_secrets=manifest["secrets"])
        if not manifest["secrets"]:
            _require_passphrase(settings)
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as folder:
            copied = Path(folder) / _DATABASE
            with copied.open("xb") as out:
                shutil.copyfileobj(_content(archive, archive.getmember(_DATABASE)), out)
            _load_database(settings, copied)
        for member, place in zip(members, places, strict=True):
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(place, _content(archive, member).read().decode())
    return manifest


# ---- the database


def _copy_database(database: Engine, target: Path) -> None:
    if database.dialect.name == "sqlite":
        assert database.url.database
        if not Path(database.url.database).exists():
            raise SetupIncomplete(reason=both("there is no database yet", "数据库尚不存在"))
        with closing(sqlite3.connect(database.url.database)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", database.url)


def _load_database(settings: Settings, source: Path) -> None:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        assert url.database
        shutil.copyfile(source, url.database)
        return
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source), url)


def _run(program: str, *arguments: Any) -> None:
    """Runs a program of PostgreSQL on the database whose URL comes last; its password goes by the environment."""
    *options, url = arguments
    password = {"PGPASSWORD": url.password} if url.password else {}
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    try:
        command = [str(programs() / program), *options, f"--dbname={plain}"]
    except NotInstalled as missing:
        raise SetupIncomplete(
            reason=both("{missing}: {program} is needed", "{missing}:需要 {program}", missing=missing, program=program)
        ) from missing
    done = subprocess.run(command, env=os.environ | password, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise SetupIncomplete(reason=both("{program}: {said}", "{program}:{said}", program=program, said=said[-1]))


# ---- files


def _kept_files(settings: Settings, *, with_secrets: bool) -> list[Path]:
    kept = sorted((settings.home / "keystore").glob("0x*.json")) + sorted(settings.deployments_folder.glob("*.json"))
    return kept + [path for name in SECRETS if with_secrets and (path := settings.home / name).exists()]


def _stored_name(settings: Settings, path: Path) -> Path:
    return (
        Path("deployments") / path.name
        if path.parent == settings.deployments_folder
        else Path(path.relative_to(settings.home))
    )


def _place(settings: Settings, member: tarfile.TarInfo) -> Path:
    """Where a file of a backup belongs. Raises InvalidInput for one that does not."""
    folder, _, name = member.name.rpartition("/")
    places = {"keystore": settings.home / "keystore", "deployments": settings.deployments_folder, "": settings.home}
    is_known = name in SECRETS if not folder else folder in places and name.endswith(".json") and name[0] != "."
    if not is_known or not member.isfile():
        raise _no_backup(both("there is {name} in it", "其中含有 {name}", name=member.name))
    return places[folder] / name


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None, "it is a file"
    return content


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    with suppress(KeyError, ValueError, TypeError):
        found = archive.extractfile(_MANIFEST)
        manifest = json.loads(found.read()) if found else {}
        if manifest["format"] == FORMAT and archive.getmember(_DATABASE).isfile():
            return dict(manifest)
    raise _no_backup(both("it was not made by this version", "并非由此版本制作"))


def _no_backup(reason: Any) -> InvalidInput:
    return InvalidInput(field="file", reason=both("is no backup: {why}", "不是备份文件:{why}", why=reason))


def _require_passphrase(settings: Settings) -> None:
    path = settings.home / SECRETS[0]
    if not settings.keystore_passphrase and not path.exists():
        raise SetupIncomplete(
            reason=both(
                "there are no secrets in the backup: put the passphrase of its keystore into {path} first, or set "
                "FEIQIAN_KEYSTORE_PASSPHRASE",
                "备份中不含密钥口令:请先将其写入 {path},或设置 FEIQIAN_KEYSTORE_PASSPHRASE",
                path=path,
            )
        )


def _require_empty(settings: Settings, kind: str, *, with_secrets: bool) -> None:
    url = make_url(settings.database)
    if url.get_backend_name() not in (kind, "postgres" if kind == "postgresql" else kind):
        raise SetupIncomplete(
            reason=both(
                "the backup is of {kind}; FEIQIAN_DATABASE_URL names another kind of database",
                "备份来自 {kind};FEIQIAN_DATABASE_URL 指向另一种数据库",
                kind=kind,
            )
        )
    secrets = [settings.home / name for name in SECRETS] if with_secrets else []
    there = [settings.home / "keystore", *secrets]
    there = [path for path in there if path.exists()] + sorted(settings.deployments_folder.glob("*.json"))
    taken = [str(path) for path in there]
    if not taken and _has_tables(settings.database):
        taken = [url.render_as_string()]
    if taken:
        raise Conflict(
            reason=both(
                "a backup goes into an empty home and database; there is {taken}",
                "备份只能恢复到空的目录和数据库;已存在 {taken}",
                taken=", ".join(taken),
            )
        )


def _has_tables(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return bool(parsed.database) and Path(str(parsed.database)).exists()
    database = open_database(url)
    try:
        return bool(inspect(database).get_table_names())
    finally:
        database.dispose()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))
