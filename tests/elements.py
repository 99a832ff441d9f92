"""Reading HTML and SVG in tests."""

from html.parser import HTMLParser

VOID = {"img", "meta", "br", "link"}


class Elements(HTMLParser):
    """All elements as (name, attributes, text inside), and whether every one was closed."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])
        if tag not in VOID:
            self.open.append((tag, len(self.found) - 1))

    def handle_endtag(self, tag):
        name, _ = self.open.pop()
        assert name == tag

    def handle_data(self, data):
        for _, place in self.open:
            self.found[place][2] += data

    def named(self, name):
        return [(attributes, text) for tag, attributes, text in self.found if tag == name]
