"""The page: Markdown by the `markdown` package, set into a template that is a file of this package."""

from html import escape
from importlib.resources import files
from string import Template

import markdown

_TEMPLATE = Template(files(__package__).joinpath("page.html").read_text("utf-8"))


def markdown_of(title, table, columns):
    lines = [f"# {_plain(title)}", "", "## Columns", ""]
    lines += [f"- **{_plain(column.name)}**: {_plain(column.sentence())}" for column in columns]
    lines += ["", "## Data", "", _row(table.columns), _row(["---"] * len(table.columns))]
    lines += [_row(row) for row in table.rows]
    return "\n".join(lines)


def render(title, text):
    body = markdown.markdown(text, extensions=["tables"], output_format="html")
    return _TEMPLATE.substitute(title=escape(title), body=body)


def _row(cells):
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text):
    """Text that Markdown and HTML take as text."""
    escaped = escape(str(text)).replace("\\", "\\\\")
    for mark in "|*_`[]":
        escaped = escaped.replace(mark, "\\" + mark)
    return " ".join(escaped.split())
