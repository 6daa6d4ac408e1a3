/** What a model does: decides for one class, says which labels are there, gives a number, a class for each pixel, or boxes. */
export const tasks = ['classes', 'labels', 'value', 'segmentation', 'detection'] as const;

export type Task = (typeof tasks)[number];
