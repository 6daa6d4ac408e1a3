/** What a method says of itself. */
export interface MethodText {
  readonly title: string;
  readonly about: string;
  readonly unit: string;
}

/** What a method is called, and what its maps show. In English it says so itself. */
export function described(_id: string, own: MethodText): MethodText {
  return own;
}
