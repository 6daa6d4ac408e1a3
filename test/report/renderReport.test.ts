import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/app/reportView.ts';
import type { AttributionMap, ExplainedImage, ReportView } from '../../src/report/explanation/view.ts';
import { sources } from '../sourceImports.ts';
import { demoDigit, demoDigits, demoPhotograph, demoSingle } from './demoView.ts';

const photograph = demoPhotograph({
  width: 224,
  height: 224,
  channels: 3,
  data: new Uint8Array(224 * 224 * 3).map((_, at) => (at * 7) % 256),
});
const reports: Readonly<Record<string, ReportView>> = { many: demoDigits(), single: demoSingle(), photograph };

function withImage(change: Partial<ExplainedImage>): ReportView {
  const single = demoSingle();
  return { ...single, explained: [{ ...single.explained[0]!, ...change }] };
}

function withMap(change: Partial<AttributionMap>): string {
  return renderReport(withImage({ maps: [{ ...demoDigit(7).maps[1]!, ...change }] }));
}

/** Base64 spells anything, `//` and `NaN` among it. */
function withoutPictureData(page: string): string {
  return page.replace(/base64,[^"]*/g, '');
}

/** The page without its tags, as read. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe.each(Object.entries(reports))('the report of %s', (_, view) => {
  const page = renderReport(view);

  it('is the same to the byte when made again', () => {
    expect(renderReport(structuredClone(view))).toBe(page);
  });

  it('asks nothing of any network and forbids it', () => {
    expect(page).toContain(`default-src 'none'`);
    const forbidden = /(?:https?:)?\/\/[a-z0-9]|<script|<link|<iframe|@import|url\((?!#)/gi;
    expect(withoutPictureData(page).match(forbidden)).toBeNull();
    for (const [, source] of page.matchAll(/(?:\ssrc|<image [^>]*href)="([^"]*)"/g))
      expect(source?.slice(0, 22)).toBe('data:image/png;base64,');
  });

  it('describes every picture in words', () => {
    const pictures = page.match(/<img [^>]*>/g) ?? [];
    expect(pictures.length).toBeGreaterThan(3);
    for (const picture of pictures) expect(picture).toMatch(/ alt="[^"]{10,}"/);
    for (const photo of page.match(/<svg class="picture[^>]*>/g) ?? [])
      expect(photo).toMatch(/role="img" aria-label="[^"]{10,}"/);
  });

  it('has one first heading and never skips a level', () => {
    const levels = [...page.matchAll(/<h(\d)>/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, at) => {
      expect(level).toBeLessThanOrEqual((levels[at - 1] ?? 0) + 1);
    });
  });

  it('links only to parts that exist, each named once', () => {
    const anchors = [...page.matchAll(/ id="([^"]*)"/g)].map(([, anchor]) => anchor);
    expect(new Set(anchors).size).toBe(anchors.length);
    for (const [, anchor] of page.matchAll(/ href="#([^"]*)"/g)) expect(anchors).toContain(anchor);
  });
});

describe('what comes from outside', () => {
  const hostile = `<script>alert("1")</script>' onload=x`;

  it('cannot become markup, whatever field it is in', () => {
    const replaceStrings = (value: unknown): unknown => {
      if (typeof value === 'string') return hostile;
      if (Array.isArray(value)) return value.map(replaceStrings);
      if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, field]) => [
          key,
          // What selects a variant is written in the program, not in a model or file.
          ['kind', 'before', 'verdict'].includes(key) ? field : replaceStrings(field),
        ]),
      );
    };
    for (const view of Object.values(reports)) {
      const page = renderReport(replaceStrings({ ...view, explained: view.explained.slice(0, 1) }) as ReportView);
      expect(page).not.toContain('<script');
      expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=x');
      expect(page).not.toMatch(/<[^>]*"[^"]*"' onload/);
    }
  });

  it('keeps the anchors of like ids apart', () => {
    const page = renderReport({
      ...demoDigits(),
      explained: ['a:b', 'a-b', 'a b'].map((id) => ({ ...demoDigit(1), id })),
    });
    expect(new Set([...page.matchAll(/<article class="image-part" id="([^"]*)"/g)].map(([, id]) => id)).size).toBe(3);
  });
});

describe('what is absent from the view', () => {
  it('leaves out the questions that have no answer', () => {
    const text = textOf(renderReport(withImage({ maps: [] })));
    expect(text).toContain('There is no map of this decision.');
    for (const absent of [
      'All maps',
      'How were the maps checked',
      'Why not',
      'What would change it',
      'What do the methods',
    ]) {
      expect(text).not.toContain(absent);
    }
    expect(text).toContain('How was it made?');
  });

  it('leaves out the belief part where no map has a figure', () => {
    const text = textOf(withMap({ figures: [] }));
    expect(text).toContain('All maps');
    expect(text).not.toContain('How were the maps checked');
  });

  it('says nothing of labels, probabilities, blocks and commands that are not there', () => {
    const { truth: _, ...image } = demoDigit(7);
    const chosen = { index: 0, label: 'defect', score: -1.25 };
    const page = renderReport({
      title: 't',
      explained: [{ ...image, decision: { chosen, ranked: [chosen], explained: { kind: 'output' } } }],
      provenance: { model: { file: 'm.onnx', sha256: 'aa', opset: 13 }, input: [], settings: [], environment: [] },
    });
    const text = textOf(page);
    for (const word of [
      'labelled',
      'Probability',
      'came second with',
      'Settings',
      'Computed with',
      'To repeat it',
      'Parameters',
    ]) {
      expect(text).not.toContain(word);
    }
    expect(text).toContain('with a score of −1.25');
    expect(page).not.toMatch(/<(dl|ol|tbody|nav)>\s*<\/\1>/);
    expect(withoutPictureData(page)).not.toMatch(/undefined|NaN|null/);
  });

  it('says so where a method was not run for one of several images', () => {
    const [first, second] = [demoDigit(1), demoDigit(2)];
    const page = renderReport({ ...demoDigits(), explained: [first, { ...second, maps: second.maps.slice(1) }] });
    expect(page).toContain('not computed');
  });

  it('is an honest page without any image', () => {
    expect(textOf(renderReport({ ...demoDigits(), explained: [] }))).toContain('Nothing was explained.');
  });
});

describe('maps that hold no evidence', () => {
  it('says that a map of zeros found nothing, and shows no scale', () => {
    const text = textOf(withMap({ values: new Float32Array(784), scale: 0 }));
    expect(text).toContain('Every pixel is exactly zero: the method found nothing here.');
    expect(text).toContain('No colour scale');
    expect(text).not.toContain('Full colour');
  });

  it('counts the pixels without a value', () => {
    const values = demoDigit(7).maps[1]!.values.map((value, at) => (at < 5 ? Number.NaN : value));
    values[5] = Number.POSITIVE_INFINITY;
    const text = textOf(withMap({ values }));
    expect(text).toContain('6 of 784 pixels have no value');
  });

  it('says that a map without any value failed', () => {
    const text = textOf(withMap({ values: new Float32Array(784).fill(Number.NaN), scale: Number.NaN }));
    expect(text).toContain('No pixel has a value: the method failed here.');
    expect(text).not.toContain('Full colour');
  });
});

describe('what the page claims', () => {
  it('names a wrong decision as wrong', () => {
    const text = textOf(renderReport(demoDigits()));
    expect(text).toContain('The model decided nine of ten images as labelled.');
    expect(text).toContain('“3” for digits:8, which is labelled “8”');
    expect(textOf(renderReport(withImage({ truth: '1' })))).toContain(
      'By its label that is wrong: the image is labelled “1”.',
    );
  });

  it('advises against a map that failed a check, by name', () => {
    expect(textOf(renderReport(photograph))).toMatch(/Do not believe Grad-CAM/);
  });

  it('states the scale of each map and how much lies beyond', () => {
    const values = new Float32Array(784).fill(0.1);
    values.fill(2, 0, 4);
    values.fill(-1, 4, 8);
    const text = textOf(withMap({ values, scale: 0.5, unit: 'score units' }));
    expect(text).toContain('Full colour is 0.5 score units; 1.0% of the pixels go beyond');
    expect(text).toContain('−0.5 against');
  });
});

it('every box that scrolls can be reached by the keyboard, and says what it is, on every kind of page', () => {
  for (const [file, text] of sources) {
    for (const [box] of text.matchAll(/<div class="scroll[^>]*>/g)) {
      expect(`${file}: ${box}`).toMatch(/tabindex="0" role="region" aria-label="[^"]+"/);
    }
  }
});
