"""Variables: Python values to JSON documents and back, exactly.

Here live the encoding of what callers pass as `variables=` and the decoding into what they ask for with `as_type=`. No
request, no protobuf, no I/O.

What goes out: mappings, dataclasses, `TypedDict`, `msgspec.Struct`, attrs classes, pydantic models; inside them also
lists, tuples, sets, `datetime`, `date` and `time` (RFC 3339), `timedelta` (ISO 8601), `UUID`, `Enum` (its value) and
`Decimal`. Integers travel exactly from -2^63 to 2^64-1, which is what Zeebe keeps; beyond that, and for NaN and
infinity, encoding fails and names the path.

What comes in is read leniently: an empty or `null` document is `{}`, a float without a fraction fits an int, unknown
fields are ignored.
"""

from zeebe_grpc.variables.common import DecimalForm, J, RawJson, V, Variables
from zeebe_grpc.variables.decoding import check_type, decode, decode_value
from zeebe_grpc.variables.encoding import LARGEST_INT, SMALLEST_INT, encode, encode_text

__all__ = [
    "LARGEST_INT",
    "SMALLEST_INT",
    "DecimalForm",
    "J",
    "RawJson",
    "V",
    "Variables",
    "check_type",
    "decode",
    "decode_value",
    "encode",
    "encode_text",
]
