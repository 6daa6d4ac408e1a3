import { tensor } from '../../../src/onnx/tensor.ts';
import { type Attributes, type Layer, text, type Value } from '../graphMaker.ts';

export const slice: Layer = (m, x) => {
  const axes = m.pick([[1], [2], [3], [2, 3], [-1, -2], [3, 1]]);
  const sizes = axes.map((axis) => x.dims.at(axis)!);
  const by = axes.map(() => m.pick([1, 1, 2, -1]));
  const starts = sizes.map((size, i) => (by[i]! < 0 ? size - 1 : m.int(0, Math.floor(size / 3))));
  const ends = sizes.map((size, i) => (by[i]! < 0 ? -size - 1 : m.pick([size, 100, size])));
  return m.add('Slice', [x, m.ints(...starts), m.ints(...ends), m.ints(...axes), m.ints(...by)]);
};

export const pad: Layer = (m, x) => {
  const mode = m.pick(['constant', 'constant', 'reflect', 'edge', ...(m.opset >= 19 ? ['wrap'] : [])]);
  const room = mode === 'reflect' || mode === 'wrap' ? Math.min(...x.dims.slice(2)) - 1 : 2;
  const [top, left, bottom, right] = m.list(4, 0, Math.min(2, room)) as [number, number, number, number];
  const value = mode === 'constant' && m.chance(0.5) ? [m.constant([])] : [];
  return m.add('Pad', [x, m.ints(0, 0, top, left, 0, 0, bottom, right), ...value], { mode: text(mode) });
};

export const move: Layer = (m, x) => {
  const [, c = 1, h = 1, w = 1] = x.dims;
  const perms = [
    [0, 1, 3, 2],
    [0, 3, 2, 1],
    [0, 2, 3, 1],
  ];
  const kinds: (() => Value)[] = [
    () => m.add('Transpose', [x], { perm: m.pick(perms) }),
    () => m.add('Reshape', [x, m.ints(m.pick([-1, 0]), c, w, h)]),
    () =>
      m.add('Gather', [x, m.ints(...m.list(m.int(1, 3), -1, Math.min(h, w, c) - 1))], { axis: m.pick([1, 2, 3, -1]) }),
    () => m.add('Expand', [m.add('ReduceMean', [x, m.ints(1)]), m.ints(1, 2, 1, 1)]),
    () => m.add('Tile', [x, m.ints(1, 1, m.int(1, 2), 1)]),
    () =>
      m.add('CumSum', [x, m.tensor(tensor('int64', [], BigInt64Array.of(BigInt(m.pick([1, 2, 3, -1])))))], {
        exclusive: m.int(0, 1),
        reverse: m.int(0, 1),
      }),
    () =>
      m.add('Concat', m.chance(0.5) ? [x, m.add('Neg', [x])] : [m.add('Relu', [x]), x, x], {
        axis: m.pick([1, 2, 3, -1]),
      }),
    () => {
      const axis = m.pick([1, 2, 3].filter((a) => x.dims[a]! > 1));
      if (axis === undefined) return x;
      const first = m.int(1, x.dims[axis]! - 1);
      const [a, b] = m.addMany('Split', [x, m.ints(first, x.dims[axis]! - first)], 2, { axis }) as [Value, Value];
      return m.add('Concat', [b, m.add('Tanh', [a])], { axis });
    },
    () => (h % 2 === 0 && w % 2 === 0 ? m.add('SpaceToDepth', [x], { blocksize: 2 }) : x),
    () => (c % 4 === 0 ? m.add('DepthToSpace', [x], { blocksize: 2, mode: text(m.pick(['DCR', 'CRD'])) }) : x),
    () =>
      m.add('Unsqueeze', [
        m.add('Squeeze', [m.add('ReduceMax', [x, m.ints(2)]), m.ints(2)]),
        m.ints(m.pick([1, 2, 3])),
      ]),
    () => {
      const k = m.int(1, w);
      return m.addMany('TopK', [x, m.ints(k)], 2, { axis: 3, largest: m.int(0, 1), sorted: 1 })[0]!;
    },
    () => m.add('Trilu', [x], { upper: m.int(0, 1) }),
  ];
  return m.pick(kinds)();
};

export const resize: Layer = (m, x) => {
  const mode = m.pick(['nearest', 'linear', 'linear', 'cubic']);
  const given: Attributes = {
    mode: text(mode),
    coordinate_transformation_mode: text(m.pick(['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'])),
  };
  const scales = m.tensor({
    type: 'float32',
    dims: [4],
    data: Float32Array.of(1, 1, m.pick([1, 1.5, 2]), m.pick([1, 2, 0.5])),
  });
  return m.add('Resize', [x, undefined, scales], given);
};
