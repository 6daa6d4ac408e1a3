import { count, share } from './numbers.ts';

/** The page that sorts the maps of many images into groups, and what is printed of it. */
export const title = (store: string) => `${store} のアトラス`;
export const headline = (suspicious: number) =>
  suspicious === 0
    ? '近道の疑いがある画像グループはありません'
    : `近道の疑いがある画像グループ: ${count(suspicious)} 個`;
export const lede = (images: number, method: string) =>
  `${count(images)} 枚の画像の ${method} によるマップを、クラスごとに、似たもの同士のグループに分けました。近道（ショートカット）で判定しているかどうかは、根拠の場所に何があるかを画像で見て判断してください。`;
export const masked = (images: number, off: number) =>
  `対象物の位置を示すマスクが ${count(images)} 枚の画像にあり、その根拠の ${share(off)} は対象物の外にあります。`;
export const notWhole = (done: number, all: number) =>
  `保存先はまだ完成していません。シャード ${count(all)} 個のうち ${count(done)} 個があります。`;

export const groups = {
  question: 'どのようなグループがあるか',
  order:
    '近道の疑いが強いものから順に示します。赤はクラスを支持する根拠、青は反対する根拠です。画像はそれぞれ、元の画像とマップを重ねたものを並べ、典型的なものから順に示します。',
  criterion: 'どのようなグループに近道の疑いがあるか',
  byPlace:
    'クラスの一部だけを占め、正しく判定されており、根拠の 3 分の 1 以上が、ほかの画像には根拠がない決まった場所にあるグループです。',
  byMasks:
    'マスクがある場合、その場所が対象物の外にあることも条件です。また、正しく判定され、対象物の外にある根拠の割合がほかの画像より 3 分の 1 以上大きいグループも、クラス全体であっても疑いがあるとみなします。',
  notProof: '疑いのあるグループがなくても、近道がないとは言えません。',
  name: (label: string, number: number) => `クラス ${label}、グループ ${number}`,
  suspicious: '近道の疑い',
  mean: 'マップの平均',
  beyondClass: 'クラス全体との差',
  size: (images: number, part: number) =>
    `画像 ${count(images)} 枚（${part === 1 ? 'クラス全体' : `クラスの ${share(part)}`}）`,
  right: (part: number) => `正しい判定は ${share(part)}`,
  sameLabel: (part: number) => `同じラベルは ${share(part)}`,
  alone: (part: number, fixed: number) =>
    part === 0
      ? 'ほかの画像に根拠がない場所に、根拠はない'
      : `根拠の ${share(part)} が、ほかの画像に根拠がない場所にある（画像の ${share(fixed)} に共通）`,
  offObject: (part: number, others: number | undefined) =>
    `根拠の ${share(part)} が対象物の外にある${others === undefined ? '' : `（ほかの画像では ${share(others)}）`}`,
  odd: 'グループの中で最も似ていない画像',
};

export const scatter = {
  question: 'クラスの画像は互いにどう位置するか',
  about:
    '点は一枚の画像、色はグループで、近い点ほどマップが似ています。四角を描くとその中の画像が、グループを選ぶとそのグループの画像が表示されます。',
  classChoice: 'クラス',
  choice: (label: string, images: number) => `${label}（${count(images)} 枚）`,
  picture: 'クラスの画像ごとに一つの点',
  chosen: (images: string) => `選んだ画像: ${images} 枚。`,
  someShown: (images: string, shown: string) => `選んだ画像: ${images} 枚（最初の ${shown} 枚を表示）。`,
};

export const classes = {
  question: '各クラスの根拠はどこにあるか',
  about:
    'クラスごとのマップの平均と、全画像の平均との差です。赤は全画像より多い部分、青は少ない部分です。差は隣の平均と同じ尺度の色で示すため、小さな差は薄く見えます。',
  table: 'クラスごとのマップの平均',
  columns: { label: 'クラス', images: '画像数', mean: '平均', beyondAll: '全画像との差' },
  meanOf: (label: string) => `クラス ${label} のマップの平均`,
  beyondAll: (label: string) => `クラス ${label} のマップの平均と全画像の平均との差`,
  compare: '二つのクラスの比較',
  compareAbout: '赤は一つ目のクラスの根拠が二つ目より多い部分、青は少ない部分です。',
  first: '一つ目のクラス',
  second: '二つ目のクラス',
  allImages: '全画像',
  difference: (label: string, other: string) => `${label} のマップの平均から ${other} のそれを引いた差`,
};

export const provenance = {
  question: '何から作成したか',
  of: (store: string, sha256: string, method: string, version: string) =>
    `保存先 ${store}。モデルの SHA-256 は ${sha256}。マップは${method}。konkyo ${version}。`,
  method: (paper: string) => `グループ分けはスペクトル関連度分析（${paper}）によります。`,
  thumbnails: (folder: string) =>
    `サムネイルはこのページと同じ場所のフォルダ ${folder} にあり、ネットワークには接続しません。`,
};

/** What the command prints. */
export const found = (groupsFound: number, classesFound: number) =>
  `${count(classesFound)} クラスに ${count(groupsFound)} 個のグループがあります。`;
export const suspect = (label: string, images: number, alone: number) =>
  `クラス ${label}: 画像 ${count(images)} 枚。根拠の ${share(alone)} が、ほかの画像に根拠がない場所にあり、近道の疑いがあります。`;
export const suspectOff = (label: string, images: number, off: number) =>
  `クラス ${label}: 画像 ${count(images)} 枚。根拠の ${share(off)} が対象物の外にあり、近道の疑いがあります。`;
export const noSuspects = '近道の疑いがあるグループはありません。';
export const page = (path: string) => `ページ: ${path}`;
