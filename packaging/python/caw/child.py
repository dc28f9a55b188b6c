# SPDX-License-Identifier: BSD-3-Clause
"""The program caw as a child: found, started, read, ended.

All of the package goes through here: caw decodes, Python only reads what it prints. A child is ended
and waited for when its reader stops for whatever reason: it is exhausted, left by break or an
exception, closed, garbage, or Python ends. Nothing here asks for a terminal or touches signals.
"""

import contextlib
import functools
import io
import os
import re
import shutil
import subprocess
import tempfile
import threading
import warnings
import weakref
from pathlib import Path
from typing import Any, BinaryIO, Iterable, Iterator, List, Optional, Sequence, Tuple, Union, cast

Path_ = Union[str, 'os.PathLike[str]']
Source = Union[Path_, Iterable[Path_], BinaryIO]

OLDEST = (0, 2, 0)  # The first version whose output this package understands.
CHUNK = 1 << 20  # Bytes that are read or fed at once.
PATIENCE = 5.0  # Seconds that a child has to end when it is asked to.
LONG = 80  # Characters of an argument that an error tells: shark asks for many columns.
GOOD = (0, 3)  # Statuses with output to rely on; 3: damaged input was read as far as it goes.

_configured: Optional[Path] = None


class Error(RuntimeError):
    """caw is missing, too old, or has failed.

    The message is for a person: what happened, where, and what to do.

    status: the exit status of caw, negative for a signal; None if it never ran.
    said: what caw said on standard error.
    """

    def __init__(self, message: str, status: Optional[int] = None, said: str = '') -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class Notice(UserWarning):
    """What caw says about a capture at its end, such as that packets are missing in it."""


def use(path: Optional[Path_]) -> None:
    """Says which program to run; None: look for it again."""
    global _configured
    _configured = None if path is None else Path(path)


def program() -> Path:
    """Path of the program: of use(), of the variable CAW, beside the package, in PATH, in ~/.local/bin.

    Raises Error when there is none, or when it is too old.
    """
    path = _configured or (Path(os.environ['CAW']) if os.environ.get('CAW') else _found())
    _check(path)
    return path


def _found() -> Path:
    # install.sh of a single user puts it into ~/.local/bin, which a notebook's PATH may lack.
    places = str(Path(__file__).parent), os.environ.get('PATH', ''), str(Path.home() / '.local/bin')
    for place in places:
        path = shutil.which('caw', path=place)
        if path:
            return Path(path)
    raise Error(
        'the program caw is not found: not beside the Python package, in PATH or in ~/.local/bin. '
        'Install it, or say where it is: caw.use("/path/to/caw"), or the variable CAW'
    )


def _version(path: Path) -> str:
    """What it says about itself."""
    try:
        done = subprocess.run([path, '--version'], stdin=subprocess.DEVNULL, capture_output=True)
    except OSError as error:
        raise Error(f'{path} does not run: {error.strerror}. Is it the program caw?') from error
    return done.stdout.decode(errors='replace').strip()


@functools.lru_cache(maxsize=None)  # Not of errors: who is told to update caw may do so.
def _check(path: Path) -> None:
    version = _version(path)
    words = re.match(r'caw (\d+)\.(\d+)\.(\d+)', version)
    if not words:
        raise Error(f'{path} is not the program caw: to --version it says {version[:80]!r}')
    if tuple(map(int, words.groups())) < OLDEST:
        oldest = '.'.join(map(str, OLDEST))
        raise Error(f'{path} is {version}, and this package needs {oldest} or newer: update it')


def path_argument(path: Path_) -> str:
    """A file's name as an argument: never taken for an option, a report or standard input."""
    return os.path.join(os.curdir, os.fspath(path))


def inputs(source: Source) -> Tuple[List[str], Optional[BinaryIO]]:
    """What to read, as arguments and standard input: a path, several of one capture, a binary file."""
    if hasattr(source, 'read'):
        return ['-'], cast(BinaryIO, source)
    if isinstance(source, (str, os.PathLike)):
        return [path_argument(source)], None
    paths = list(cast('Iterable[Path_]', source))
    if not paths:
        raise ValueError('no capture: the list of paths is empty')
    return [path_argument(path) for path in paths], None


