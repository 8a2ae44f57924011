"""Letters are drawn from files, folders, archives and lists; malicious archives do no harm."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from archived import as_folder, as_lines, invented
from openimr.archive import build_archive, containers, open_archive, sources
from openimr.letters import write

LETTERS = invented(3, seed=9)
TEXTS = {f"{one.case_number}.txt": write(one, "text") for one in LETTERS}


def drawn(*paths: Path) -> tuple[list[bytes], dict[str, str]]:
    """The bytes drawn, and the reasons by name of what was not."""
    found = list(sources.draw(sources.expand([str(path) for path in paths])))
    reasons = {Path(one.source.name).name: one.reason for one in found if one.data is None}
    return [one.data for one in found if one.data is not None], reasons


def _tar(path: Path, mode: str, more: Callable[[tarfile.TarFile], None] | None = None) -> Path:
    with tarfile.open(path, mode) as packed:  # type: ignore[call-overload]
        for name, data in TEXTS.items():
            info = tarfile.TarInfo(f"letters/{name}")
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
        if more is not None:
            more(packed)
    return path


def _zip(path: Path, more: Callable[[zipfile.ZipFile], None] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in TEXTS.items():
            packed.writestr(f"letters/{name}", data)
        if more is not None:
            more(packed)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda tmp: as_folder(LETTERS, tmp / "folder"),
        lambda tmp: _zip(tmp / "letters.zip"),
        lambda tmp: _tar(tmp / "letters.tar", "w"),
        lambda tmp: _tar(tmp / "letters.tar.gz", "w:gz"),
        lambda tmp: _tar(tmp / "letters.tgz", "w:gz"),
        lambda tmp: _tar(tmp / "letters.tar.bz2", "w:bz2"),
        lambda tmp: _tar(tmp / "letters.tar.xz", "w:xz"),
        lambda tmp: as_folder(LETTERS, tmp / "folder") / "*.txt",
    ],
)
def test_every_kind_of_source_gives_the_same_letters(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    data, reasons = drawn(make(tmp_path))
    assert sorted(data) == sorted(TEXTS.values())
    assert reasons == {}


def test_a_list_gives_a_letter_a_line_and_names_the_line(tmp_path: Path) -> None:
    lines = as_lines(LETTERS, tmp_path / "letters.jsonl")
    found = list(sources.draw([lines]))
    assert [one.source.name for one in found] == [f"{lines}:{n}" for n in (1, 2, 3)]
    assert [one.data for one in found] == [msgspec.json.encode(one) for one in LETTERS]
    assert found[-1].through == lines.stat().st_size


def test_a_list_is_read_from_standard_input(tmp_path: Path) -> None:
    lines = as_lines(LETTERS, tmp_path / "letters.jsonl")
    code = (
        "from openimr.archive import build_archive as b; import sys;"
        "print(b(['-'], sys.argv[1], scheduler='in-process').letters)"
    )
    with lines.open("rb") as stream:
        made = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "archive")],
            stdin=stream,
            capture_output=True,
            check=True,
        )
    assert made.stdout.strip() == b"3"


def test_a_list_of_texts_is_a_list_of_letters(tmp_path: Path) -> None:
    file = tmp_path / "letters.jsonl"
    lines = [{"name": name, "text": text.decode()} for name, text in TEXTS.items()]
    file.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines))
    done = build_archive([str(file)], tmp_path / "archive", scheduler="in-process")
    assert (done.letters, done.refused) == (3, 0)
    with open_archive(tmp_path / "archive") as archive:
        assert archive.determination(1).items == LETTERS[0].items


def test_a_list_of_something_else_is_refused_once(tmp_path: Path) -> None:
    folder = as_folder(LETTERS, tmp_path / "folder")
    label = msgspec.json.encode({"case_number": "CM16-9000001", "items": [{"treatment": "x"}]})
    (folder / "labels.jsonl").write_bytes((label + b"\n") * 50)
    data, reasons = drawn(folder)
    assert sorted(data) == sorted(TEXTS.values())
    assert reasons == {"labels.jsonl": "is no list of letters"}


def _bomb(packed: zipfile.ZipFile) -> None:
    packed.writestr("bomb.txt", b"0" * (40 << 20))


def _huge(packed: zipfile.ZipFile) -> None:
    packed.writestr("huge.txt", b"0" * (sources.LARGEST + 1))


def _zip_link(packed: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed.writestr(info, "/etc/passwd")


@pytest.mark.parametrize(
    ("more", "name", "says"),
    [
        (lambda z: z.writestr("../../out.txt", "x"), "out.txt", "leads out of the archive"),
        (lambda z: z.writestr("/etc/out.txt", "x"), "out.txt", "leads out of the archive"),
        (lambda z: z.writestr("C:\\out.txt", "x"), "out.txt", "leads out of the archive"),
        (_zip_link, "link.txt", "is a link or a device"),
        (_bomb, "bomb.txt", "refused as a bomb"),
        (_huge, "huge.txt", "over the limit of 64 MB"),
        (lambda z: z.writestr("in.zip", b"PK\x03\x04" + b"x" * 99), "in.zip", "archive in an"),
        (lambda z: z.writestr("in.gz", b"\x1f\x8b" + b"x" * 99), "in.gz", "archive in an archive"),
    ],
)
def test_a_malicious_member_of_a_zip_is_refused_and_the_letters_are_read(
    tmp_path: Path, more: Callable[[zipfile.ZipFile], None], name: str, says: str
) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    data, reasons = drawn(_zip(inside / "letters.zip", more))
    assert data == list(TEXTS.values())
    assert says in next(reason for key, reason in reasons.items() if key.endswith(name))
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["letters.zip"]


def _member(kind: bytes, name: str = "odd.txt") -> Callable[[tarfile.TarFile], None]:
    def add(packed: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.type = kind
        info.linkname = "/etc/passwd"
        packed.addfile(info)

    return add


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (_member(tarfile.SYMTYPE), "is a link or a device"),
        (_member(tarfile.LNKTYPE), "is a link or a device"),
        (_member(tarfile.CHRTYPE), "is a link or a device"),
        (_member(tarfile.FIFOTYPE), "is a link or a device"),
        (_member(tarfile.REGTYPE, "../odd.txt"), "leads out of the archive"),
        (_member(tarfile.REGTYPE, "/odd.txt"), "leads out of the archive"),
    ],
)
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_malicious_member_of_a_tar_is_refused_and_the_letters_are_read(
    tmp_path: Path, more: Callable[[tarfile.TarFile], None], says: str, mode: str
) -> None:
    data, reasons = drawn(_tar(tmp_path / "letters.tar", mode, more))
    assert data == list(TEXTS.values())
    assert says in reasons["odd.txt"]
    assert [p.name for p in tmp_path.rglob("*")] == ["letters.tar"]


def test_a_bomb_of_a_tar_is_left_before_it_unpacks(tmp_path: Path) -> None:
    def bomb(packed: tarfile.TarFile) -> None:
        info = tarfile.TarInfo("bomb.txt")
        info.size = 48 << 20
        packed.addfile(info, io.BytesIO(bytes(info.size)))

    data, reasons = drawn(_tar(tmp_path / "letters.tar.gz", "w:gz", bomb))
    assert data == list(TEXTS.values())
    assert "refused as a bomb" in reasons["letters.tar.gz"]


def test_many_small_bombs_are_one(tmp_path: Path) -> None:
    def bombs(packed: zipfile.ZipFile) -> None:
        for number in range(12):
            packed.writestr(f"{number}.txt", b"0" * containers.FLOOR)

    _, reasons = drawn(_zip(tmp_path / "letters.zip", bombs))
    assert "refused as a bomb" in reasons["letters.zip"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("cut.zip", b"PK\x03\x04 and no more", "is a damaged zip file"),
        ("cut.tar.gz", b"\x1f\x8b and no more", "is a damaged tar file"),
    ],
)
def test_a_damaged_archive_is_named(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    _, reasons = drawn(tmp_path / name)
    assert says in reasons[name]


def test_a_lie_about_a_members_size_unpacks_no_more(tmp_path: Path) -> None:
    path = _zip(tmp_path / "letters.zip", lambda z: z.writestr("lie.txt", b"0" * 5_000_000))
    data = bytearray(path.read_bytes())
    central = data.rfind(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    read, reasons = drawn(path)
    assert max(map(len, read)) < 20_000
    assert "is damaged in the zip file" in reasons["lie.txt"]


def test_a_line_without_end_is_refused_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LONGEST_LINE", 20_000)
    file = tmp_path / "letters.jsonl"
    good = msgspec.json.encode(LETTERS[0])
    file.write_bytes(b"x" * 50_000 + b"\n" + good + b"\n")
    data, reasons = drawn(file)
    assert data == [good]
    assert "the line is over the limit" in reasons["letters.jsonl:1"]


def test_names_that_would_play_tricks_on_a_terminal_are_escaped() -> None:
    assert sources.printable("a\x1b[2Jb\n.txt") == "a\\x1b[2Jb\\x0a.txt"
