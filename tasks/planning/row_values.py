"""What stands under the names of a template in one row."""

from tasks.planning.parsed_row import ParsedRow
from tasks.planning.template_names import Names, Place


class RowValues(dict[str, str]):
    """What stands under the names that templates use in a row, else in its format, looked up once for each row.

    Indexing raises Unfit.
    """

    def __init__(self, names: Names, row: ParsedRow) -> None:
        super().__init__()
        self.row = row
        self.one = row
        """The format that the row is made in."""
        self._names = names
        self._empty: dict[str, bool] = {}
        """Names under which the row has nothing, and whether formats may have something."""

    def __missing__(self, name: str) -> str:
        if name not in self._empty:
            text = self._names.value(name, self.row)
            if text:
                self[name] = text
                return text
            self._empty[name] = (self._names.place(name) or Place()).is_of_formats
        return self._names.value(name, self.one) if self._empty[name] else ""
