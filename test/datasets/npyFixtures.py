"""Writes what numpy makes of many kinds of arrays into the folder named on the command line."""
import sys
import numpy as np

out = sys.argv[1]
ramp = np.arange(24).reshape(2, 3, 4) - 5
arrays = {
    "float32": ramp.astype("<f4") / 4,
    "float64": ramp.astype("<f8") / 3,
    "int64": ramp.astype("<i8") * 2**40,
    "uint64": np.array([0, 2**64 - 1], "<u8"),
    "int32": ramp.astype("<i4"),
    "uint32": np.array([2**32 - 1], "<u4"),
    "int16": ramp.astype("<i2"),
    "uint16": np.array([65535], "<u2"),
    "int8": ramp.astype("i1"),
    "uint8": np.array([0, 255], "u1"),
    "bool": ramp > 0,
    "scalar": np.array(3.5),
    "empty": np.zeros((0, 3), "<f4"),
    "fortran": np.asfortranarray(ramp.astype("<f4")),
    "fortran_big_endian": np.asfortranarray(ramp.astype(">i2")),
    "big_endian": ramp.astype(">f8"),
    "float16": np.array([0, -0.0, 1 / 3, -2, 65504, 2**-24, np.inf, -np.inf, np.nan], "<f2"),
    "text": np.array(["a", "bc"]),
    "record": np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]),
    "complex": np.array([1j]),
}
for name, array in arrays.items():
    np.save(f"{out}/{name}.npy", array)
numbers = {k: v for k, v in arrays.items() if k not in ("text", "record", "complex")}
np.savez(f"{out}/stored.npz", **numbers)
np.savez_compressed(f"{out}/compressed.npz", **numbers)
with open(f"{out}/version2.npy", "wb") as file:
    np.lib.format.write_array(file, arrays["float32"], version=(2, 0))
