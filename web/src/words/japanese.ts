export const title = 'konkyo：この判断の根拠は何か';
export const tagline = 'この判断の根拠は何か';
export const lede =
  '数字を描くか、モデル（.onnx）と画像をここに落としてください。モデルはこのページの中で動き、開いたものがこの機械の外に出ることはありません。';
export const skipTo = '判断へ移動';

export const machine = {
  webgpu: (threads: number) => `グラフィックス（WebGPU）と ${threads} スレッド`,
  wasm: (threads: number) => `プロセッサ（WebAssembly）、${threads} スレッド`,
  starting: '起動中',
  private: '何もこの機械の外に出ません',
  why: {
    'not-isolated': '1 スレッドだけです。このサーバーはページを隔離していません（「konkyo app」は隔離します）。',
    'no-webgpu': 'このブラウザには WebGPU がありません。',
    asked: '指定どおりです。',
    'software-webgpu': 'WebGPU はありますが、プロセッサによる模擬なので WebAssembly のほうが速くなります。',
  },
};

export const open = {
  model: 'モデルを開く',
  pictures: '画像を開く',
  demo: '数字に戻る',
  drop: 'どこにでも落とせます',
  dropHint: 'モデル（.onnx と外部データ）、画像、配列（.npy、.npz）、表（.csv）、またはフォルダ',
  opening: (name: string) => `${name} を開いています。準備し、計算結果が変わらないことを確かめています`,
  nothing: (names: string) =>
    `開けるものがありません：${names}。.onnx のモデル、画像、.npy、.npz、.csv のファイルを使ってください。`,
  needsPicture: 'モデルの準備ができました。画像を落としてください。',
  needsNumbers: 'モデルの準備ができました。数を受け取るモデルです。.csv、.npy、.npz のファイルを落としてください。',
  needsModel: '先にモデルを落としてください。そのあとこの画像を説明できます。',
  twoModels: (used: string) => `モデルが複数ありました。${used} を開きました。`,
};

export const draw = {
  title: '数字を描く',
  hint: 'マウス、指、ペンで',
  clear: '消す',
  sees: 'ネットワークに見えているものと、判断の根拠',
  empty: '何か描くと、判断がついてきます。',
  ms: (milliseconds: number) => `判断と説明に ${milliseconds} ミリ秒`,
};

export const picture = {
  title: '画像',
  list: '画像の一覧',
  alt: (name: string) => `モデルに見えている ${name}`,
  none: 'このモデルは画像ではなく数を受け取ります。一列が入力の一つの値です。',
};

export const view = {
  title: '根拠',
  opacity: 'マップが画像を覆う濃さ',
  patches: '領域ごと',
  compare: '比べる相手',
  flick: '切り替え',
  flickHint: '押している間、もう一方のマップを表示（F キーでも）',
  noCompare: 'なし',
  zoom: '拡大',
  legend: '赤は判断を支え、青は逆らいます。濃いほど強く、尺度はマップごとに異なります。',
  tools: { look: '見る', hide: '部分を隠す', erase: '消す', paint: '塗る' },
  toolHints: {
    look: '画像に重ねたマップです。',
    hide: '部分を指すと、それがないとき判断がどうなるかを示します。矢印キーで部分を移れます。',
    erase: '画素を消して、判断の変化を見ます。',
    paint: '画素を塗って、判断の変化を見ます。',
  },
  brush: '筆の太さ',
  colour: '色',
  undo: '元に戻す',
  explainThis: '変えた画像を説明する',
  measuring: '各部分の効果を測っています',
  part: (measure: string, before: string) => `この部分がないと ${measure}（あるとき ${before}）`,
  partDecides: (label: string) => `判断は「${label}」になります`,
};