def kept(source: Source) -> Source:
    """The same, to be read more than once: a generator of paths, as Path.glob() is, as a list."""
    single = hasattr(source, 'read') or isinstance(source, (str, os.PathLike))
    return source if single else list(cast('Iterable[Path_]', source))


class Running:
    """A running caw: an iterator over the lines it prints, each bytes that end in a line feed.

    A context manager: the child is gone after the block. The last line is followed by Error if caw
    has failed, or by a warning (Notice) with what it says about the capture.

    stdout: its output, for readers that want a file; who reads it to the end calls finish().
    process_id: of the child.
    """

    def __init__(self, arguments: Sequence[str], stdin: Optional[BinaryIO] = None) -> None:
        given = None if stdin is None else _descriptor(stdin)
        wired = subprocess.DEVNULL if stdin is None else subprocess.PIPE if given is None else given
        self._command = [os.fspath(program()), *arguments]
        # A file, which never fills up as a pipe does that nobody reads.
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command, bufsize=CHUNK, stdin=wired, stdout=subprocess.PIPE, stderr=self._said
        )
        self._end = weakref.finalize(self, _end, self._process, self._said)
        self.stdout = cast(io.BufferedReader, self._process.stdout)
        self.process_id = self._process.pid
        self._feeder: Optional[_Feeder] = None
        if stdin is not None and given is None:
            self._feeder = _Feeder(stdin, cast(BinaryIO, self._process.stdin))

    def __enter__(self) -> 'Running':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        yield from self.stdout
        self.finish()

    def finish(self) -> None:
        """To be called at the end of the output: waits, and raises or warns as told above."""
        status = self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors='replace').strip()
        self.close()
        if self._feeder and self._feeder.error:
            raise self._feeder.error
        if status not in GOOD:
            raise Error(_failure(self._command, status, said), status, said)
        if said:
            warnings.warn(said, Notice, stacklevel=3)

    def close(self) -> None:
        """Ends the child, if it still runs, and waits for it."""
        self._end()


def _failure(command: Sequence[str], status: int, said: str) -> str:
    how = f'status {status}' if status >= 0 else f'signal {-status}'
    words = (each if len(each) <= LONG else f'{each[:LONG]}...' for each in command)
    return f'{said or "caw failed"} ({how} of: {" ".join(words)})'


def _end(process: Any, said: BinaryIO) -> None:
    if process.poll() is None:
        process.terminate()
    process.stdout.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, said):
        with contextlib.suppress(OSError, ValueError):  # A feeder may have bytes that go nowhere.
            if stream:
                stream.close()


def _descriptor(file: BinaryIO) -> Optional[int]:
    """Of a file of the system, where Python would read on; None of one that only Python can read."""
    if isinstance(file, io.TextIOBase):
        raise TypeError("the capture is open as text: open it with mode 'rb'")
    if not isinstance(getattr(file, 'raw', file), io.FileIO):
        return None
    if file.seekable():
        os.lseek(file.fileno(), file.tell(), os.SEEK_SET)
    return file.fileno()


class _Feeder(threading.Thread):
    """Copies what only Python can read, such as a BytesIO or a socket, to the child's input."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        super().__init__(name='caw feeder', daemon=True)
        self._source = source
        self._sink = sink
        self.error: Optional[BaseException] = None
        self.start()

    def run(self) -> None:
        # What has come is passed on at once; a plain read would wait until all of it is there.
        read = getattr(self._source, 'read1', self._source.read)
        try:
            for chunk in iter(functools.partial(read, CHUNK), b''):
                self._sink.write(chunk)
                self._sink.flush()
        except (BrokenPipeError, ValueError):  # The child has ended, or is being ended.
            pass
        except BaseException as error:
            self.error = error
        finally:
            with contextlib.suppress(OSError, ValueError):
                self._sink.close()


def lines(arguments: Sequence[str], stdin: Optional[BinaryIO] = None) -> Running:
    """caw with these arguments, and its input from a binary file: see Running. Raises Error."""
    return Running(arguments, stdin)


def output(arguments: Sequence[str], stdin: Optional[BinaryIO] = None) -> bytes:
    """All that caw with these arguments prints. Raises Error, warns with Notice."""
    with Running(arguments, stdin) as running:
        printed = running.stdout.read()
        running.finish()
    return printed
