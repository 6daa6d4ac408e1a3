/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * The diverging scale of signed maps: blue at -1, neutral at 0, red at +1. Blue and red stay apart in the three common kinds
 * of colour blindness; both arms lose lightness at the same rate, so equal strength looks equally strong on either side.
 */
export function divergingColour(strength: number): Colour {
  if (Number.isNaN(strength)) return noValueColour;
  const entry = Math.round(Math.min(1, Math.max(-1, strength)) * armLength) + armLength;
  return scale[entry] ?? noValueColour;
}

/** For pixels whose value is not a number: a dark grey that the scale itself never reaches. */
export const noValueColour: Colour = [58, 58, 58];

/** Entries on either side of zero. */
const armLength = 127;

// In OKLCH, where equal steps look equal: the ground's and the full colour's lightness, chroma, and the two hues in degrees.
const groundLightness = 0.985;
const fullLightness = 0.5;
const fullChroma = 0.165;
const blueHue = 257;
const redHue = 31;

const scale: readonly Colour[] = Array.from({ length: 2 * armLength + 1 }, (_, entry) => {
  const strength = (entry - armLength) / armLength;
  const size = Math.abs(strength);
  const lightness = groundLightness + (fullLightness - groundLightness) * size;
  return fromOklch(lightness, fullChroma * size, strength < 0 ? blueHue : redHue);
});

/** OKLCH to sRGB, after Ottosson, "A perceptual color space for image processing" (2020). */
export function fromOklch(lightness: number, chroma: number, hue: number): Colour {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    byte(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function byte(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
}