export const decision = {
  title: '判断',
  sure: (percent: string) => `確率 ${percent}`,
  ifLogits: (percent: string) => `スコアがロジットなら確率 ${percent}`,
  score: (score: string) => `スコア ${score}`,
  value: (value: string) => `モデルの値は ${value} です。`,
  changed: (before: string) => `変わりました。元は「${before}」でした`,
  same: '変更後も同じ判断です',
  whyNot: (label: string) => `なぜ「${label}」ではないのか`,
  whyNotHint: 'クラスを押すと、なぜそれではないのかを示します。',
  search: '別のクラスではない理由',
  boxes: '見つかったもの',
};

export const maps = {
  title: 'マップ',
  ratherThan: (title: string, rival: string) => `${title}（「${rival}」と比べて）`,
  more: '別の手法',
  add: '加える',
  all: '各検査の結果',
  kept: (percent: string, otherwise: string) =>
    `画素ごとに独立な新しい雑音のうち ${percent} で判断が保たれました。同じ大きさのほかの変化（ブロックごとの雑音、ぼかし、別の画像の内容）では、最も保たれにくい種類で ${otherwise} でした。`,
  settings: '設定',
  waiting: '最初のマップを作っています。',
  checking: '検査はマップのあとに行います。',
  ofAnother: '検査は判断のマップについてのものです。これは別のもののマップです。',
  leftOut: '省いたもの',
};

export const progress = {
  of: (what: string, done: number, total: number) => `${what}（${total} のうち ${done}）`,
  left: (seconds: number) => (seconds < 1 ? '残り 1 秒未満' : `残り約 ${Math.ceil(seconds)} 秒`),
  skip: 'この手順を飛ばす',
  stop: '止める',
  regions: '部分を一つずつ隠しています',
};

export const change = { title: '何があれば変わるのか' };

export const input = {
  title: '画素から入力への変換',
  assumed: '指定がないため、仮定しています',
  lede: 'モデルのファイルには、画素をどう入力に変えるかが書かれていません。学習時と違えば、ここでの判断は実際の判断とは異なります。',
  guessed: (way: string, share: string, other: string, says: string, otherShare: string) =>
    `画素をどう入力に変えるかの指定がないため、この画像の確率が最も高くなる「${way}」（${share}）を使いました。「${other}」なら「${says}」（${otherShare}）になります。確率が高いことは正しいことではありません。学習時の設定を下で指定してください。`,
  tried: 'それぞれの場合の判断',
  use: '使う',
  used: '使用中',
  layout: '並び',
  size: '高さ × 幅',
  order: '色の順序',
  scale: '倍率（0〜255 の画素に掛ける）',
  mean: '次に引く（平均）',
  std: '次に割る（標準偏差）',
  classes: 'クラス名（一行に一つ）',
  apply: '適用',
  kept: 'このモデルの設定として、このブラウザに保存しました。',
  forget: '忘れる',
  formula: '値 =（画素 × 倍率 − 平均）÷ 標準偏差',
};

export const layers = {
  title: '層とユニット',
  lede: '画像のどこがモデル内部の一つのユニットを動かすかを示します。',
  layer: '層',
  unit: (last: number) => `ユニット（0〜${last}）`,
  show: '表示',
};

export const take = {
  title: '持ち帰る',
  report: 'レポート（HTML）',
  reportHint: 'コマンドと同じページです。一つのファイルで、スクリプトはありません',
  arrays: 'マップの配列（.npz）',
  picture: '画像（PNG）',
  overlay: 'このマップを重ねた画像（PNG）',
  explainer: '説明をするモデル（.onnx）',
  explainerHint: 'ONNX Runtime があればどこでも動きます',
  command: '同じ結果を得るコマンド',
  copy: 'コピー',
  copied: 'コピーしました',
  network: 'このページのネットワーク',
};

export const about = {
  title: 'このモデルについて',
  hash: 'SHA-256',
  notes: 'モデルに対して行ったこと',
  cautions: '最初に読むべきこと',
};

export const errors = { close: '閉じる', failed: 'うまくいきませんでした' };
export const looks = { language: '言語', theme: '見た目', light: '明るい', dark: '暗い', system: 'システムに従う' };
export const offline = 'このページはネットワークがなくても使えます。';
