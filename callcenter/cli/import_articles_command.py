"""`callcenter import-articles`: the knowledge base from Markdown files and CSV into the store."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from callcenter.articles import limits
from callcenter.articles.book import ArticleBook
from callcenter.articles.cutting import Dictionary
from callcenter.articles.reading_files import ImportFault, Part, read_file
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import on_store, signed_now
from callcenter.cli.options import Subcommands, add_data_dir, say
from callcenter.storage.store import SqlStore


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "import-articles", help="add or change articles from Markdown files or CSV"
    )
    parser.add_argument("path", type=Path, help="a file (.md, .csv), or a folder with such files")
    add_data_dir(parser)
    parser.set_defaults(action=on_store(_import))


async def _import(opened: SqlStore, parsed: argparse.Namespace) -> int:
    """Good ones are stored whatever is wrong with others; the same again changes nothing."""
    book = ArticleBook(opened.articles, Dictionary())
    done = await book.take(_parts(parsed.path), signed_now())
    for fault in done.faults:
        print(f"{fault.file}:{fault.line}: {fault.fault}", file=sys.stderr)
    say(f"{done.added} articles added, {done.changed} changed, {done.unchanged} unchanged.")
    if done.faults:
        raise CommandError(
            f"{len(done.faults)} files or rows were not stored; correct them and import again"
        )
    return 0


def _parts(path: Path) -> Iterator[Part | ImportFault]:
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.suffix.lower() in (".md", ".csv"))
        if not files:
            raise CommandError(f"{path} holds no file that ends in .md or .csv")
    for file in files:
        try:
            if file.stat().st_size > limits.FILE_BYTES_MAX:
                yield ImportFault(str(file), 1, f"it has more than {limits.FILE_BYTES_MAX} bytes")
                continue
            yield from read_file(str(file), file.read_bytes())
        except OSError as error:
            yield ImportFault(str(file), 1, error.strerror or "it cannot be read")
