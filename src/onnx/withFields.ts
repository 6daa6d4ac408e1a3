/** A shallow copy of a message with other fields. Fields that keep their value also keep being absent in the file. */
export function withFields<M extends object>(message: M, fields: Partial<M>): M {
  const copy: M = Object.assign(Object.create(Object.getPrototypeOf(message)), message);
  for (const [name, value] of Object.entries(fields) as [keyof M, M[keyof M]][]) {
    if (copy[name] !== value) copy[name] = value;
  }
  return copy;
}
