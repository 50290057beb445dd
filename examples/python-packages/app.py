"""CSV in, a report in HTML out."""

import logging

from report import page, summary, table

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)


def handler(event, context):
    title = event.get("title", "Report")
    data = table.read(event["csv"])
    log.info("%d rows, columns %s", len(data.rows), ", ".join(data.columns))
    columns = summary.of(data)
    return {
        "html": page.render(title, page.markdown_of(title, data, columns)),
        "rows": len(data.rows),
        "summary": {column.name: column.as_dict() for column in columns},
    }
