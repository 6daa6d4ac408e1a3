import { count, counted, sentence, share } from './numbers.ts';

/** The page that sorts the maps of many images into groups, and what is printed of it. */
export const title = (store: string) => `Atlas of ${store}`;
export const headline = (suspicious: number) =>
  suspicious === 0
    ? 'No group of images looks as if decided by a shortcut'
    : `${sentence(counted(suspicious, 'group of images looks', 'groups of images look'))} as if decided by a shortcut`;
export const lede = (images: number, method: string) =>
  `The maps of ${count(images)} images by ${method}, sorted class by class into groups that are alike. Whether a group was decided by a shortcut, you see from its pictures: ask what stands where its evidence lies.`;
export const masked = (images: number, off: number) =>
  `Masks say where the object is in ${count(images)} images: ${share(off)} of their evidence lies off it.`;
export const notWhole = (done: number, all: number) =>
  `The store is not whole: ${count(done)} of ${count(all)} shards are there.`;

export const groups = {
  question: 'Which groups are there?',
  order:
    'Those that look most like a shortcut come first. Red is evidence for the class, blue against it. Each image is shown as it is, and under its map; the most typical come first.',
  criterion: 'When does a group look like a shortcut?',
  byPlace:
    'Where it is a smaller part of its class, is decided right, and where a third or more of its evidence lies in the same few places, in which no other images have any.',
  byMasks:
    'With masks, such places have to lie off the object. And a group that is decided right looks like a shortcut where the part of its evidence that lies off the object is larger by a third of all or more than in the other images, even if it is its whole class.',
  notProof: 'That no group looks like one does not say that there is no shortcut.',
  name: (label: string, number: number) => `Class ${label}, group ${number}`,
  suspicious: 'looks like a shortcut',
  mean: 'mean of the maps',
  beyondClass: 'more or less than its class',
  size: (images: number, part: number) =>
    `${counted(images, 'image', 'images')}, ${part === 1 ? 'the whole class' : `${share(part)} of the class`}`,
  right: (part: number) => `${share(part)} decided right`,
  sameLabel: (part: number) => `${share(part)} with the same label`,
  alone: (part: number, fixed: number) =>
    part === 0
      ? 'no evidence where the other images have none'
      : `${share(part)} of the evidence where the other images have none, and so in ${share(fixed)} of the images`,
  offObject: (part: number, others: number | undefined) =>
    `${share(part)} of the evidence off the object${others === undefined ? '' : `, ${share(others)} in the other images`}`,
  odd: 'Least like the others of the group',
};

export const scatter = {
  question: 'How do the images of a class lie to each other?',
  about:
    'A point is an image, its colour a group; near each other are those whose maps are alike. Draw a rectangle to see the images in it, or choose a group.',
  classChoice: 'Class',
  choice: (label: string, images: number) => `${label} (${count(images)})`,
  picture: 'A point for each image of the class',
  chosen: (images: string) => `Images chosen: ${images}.`,
  someShown: (images: string, shown: string) => `Images chosen: ${images}; the first ${shown} are shown.`,
};

export const classes = {
  question: 'Where is the evidence of each class?',
  about:
    'The mean of the maps of a class, and where it is more (red) or less (blue) than that of all images. A difference has the colours of the mean beside it: pale where it is small.',
  table: 'Mean maps of the classes',
  columns: { label: 'Class', images: 'Images', mean: 'Mean', beyondAll: 'More or less than all images' },
  meanOf: (label: string) => `Mean map of class ${label}`,
  beyondAll: (label: string) => `Mean map of class ${label} less that of all images`,
  compare: 'Two classes compared',
  compareAbout: 'Red where the first class has more evidence than the second, blue where it has less.',
  first: 'First class',
  second: 'Second class',
  allImages: 'all images',
  difference: (label: string, other: string) => `Mean map of ${label} less that of ${other}`,
};

export const provenance = {
  question: 'What is this made of?',
  of: (store: string, sha256: string, method: string, version: string) =>
    `Store ${store}; model with SHA-256 ${sha256}; maps by ${method}; konkyo ${version}.`,
  method: (paper: string) => `The groups are made by spectral relevance analysis (${paper}).`,
  thumbnails: (folder: string) =>
    `Thumbnails lie in the folder ${folder} beside this page, which asks nothing of any network.`,
};

/** What the command prints. */
export const found = (groupsFound: number, classesFound: number) =>
  `${sentence(counted(groupsFound, 'group', 'groups'))} in ${counted(classesFound, 'class', 'classes')}.`;
export const suspect = (label: string, images: number, alone: number) =>
  `Class ${label}: ${counted(images, 'image', 'images')}, ${share(alone)} of whose evidence lies where no others have any, look like a shortcut.`;
export const suspectOff = (label: string, images: number, off: number) =>
  `Class ${label}: ${counted(images, 'image', 'images')}, ${share(off)} of whose evidence lies off the object, look like a shortcut.`;
export const noSuspects = 'No group looks like a shortcut.';
export const page = (path: string) => `Page: ${path}`;
