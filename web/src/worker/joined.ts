import type { ExplainedImages } from 'konkyo';

/** An explanation with the maps of another of the same images; of a method that both have, the later one's. */
export function joined(before: ExplainedImages, later: ExplainedImages): ExplainedImages {
  const isNew = (id: string) => later.methods.some((method) => method.id === id);
  return {
    ...before,
    images: before.images.map((one, i) => {
      const added = later.images[i]?.explanation.maps ?? [];
      const kept = one.explanation.maps.filter(({ method }) => !isNew(method.id));
      return { ...one, explanation: { ...one.explanation, maps: [...kept, ...added] } };
    }),
    methods: [...before.methods.filter(({ id }) => !isNew(id)), ...later.methods],
    leftOut: [...(before.leftOut ?? []), ...(later.leftOut ?? [])],
  };
}
