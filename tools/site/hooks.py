"""What MkDocs does not do by itself: the nav from docs/index.md, pages of files beside docs/, pictures in the dark.

So docs/ stays as GitHub shows it, and what a page is about is said once, in docs/index.md.
"""

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
BESIDE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "LICENSE": "license.md"}
LINK = re.compile(r"(?<=\]\()(?P<path>[^()#:\s]+)(?P<anchor>#[^()\s]*)?(?=\))")
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^()\s]+)\.png\)")

DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```\n", re.M | re.S)
FOLDED = (
    '<details markdown="1">\n<summary>The same as a diagram, in the language of Mermaid</summary>\n\n'
    "```text\n\\1```\n\n</details>\n"
)
"""What draws such a diagram is three megabytes of script, which the theme would fetch from elsewhere."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The nav is the lists of the home page."""
    config.nav = nav_of((Path(config.docs_dir) / "index.md").read_text(encoding="utf-8"))
    return config


def nav_of(index: str) -> list[Any]:
    """Sections (`## …`), in them perhaps groups (`### …`), and in these pages (`- [title](path): …`)."""
    nav: list[Any] = [{"Home": "index.md"}]
    section = entries = nav
    for level, heading, title, path in re.findall(r"^(?:(###?) (.+)|- \[(.+?)\]\((.+?)\).*)$", index, re.M):
        if title:
            entries.append({title: BESIDE.get(path.removeprefix("../"), path)})
            continue
        entries = []
        (nav if level == "##" else section).append({heading: entries})
        section = entries if level == "##" else section
    return nav


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files beside docs/ that pages link to are pages, too."""
    for name, uri in BESIDE.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        page = text if name.endswith(".md") else f"# License\n\n```text\n{text}```\n"
        files.append(File.generated(config, uri, content=page))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links to where the site has the file, diagrams as text, and with each picture its neighbour for dark pages."""
    uri = page.file.src_uri
    if uri == "index.md":
        page.meta["hide"] = ["navigation"]  # the page itself is the list
    beside = {target: name for name, target in BESIDE.items()}
    source = ROOT / beside[uri] if uri in beside else Path(config.docs_dir) / uri
    markdown = LINK.sub(lambda link: _place(link, source.parent, uri, config.docs_dir), markdown)
    markdown = DIAGRAM.sub(FOLDED, markdown)
    return PICTURE.sub(lambda picture: _both(picture, Path(config.docs_dir) / Path(uri).parent), markdown)


def _place(link: re.Match[str], folder: Path, uri: str, docs: str) -> str:
    target = Path(os.path.normpath(folder / link["path"]))
    if target == ROOT / "README.md":
        target = Path(docs) / "index.md"
    if not target.exists():
        return link[0]
    place = BESIDE.get(os.path.relpath(target, ROOT), os.path.relpath(target, docs))
    return os.path.relpath(place, os.path.dirname(uri)) + (link["anchor"] or "")


def _both(picture: re.Match[str], folder: Path) -> str:
    """The picture, and where there is one in the dark, each for its scheme."""
    path, alt = picture["path"], picture["alt"]
    if not (folder / f"{path}-dark.png").exists():
        return picture[0]
    return f"![{alt}]({path}.png#only-light)\n![{alt}]({path}-dark.png#only-dark)"
