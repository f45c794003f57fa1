"""Drives a headless Chromium over its debugging protocol, with nothing but Python's own library."""

import base64
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request


class Socket:
    """As much of RFC 6455 as the browser needs."""

    def __init__(self, url):
        place = urllib.parse.urlparse(url)
        self.stream = socket.create_connection((place.hostname, place.port), timeout=180)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall((
            f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.held = b""
        while b"\r\n\r\n" not in self.held:
            self.held += self.stream.recv(4096)
        head, self.held = self.held.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())

    def take(self, n):
        while len(self.held) < n:
            more = self.stream.recv(1 << 20)
            if not more:
                raise RuntimeError("the browser has gone")
            self.held += more
        out, self.held = self.held[:n], self.held[n:]
        return out

    def send(self, text):
        data = text.encode()
        n = len(data)
        head = bytes([0x81])
        if n < 126:
            head += bytes([0x80 | n])
        elif n < 1 << 16:
            head += bytes([0x80 | 126]) + n.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + n.to_bytes(8, "big")
        # A mask of zeros is a mask too.
        self.stream.sendall(head + bytes(4) + data)

    def receive(self):
        whole = b""
        while True:
            first, second = self.take(2)
            n = second & 0x7F
            if n == 126:
                n = int.from_bytes(self.take(2), "big")
            elif n == 127:
                n = int.from_bytes(self.take(8), "big")
            data = self.take(n)
            if first & 0x0F in (0, 1, 2):
                whole += data
                if first & 0x80:
                    return whole.decode()


class Chrome:
    """A browser with one page."""

    def __init__(self, program="chromium"):
        self.profile = tempfile.TemporaryDirectory(prefix="breachscope-browser", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             "--remote-allow-origins=*", f"--user-data-dir={self.profile.name}", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        host = None
        for line in self.process.stderr:
            if "DevTools listening on ws://" in line:
                host = line.split("ws://")[1].split("/")[0]
                break
        if host is None:
            raise RuntimeError("the browser did not start")
        with urllib.request.urlopen(f"http://{host}/json/list") as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        self.socket = Socket(pages[0]["webSocketDebuggerUrl"])
        self.number = 0
        self.events = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def call(self, method, **given):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": given}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def run(self, expression):
        """The value of a JavaScript expression; promises are awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression[:200]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, file, width=1280, dark=False, wait="document.documentElement.classList.contains('ready')"):
        """Opens a file; gives the seconds until it stood."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events.clear()
        began = time.monotonic()
        self.call("Page.navigate", url="file://" + os.path.abspath(file))
        while not self.run(f"document.documentElement !== null && document.readyState !== 'loading' && ({wait})"):
            time.sleep(0.02)
            if time.monotonic() - began > 60:
                break
        return time.monotonic() - began

    def complaints(self):
        """What the browser complained of, and what the page asked for besides itself."""
        found = []
        for event in self.events:
            if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown"):
                found.append(json.dumps(event["params"])[:400])
            if event["method"] == "Network.requestWillBeSent":
                url = event["params"]["request"]["url"]
                if not url.startswith(("file:", "about:", "data:")):
                    found.append("asked for " + url)
        return found

    def key(self, name, code):
        for kind in ("keyDown", "keyUp"):
            given = {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}
            if name == "Enter" and kind == "keyDown":
                given["text"] = "\r"
            self.call("Input.dispatchKeyEvent", **given)

    def picture(self, file, box=None):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        box = box or {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000)}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**box, "scale": 1})["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))

    def printed(self, file):
        data = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()
