import type { InputDescription } from '../../../model/inputDescription.ts';
import { elementAt } from '../../../model/pixels.ts';
import type { Random } from '../../../random/random.ts';
import type { ChangeKind, ChangeMaker, DrawChange } from './change.ts';
import { gaussianBlur } from './gaussianBlur.ts';

/** Sides of blocks as shares of the image's shorter side: 2, 4 and 7 pixels of 28. */
const blockSides = [1 / 14, 1 / 7, 1 / 4];

/** Standard deviations of blurring as shares of the image's shorter side: 0.5 to 3.5 pixels of 28. */
const blurSigmas = [1 / 56, 1 / 28, 1 / 14, 1 / 8];

const independent: ChangeMaker = (_changed, source) => (u) => {
  for (let i = 0; i < u.length; i++) u[i] = 2 * source.uniform() - 1;
};

/** Every block of a grid, whose size and place are drawn too, has one number, each channel its own. */
const blocks: ChangeMaker = ({ input }, source) => {
  const eachBlock = blockGrid(input, source);
  return (u) => {
    const side = sidePixels(input, blockSides[source.index(blockSides.length)] ?? 1);
    eachBlock(side, (elements) => {
      const value = 2 * source.uniform() - 1;
      for (const i of elements) u[i] = value;
    });
  };
};

/** Towards the image blurred, at least half of the way. */
const blur: ChangeMaker = ({ image, input }, source) => {
  const shorter = Math.min(input.height, input.width);
  const blurred = blurSigmas.map((share) => gaussianBlur(image, input, share * shorter));
  return (u, radius) => {
    towards(u, radius, image, blurred[source.index(blurred.length)] ?? image);
    const share = 0.5 + 0.5 * source.uniform();
    for (let i = 0; i < u.length; i++) u[i] = share * (u[i] ?? 0);
  };
};

/** As far towards another image as the amplitudes allow. */
const pasted: ChangeMaker = ({ image, input, others }, source) => {
  const shifted = shiftedCopy(image, input, source);
  return (u, radius) => {
    const other = others.length > 0 ? others[source.index(others.length)] : shifted();
    towards(u, radius, image, other ?? image);
  };
};

const plain = { independent, blocks, blur, pasted } as const;

export type PlainKind = keyof typeof plain;

/** One kind in some blocks and another one in the rest. */
function mixed(kinds: readonly PlainKind[]): ChangeMaker {
  return (changed, source) => {
    const draws = kinds.map((kind) => plain[kind](changed, source));
    const eachBlock = blockGrid(changed.input, source);
    const second = new Float32Array(changed.image.length);
    const drawn = (): DrawChange => draws[source.index(draws.length)] ?? (() => undefined);
    return (u, radius) => {
      drawn()(u, radius);
      drawn()(second, radius);
      eachBlock(sidePixels(changed.input, 1 / 4), (elements) => {
        if (source.uniform() < 0.5) return;
        for (const i of elements) u[i] = second[i] ?? 0;
      });
    };
  };
}

/** Changes of a kind. @param mixing what `mixed` mixes; of all kinds by default. */
export function changesOf(kind: ChangeKind, mixing: readonly PlainKind[] = allPlain): ChangeMaker {
  return kind === 'mixed' ? mixed(mixing) : plain[kind];
}

/** Of these kinds, those that can be mixed; all there are, where `mixed` is alone. */
export function mixable(kinds: readonly ChangeKind[]): readonly PlainKind[] {
  const named = kinds.flatMap((kind) => (kind === 'mixed' ? [] : [kind]));
  return named.length > 0 ? named : allPlain;
}

const allPlain: readonly PlainKind[] = ['independent', 'blocks', 'blur', 'pasted'];

/** u for the largest change towards `target` that stays within the radius. */
function towards(u: Float32Array, radius: Float32Array, image: Float32Array, target: Float32Array): void {
  for (let i = 0; i < u.length; i++) {
    const reach = radius[i] ?? 0;
    const way = (target[i] ?? 0) - (image[i] ?? 0);
    u[i] = reach === 0 ? 0 : Math.max(-1, Math.min(1, way / reach));
  }
}

function sidePixels({ height, width }: InputDescription, share: number): number {
  return Math.max(1, Math.round(share * Math.min(height, width)));
}

/** Visits the blocks of a grid that lies anywhere over the image, of every channel, as lists of elements. */
function blockGrid(input: InputDescription, source: Random) {
  const { height, width, channels } = input;
  const at = elementAt(input);
  return (side: number, visit: (elements: readonly number[]) => void) => {
    const [top, left] = [source.index(side), source.index(side)];
    for (let y = -top; y < height; y += side) {
      for (let x = -left; x < width; x += side) {
        for (let c = 0; c < channels; c++) {
          const elements: number[] = [];
          for (let row = Math.max(0, y); row < Math.min(height, y + side); row++) {
            for (let column = Math.max(0, x); column < Math.min(width, x + side); column++)
              elements.push(at(c, row, column));
          }
          visit(elements);
        }
      }
    }
  };
}

/** The image mirrored and shifted at random, what leaves at one side coming back at the other. */
function shiftedCopy(image: Float32Array, input: InputDescription, source: Random): () => Float32Array {
  const { height, width, channels } = input;
  const at = elementAt(input);
  const copy = new Float32Array(image.length);
  return () => {
    const [down, right] = [source.index(height), source.index(width)];
    const [flipY, flipX] = [source.uniform() < 0.5, source.uniform() < 0.5];
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const fromY = (flipY ? height - 1 - y : y) + down;
        for (let x = 0; x < width; x++) {
          const fromX = (flipX ? width - 1 - x : x) + right;
          copy[at(c, y, x)] = image[at(c, fromY % height, fromX % width)] ?? 0;
        }
      }
    }
    return copy;
  };
}
