/* Keys of what konkyo writes into the metadata of a model it has trained, and reads from it. */

/** How the model was trained, as JSON. Such a model's output is scores before a softmax. */
export const trainingKey = 'konkyo.training';
/** The names of its classes, as a JSON list. */
export const classesKey = 'konkyo.classes';
