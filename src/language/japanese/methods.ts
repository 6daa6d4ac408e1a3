import type { MethodText } from '../english/methods.ts';

const [score, perInput] = ['スコア', 'スコア÷入力の変化'];

const texts: Readonly<Record<string, MethodText>> = {
  saliency: {
    title: '感度マップ',
    about: '画素がわずかに変わったとき、スコアがどれだけ強く反応するか。符号付きのスコアの勾配です。',
    unit: perInput,
  },
  'input-x-gradient': {
    title: '入力 × 勾配',
    about: 'ネットワークをこの画像の近くで線形とみなしたとき、各画素がスコアに加える量。画素の値と勾配の積です。',
    unit: score,
  },
  smoothgrad: {
    title: 'SmoothGrad',
    about:
      '各画素にスコアがどれだけ強く反応するかを、ノイズを加えた多数の画像で平均したもの。一枚のマップに偶然現れるものは打ち消し合います。',
    unit: perInput,
  },
  'integrated-gradients': {
    title: '積分勾配法',
    about: '空の画像からこの画像まで変えていく間に、各画素がスコアに加える量。合計はスコアの差になります。',
    unit: score,
  },
  'expected-gradients': {
    title: '期待勾配法',
    about:
      '空の画像一枚ではなく多数の画像と比べて、各画素がスコアに加える量。合計は、それらの画像の平均スコアとの差になります。',
    unit: score,
  },
  occlusion: {
    title: '遮蔽法',
    about: '画像の小領域を隠したとき、スコアがどれだけ下がるか。各画素の値は、それを含む小領域の平均です。',
    unit: score,
  },
  'feature-ablation': {
    title: '特徴の除去',
    about: '画像の一つの領域を隠したとき、スコアがどれだけ下がるか。その領域だけが担い、欠かせないものを示します。',
    unit: score,
  },
  'kernel-shap': {
    title: 'KernelSHAP',
    about:
      'スコアを各領域に公平に配分したもの。その領域を見せたときにスコアに加わる量を、領域のあらゆる順序について平均します。',
    unit: score,
  },
  rise: {
    title: 'RISE',
    about:
      '多数のランダムなマスクのもとで、その画素が見えているときのスコアが平均よりどれだけ高いか。どの部分があれば十分かを示します。',
    unit: score,
  },
  'guided-backprop': {
    title: '誘導逆伝播法',
    about: '各 ReLU でスコアを下げるものを除いた、輪郭の鋭い勾配。判定についてと同じくらい、画像そのものを示します。',
    unit: 'スコア÷入力の変化（強調）',
  },
  deconvolution: {
    title: '逆畳み込み',
    about:
      'スコアを上げる素子は、どのような画像で強く反応するか。どの ReLU が働いたかを見ない勾配で、判定についてはほとんど何も示しません。',
    unit: 'スコア÷入力の変化（再構成）',
  },
  'deep-lift': {
    title: 'DeepLIFT',
    about: '空の画像と比べて各画素がスコアに加える量。差の配分として、ネットワークを逆向きにたどって求めます。',
    unit: score,
  },
  'grad-cam': {
    title: 'Grad-CAM',
    about:
      'スコアを上げるフィルタが反応した場所。畳み込み層の出力を、フィルタごとに勾配の平均で重み付けして合計します。',
    unit: 'スコア÷位置',
  },
  'guided-grad-cam': {
    title: 'Guided Grad-CAM',
    about: '誘導逆伝播法の鋭い輪郭を、Grad-CAM がクラスを見いだした場所だけ残したもの。',
    unit: '任意の単位',
  },
  'layer-conductance': {
    title: '層のコンダクタンス',
    about: '空の画像からこの画像まで変えていく間に、層の各素子を通ってスコアに加わる量。合計はスコアの差になります。',
    unit: score,
  },
  'layer-activation-x-gradient': {
    title: '層の出力 × 勾配',
    about: 'その層より後をこの画像の近くで線形とみなしたとき、層の各素子がスコアに加える量。',
    unit: score,
  },
  'lrp-epsilon-plus': {
    title: 'LRP（epsilon-plus）',
    about:
      'スコアを、それを生んだものへ層ごとにさかのぼって分配したもの。畳み込み層では支持したものだけに分配するので、根拠のある場所がわかります。',
    unit: score,
  },
  'lrp-epsilon-plus-flat': {
    title: 'LRP（epsilon-plus-flat）',
    about:
      'epsilon-plus と同じですが、最初の層では、読み取る画素に均等に分配します。より粗く、明るい画素に偏りません。',
    unit: score,
  },
  'lrp-epsilon-alpha2-beta1': {
    title: 'LRP（epsilon-alpha2-beta1）',
    about:
      'スコアを層ごとにさかのぼって分配し、支持したものを 2 倍、反対したものを 1 倍とします。支持と反対の両方を示します。',
    unit: score,
  },
  'lrp-epsilon-gamma-box': {
    title: 'LRP（epsilon-gamma-box）',
    about:
      'スコアを層ごとにさかのぼって分配し、支持したものをやや重く数えます。画素では、取りうる最も暗い値と最も明るい値からの隔たりを数えます。',
    unit: score,
  },
  'deep-taylor': {
    title: 'Deep Taylor 分解',
    about: '各層のテイラー展開によって、スコアを画素に分配したもの。支持する根拠だけを示し、反対は示しません。',
    unit: score,
  },
  'attn-lrp': {
    title: 'AttnLRP',
    about:
      'スコアを、アテンションも通して層ごとにさかのぼって分配したもの。モデルが何に注目し、そこから何を得たかを示します。',
    unit: score,
  },
  noncontributing: {
    title: '非貢献部',
    about:
      '判定を変えずに、すべての画素に同時に、画素ごとに独立なノイズをどこまで加えられるか。1 は画素値の範囲全体です。同じ大きさでもほかの変化では、判定が変わることがあります。',
    unit: '画素値の範囲',
  },
  'd-rise': {
    title: 'D-RISE',
    about:
      '多数のランダムなマスクのもとで、その画素が見えているとき、この枠に似た検出が平均よりどれだけ多く得られるか。枠だけに使います。',
    unit: '類似度（0〜1）',
  },
};

/** What a method is called, and what its maps show; a method of the user's own says so in its own words. */
export function described(id: string, own: MethodText): MethodText {
  return texts[id] ?? own;
}
