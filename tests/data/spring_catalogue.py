"""Makes `data/spring_catalogue.parquet` of `data/spring_catalogue.csv`: `python -m tests.data.spring_catalogue`.

The texts stay; the columns get the types that a data frame of them would have.
"""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

DATA: Final = Path(__file__).parents[2] / "data"
CSV: Final = DATA / "spring_catalogue.csv"
PARQUET: Final = DATA / "spring_catalogue.parquet"
TYPES: Final = {
    "seed": pa.int64(),
    "num_images": pa.int8(),
    "launch_on": pa.date32(),
    "price_eur": pa.decimal128(8, 2),
    "organic": pa.bool_(),
}


def typed_table() -> pa.Table:
    """The sample with real types: an empty cell of a number, a date or a flag is null."""
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(CSV.read_text(encoding="utf-8").partition("\n")[0].split(","), pa.string()) | TYPES,
        null_values=[""],
        strings_can_be_null=False,
        true_values=["true"],
        false_values=["false"],
    )
    table = csv.read_csv(CSV, parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=options)
    place = table.schema.get_field_index("market")
    return table.set_column(place, "market", pc.dictionary_encode(table["market"]))


if __name__ == "__main__":
    pq.write_table(typed_table(), PARQUET)
