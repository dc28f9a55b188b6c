# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium that tests look at pages with, by its DevTools protocol over two pipes."""

import base64
import json
import os
import select
import subprocess
import tempfile
from pathlib import Path

PATIENCE = 60  # seconds for an answer
FLAGS = ('--headless', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars')


class Browser:
    """A context manager. troubles: exceptions, console output, violations and requests so far."""

    def __init__(self):
        self._home = tempfile.TemporaryDirectory(prefix='caw-browser-')
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()
        self._process = subprocess.Popen(
            ['bash', '-c', f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', 'bash', 'chromium', *FLAGS,
             '--remote-debugging-pipe', f'--user-data-dir={self._home.name}', 'about:blank'],
            pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer = b''
        self._number = 0
        self._events = []
        self.troubles = []
        target = self._ask('Target.createTarget', url='about:blank')['targetId']
        attached = self._ask('Target.attachToTarget', targetId=target, flatten=True)
        self._session = attached['sessionId']
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.ask(f'{domain}.enable')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        self._home.cleanup()

    # ---- the protocol --------------------------------------------------------------------------

    def _ask(self, method, session=None, **parameters):
        self._number += 1
        question = {'id': self._number, 'method': method, 'params': parameters}
        question.update({'sessionId': session} if session else {})
        os.write(self._out, json.dumps(question).encode() + b'\0')
        while True:
            answer = self._next()
            if answer.get('id') == self._number:
                assert 'error' not in answer, answer
                return answer['result']
            self._note(answer)

    def ask(self, method, **parameters):
        return self._ask(method, self._session, **parameters)

    def _next(self):
        while b'\0' not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], PATIENCE)
            assert ready, 'Chromium does not answer'
            got = os.read(self._in, 1 << 20)
            assert got, 'Chromium has ended'
            self._buffer += got
        first, _, self._buffer = self._buffer.partition(b'\0')
        return json.loads(first)

    def _note(self, event):
        method, told = event.get('method'), event.get('params', {})
        self._events.append(method)
        if method in ('Runtime.exceptionThrown', 'Runtime.consoleAPICalled', 'Log.entryAdded'):
            self.troubles.append(told)
        if method == 'Page.javascriptDialogOpening':
            self.troubles.append(told)
        if method == 'Network.requestWillBeSent' and told['request']['url'] != self._url:
            self.troubles.append(told['request']['url'])

    # ---- pages ---------------------------------------------------------------------------------

    def open(self, path, width=1300, height=1000, scripts=True):
        self._url = Path(path).as_uri()
        self.ask('Emulation.setScriptExecutionDisabled', value=not scripts)
        self.ask(
            'Emulation.setDeviceMetricsOverride',
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self._events.clear()
        self.ask('Page.navigate', url=self._url)
        while 'Page.loadEventFired' not in self._events:
            self._note(self._next())

    def run(self, script):
        """The value of an expression of JavaScript."""
        told = self.ask('Runtime.evaluate', expression=script, returnByValue=True)
        assert 'exceptionDetails' not in told, told
        return told['result'].get('value')

    def drag(self, start, stop):
        """The mouse from one place of the window to another."""
        for kind, (x, y) in (
            ('mousePressed', start),
            ('mouseMoved', stop),
            ('mouseReleased', stop),
        ):
            button = {'button': 'left', 'buttons': 1, 'clickCount': 1}
            self.ask('Input.dispatchMouseEvent', type=kind, x=x, y=y, **button)

    def screenshot(self, path):
        told = self.ask('Page.captureScreenshot', captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(told['data']))

    def pdf(self):
        told = self.ask('Page.printToPDF', printBackground=False, preferCSSPageSize=True)
        return base64.b64decode(told['data'])
