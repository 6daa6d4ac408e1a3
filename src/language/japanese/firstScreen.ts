import { quoted } from './decision.ts';
import { quantity, share } from './numbers.ts';

/** The first thing under the pictures. */
export const whyNot = (label: string) => `なぜ${quoted(label)}ではないのか`;

/** What the map of one class against another shows, in a sentence. */
export function whyNotAnswer(
  label: string,
  rival: string,
  forPlace: string | undefined,
  againstPlace: string | undefined,
): string {
  const [own, other] = [quoted(label), quoted(rival)];
  if (forPlace === undefined && againstPlace === undefined)
    return `${other}ではなく${own}とする根拠は、特定の場所に集まっていません。`;
  if (forPlace === againstPlace) return `${own}の根拠も${other}の根拠も主に${forPlace}にあり、場所では区別できません。`;
  if (againstPlace === undefined) return `${other}ではなく${own}とする根拠は、主に${forPlace}にあります。`;
  if (forPlace === undefined) return `${other}の根拠は、主に${againstPlace}にあります。`;
  return `${own}の根拠は主に${forPlace}に、${other}の根拠は主に${againstPlace}にあります。`;
}

export const hiding = '何があれば判定は変わるか';

export const outlined = '線で囲んだ部分';

/**
 * @param upTo how much was hidden at most where nothing changes the decision. @param isPicture whether the part is outlined in a picture;
 * else it is of a row or a signal.
 */
export function hidden(part: number, says: string, upTo: number | undefined, isPicture: boolean): string {
  const what = isPicture
    ? `線で囲んだ部分（画像の ${share(part)}）`
    : `最初のマップで根拠が最も強い部分（値の ${share(part)}）`;
  if (upTo === undefined) return `${what}を隠すと、判定は${says}に変わります。`;
  return `${what}を隠しても、${says}で、同じ判定です。${share(upTo)} まで段階的に隠しても、試したどの段階でも変わりませんでした。`;
}

export function elsewhere(tried: number, changed: number): string {
  if (changed === 0) return `同じ広さをほかの場所で ${tried} 回無作為に隠しても、判定は一度も変わりませんでした。`;
  return `同じ広さをほかの場所で無作為に隠すと、${tried} 回のうち ${changed} 回で判定が変わりました。${changed > tried / 2 ? 'この判定は崩れやすく、囲んだ部分について言えることはわずかです。' : ''}`;
}

export const alone = (says: string) => `その部分だけを見せると、判定は${says}です。`;
export const empty = (says: string, blank: string, isPicture: boolean) =>
  isPicture ? `全体が${blank}の画像の判定は${says}です。` : `すべての値が${blank}のときの判定は${says}です。`;

/** What is seen where something is hidden. */
export function blank(value: number, numbers: 'signal' | 'table' | undefined): string {
  if (numbers) return `モデル入力の ${quantity(value)} `;
  return value === 0 ? '黒' : value === 255 ? '白' : `灰色（画素値 ${quantity(value)}）`;
}

export const says = (label: string, measure: string) =>
  measure === '' ? ` ${label} ` : `${quoted(label)}（${measure}）`;

export const belief = 'これらの図は信頼できるか';
export const assumed = '仮定したこと';
export const identity = 'このページの対象';
export const repeat = '再現の方法';

/** What the lights mean, under them. */
export const believing = '「信頼できる」とは、すべての検査に合格したことです。証明されたわけではありません。';

export const noneBelieved =
  '検査に合格したマップはありません。上の図はその中で最も良いものですが、論拠にしてはなりません。';
export const noMap = 'この判定のマップはありません。';
export const more = (maps: number) => `ほか ${maps} 個（下に掲載）`;
export const evidenceIn = (target: string) => `${quoted(target)}の根拠`;
export function legend(inPatches: boolean): string {
  const patches = inPatches ? '色の似た画素をまとめたパッチごとに、根拠の平均を示しています。' : '';
  return `赤は判定を支持した部分、青は反対した部分で、色が濃いほど強く働きました。濃さの尺度はマップごとに異なります。${patches}`;
}
export const gone = '斜線: 隠した部分。';

export const ratherThan = (title: string, rival: string) => `${title}（${quoted(rival)}との比較）`;

/** The figure behind a light: `Deletion 12% (random 45%), lower is better`. */
export function figure(label: string, value: string, better: 'lower' | 'higher' | undefined): string {
  return `${label} ${value}${better === undefined ? '' : `、${better === 'lower' ? '低い' : '高い'}ほど良い`}`;
}

/** What is put in the place of what is hidden or blanked. */
export const blanked = (words: string) => `隠した部分や空白にした部分は、ここでは${words}です。`;
