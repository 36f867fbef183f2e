"""A page in a headless Chromium: what a script sees in it once it is there."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
LIMIT = 120.0
VIRTUAL = 30_000
"""Milliseconds of the browser's own clock, which runs ahead when nothing is left to do."""

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
ANSWER = re.compile(r'<pre id="told">(.*?)</pre>', re.DOTALL)
ASKED = """<script>(async () => {{
  let told;
  try {{ told = await (async () => {{ {script} }})(); }}
  catch (error) {{ told = String(error.stack); }}
  document.documentElement.innerHTML = '<body><pre id="told"></pre></body>';
  document.getElementById("told").textContent = JSON.stringify(told);
}})();</script></body>"""


def chromium() -> str:
    """The browser of this machine. Skips the proof where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        pytest.skip(f"none of {', '.join(NAMES)} is on the path, and CHROMIUM names no other")
    return found


def axe() -> str:
    """The source of axe-core. Skips the proof where there is none."""
    named = os.environ.get("AXE_CORE", "")
    if not named:
        pytest.skip("AXE_CORE does not name an axe.min.js: `npm pack axe-core` gets one")
    return Path(named).read_text(encoding="utf-8").replace("</script", "<\\/script")


def seen_by(script: str, page: str, *flags: str, at: str = "") -> Any:
    """Open a page at a fragment, and give what a script in it returns.

    The page's policy is taken away, since it lets no script in but the page's own.
    """
    asked = ASKED.format(script=script)
    page = POLICY.sub("", page).replace("</body>", asked)
    told = ANSWER.search(dumped(page, *flags, at=at))
    assert told is not None
    return json.loads(html.unescape(told[1]))


def framed(page: str, sandbox: str = "allow-same-origin allow-scripts") -> str:
    """Give a script that puts a page in a frame as wide as a narrow screen, as `inside`."""
    source = json.dumps(POLICY.sub("", page)).replace("</", "<\\/")
    return f"""
    const frame = document.createElement("iframe");
    Object.assign(frame, {{ width: 360, height: 640, sandbox: {sandbox!r}, srcdoc: {source} }});
    frame.style.border = 0;
    const loaded = new Promise((done) => {{ frame.onload = done; }});
    document.body.append(frame);
    await loaded;
    const inside = frame.contentWindow;
    """


def dumped(page: str, *flags: str, at: str = "") -> str:
    """Open a page at a fragment, and give the document as it is then."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "page.html")
        path.write_text(page, encoding="utf-8")
        command = (
            chromium(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder}/profile",
            f"--virtual-time-budget={VIRTUAL}",
            *flags,
            "--dump-dom",
            f"{path.as_uri()}#{at}",
        )
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=LIMIT)
    return done.stdout
