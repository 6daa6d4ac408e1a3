import { describe, expect, it } from 'vitest';
import { type Colour, divergingColour, noValueColour } from '../../src/pictures/colours.ts';

/** CIE lightness, 0 to 100, from sRGB: the eye's own measure, independent of how the scale was built. */
function cieLightness(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

/** How a red- or green-blind eye sees a colour (Viénot, Brettel & Mollon 1999), in linear light. */
function dichromat(colour: Colour, blind: 'red' | 'green'): readonly number[] {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => (part / 255) ** 2.2);
  const mixed = blind === 'red' ? 0.11238 * red + 0.88762 * green : 0.29275 * red + 0.70725 * green;
  const rest = blind === 'red' ? 0.00401 * (red - green) : -0.02234 * (red - green);
  return [mixed, mixed, rest + blue];
}

const steps = Array.from({ length: 21 }, (_, step) => step / 20);

describe('the diverging scale', () => {
  it('is neutral and nearly white at zero, from either side', () => {
    const [red, green, blue] = divergingColour(0);
    expect([green, blue]).toEqual([red, red]);
    expect(red).toBeGreaterThan(240);
    expect(divergingColour(-0)).toEqual(divergingColour(0));
  });

  it('is equally dark for equal strength on both sides', () => {
    for (const step of steps) {
      // 4 of 100: the two hues meet sRGB's limits differently; less than an eye tells apart across hues.
      expect(Math.abs(cieLightness(divergingColour(step)) - cieLightness(divergingColour(-step)))).toBeLessThan(4);
    }
  });

  it('darkens with every step', () => {
    for (const sign of [-1, 1]) {
      const lightness = steps.map((step) => cieLightness(divergingColour(sign * step)));
      lightness.slice(1).forEach((value, at) => {
        expect(value).toBeLessThan(lightness[at]!);
      });
    }
  });

  it('is red for positive, blue for negative, also to red- and green-blind eyes', () => {
    for (const step of steps.slice(5)) {
      const [red, , blue] = divergingColour(step);
      expect(red).toBeGreaterThan(blue);
      for (const blind of ['red', 'green'] as const) {
        const blueness = (colour: Colour) => {
          const [yellow = 0, , short = 0] = dichromat(colour, blind);
          return short - yellow;
        };
        expect(blueness(divergingColour(-step))).toBeGreaterThan(blueness(divergingColour(step)) + 0.1);
      }
    }
  });

  it('holds beyond its ends, and keeps what is no number off the scale', () => {
    expect(divergingColour(7)).toEqual(divergingColour(1));
    expect(divergingColour(Number.NEGATIVE_INFINITY)).toEqual(divergingColour(-1));
    expect(divergingColour(Number.NaN)).toEqual(noValueColour);
    for (const step of steps) {
      for (const sign of [-1, 1]) {
        expect(cieLightness(divergingColour(sign * step)) - cieLightness(noValueColour)).toBeGreaterThan(10);
      }
    }
  });
});
