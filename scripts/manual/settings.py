"""mailmodule.cfg(5), made from docs/settings.md, which the tests make from the table of settings in the sources."""

import re

from manual import roff


def text(markdown):
    """Markdown's marks within a line: code is bold, what is stressed italic."""
    plain = markdown.replace("<br>", ", ").replace("\\|", "|")
    plain = re.sub(r"(?<!`)\*(?!\*)([^*`]+)\*(?![*`])", r"__\1__", plain)
    return re.sub(r"`([^`]+)`", r"**\1**", plain)


def cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def groups(lines):
    """Headings, paragraphs, items and tables, each as its kind and its lines."""
    kind, found = "", []
    for line in [*lines, ""]:
        now = ("table" if line.startswith("|") else "heading" if line.startswith("#") else "" if not line
               else "item" if line.startswith("- ") else "more" if line.startswith("  ") else "paragraph")
        if found and (now != kind and now != "more" or now in ("item", "heading")):
            yield kind, found
            found = []
        if now:
            kind, found = (now if now != "more" else kind), [*found, line]


def setting(page, row):
    """key, type and range, default, unit, meaning"""
    key, form, default, unit, meaning = row
    facts = [form, f"unit: {unit}" if unit else "", f"default: {default}" if default else ""]
    page.lines += [".TP", page.line(page.inline(text(key)))]
    page.lines += page.prose(text("; ".join(filter(None, facts)) + "."))
    page.lines += [".br", *page.prose(text(meaning))]


def table(page, lines):
    heads, _, *rows = [cells(line) for line in lines]
    for row in rows:
        if len(heads) == 5:
            setting(page, row)
        else:
            page.lines += [".TP", page.line(page.inline(text(row[0]))), *page.prose(text("; ".join(row[1:])))]


def page(markdown, source, references, others):
    made = roff.Page("mailmodule.cfg", "5", "settings of MailModule", source, references)
    made.heading("DESCRIPTION")
    without_comments = re.sub(r"<!--.*?-->\n*", "", markdown, flags=re.S)
    for kind, lines in groups(without_comments.splitlines()):
        if kind == "heading":
            title = lines[0].lstrip("# ")
            if lines[0].startswith("## "):
                made.heading(title.upper())
        elif kind == "table":
            table(made, lines)
        elif kind == "item":
            made.item("*", text(" ".join(line.lstrip("- ") for line in lines)), is_bold=False)
        elif kind == "paragraph":
            made.paragraph(text(" ".join(lines)))
    names = ("mm_engine_load", "mm_engine_set", "mm_config_check", "LoadConfig", "SetConfigParamString")
    made.see_also([*others, *((name, "3") for name in names if name in references)])
    return made
