import { expect, it } from 'vitest';
import { foundWords } from '../../src/cli/demoWords.ts';

const seven = (predicted: string, lamp: string, ofRival = 'careful') => ({
  predicted,
  target: predicted,
  methods: [
    { target: predicted, lamp: 'do not believe' },
    { target: predicted, lamp },
    { target: `${predicted} vs 1`, lamp: ofRival },
  ],
});

it('counts digits that were decided as labelled, and those whose best map of the decision is to be believed', () => {
  const images = [seven('7', 'believe'), seven('2', 'believe'), seven('7', 'careful', 'believe')];
  expect(foundWords(images, ['7', '7', '7'])).toBe(
    'It decided 2 of 3 digits as labelled; the best map is to be believed for 2 of the 3.',
  );
});

it('says so of all', () => {
  expect(foundWords([seven('7', 'believe'), seven('1', 'believe')], ['7', '1'])).toBe(
    'It decided 2 of 2 digits as labelled; the best map is to be believed for all 2.',
  );
});

it('says nothing of maps that nobody checked', () => {
  const images = [{ predicted: '3', target: '3', methods: [{ target: '3', lamp: 'not checked' }] }];
  expect(foundWords(images, ['3'])).toBe('It decided 1 of 1 digits as labelled.');
});
