/** The questions that studies answer of single images, and what is found behind them. */
export const deciding = {
  question: 'Which regions can it not do without? Which filters carried it?',
  gist: 'regions occluded one by one and together, and the strongest paths',
};
export const freedom = {
  question: 'Which pixels could be anything without changing it?',
  gist: 'non-contributing pixels, and how often the decision was kept',
};
export const fired = { question: 'Which rule stands for it?', gist: 'the rule, and how far each condition holds' };
