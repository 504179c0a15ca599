"""Download the CIFAR-10 binary version and unpack it; every file is checked before it is used.

python scripts/fetch_data.py --out data/cifar10

Who has the files already names their folder instead: DATA=<folder> or CIFAR10_DIR=<folder>.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import InputError  # noqa: E402

RECORD_BYTES = 3073


@dataclass(frozen=True)
class Archive:
    """A download with its md5 and the record files in it (10,000 records each)."""

    url: str
    md5: str
    members: tuple[str, ...]
    records: int = 10_000


CIFAR10 = Archive(
    url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5="c32a1d4ab5d03f1284b67883e8d87530",
    members=(*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"),
)


def fetch(archive: Archive, out: Path) -> list[Path]:
    """Download, check and unpack an archive into folder `out`; the files appear all or none.

    Raises
    ------
    InputError
        The download fails, its md5 differs, or a file in it is missing or has another size.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        download = Path(name) / "download"
        _download(archive.url, download)
        found = _md5(download)
        if found != archive.md5:
            raise InputError(f"{archive.url}: md5 is {found}, must be {archive.md5}")
        files = [_unpack(download, member, archive, Path(name)) for member in archive.members]
        out.mkdir(exist_ok=True)
        return [file.replace(out / file.name) for file in files]


def _download(url: str, target: Path) -> None:
    print(f"downloading {url}", file=sys.stderr)
    try:
        with urllib.request.urlopen(url, timeout=60) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
    except (urllib.error.URLError, OSError) as error:
        raise InputError(f"{url}: {getattr(error, 'reason', error)}") from None


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _unpack(download: Path, member: str, archive: Archive, folder: Path) -> Path:
    """Write one member as a plain file; its path in the archive is not used."""
    target, size = folder / member, archive.records * RECORD_BYTES
    with tarfile.open(download) as tar:
        names = [name for name in tar.getnames() if Path(name).name == member]
        source = tar.extractfile(names[0]) if names else None
        if source is None:
            raise InputError(f"{archive.url}: holds no {member}")
        with target.open("wb") as file:
            shutil.copyfileobj(source, file)
    if target.stat().st_size != size:
        raise InputError(f"{member}: {target.stat().st_size} bytes, must be {size}")
    return target


def main() -> int:
    """Fetch CIFAR-10; the exit status."""
    parser = argparse.ArgumentParser(description="Download CIFAR-10 (binary version, 162 MB).")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "cifar10")
    args = parser.parse_args()
    try:
        files = fetch(CIFAR10, args.out)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"wrote {len(files)} files to {args.out}; use them with DATA={args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
