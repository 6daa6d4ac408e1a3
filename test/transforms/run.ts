import { caseFolders } from '/work/main/test/slow/testdata.ts';
import { judge } from '/work/main/test/transforms/gradient/operatorVerdicts.ts';
const t0 = Date.now();
const all = [];
for (const suite of ['node','pytorch-converted','pytorch-operator','simple']) for (const f of caseFolders(suite)) { const t=Date.now(); const v = await judge(f); all.push({...v, ms: Date.now()-t}); }
const count = (k: string) => all.filter(v => v.verdict === k).length;
console.log(all.length, ['passed','not differentiable','unsupported','failed'].map(k => `${k} ${count(k)}`), (Date.now()-t0)/1000);
for (const v of all) if (v.verdict === 'failed') console.log('FAILED', v.name, v.op, v.reason);
const reasons = new Map<string, string[]>();
for (const v of all) if (v.verdict === 'unsupported') reasons.set(v.reason, [...(reasons.get(v.reason) ?? []), v.name]);
for (const [r, n] of [...reasons].sort((a,b)=>b[1].length-a[1].length)) console.log(n.length, r.slice(0,160), n.slice(0,4).join(' '));
all.sort((a,b)=>b.ms-a.ms); console.log(all.slice(0,12).map(v=>`${v.name} ${v.ms}`));
