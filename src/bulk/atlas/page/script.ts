/**
 * What the page of an atlas does: thumbnails are drawn once they come into sight, and a canvas has a point an image, of which a
 * rectangle can be chosen with the pointer. Plain JavaScript, for the page has no other file of code; `tile`, `columns` and
 * `imagesOfSheet` stand in its data.
 */
export const script = `
const data = JSON.parse(document.getElementById('data').textContent);
const names = document.getElementById('names').textContent.split('\\n');
const { tile, columns, imagesOfSheet } = data;
const sheets = new Map();
function sheetOf(number) {
  if (!sheets.has(number)) {
    const image = new Image();
    sheets.set(number, new Promise((resolve) => { image.onload = () => resolve(image); image.onerror = () => resolve(undefined); }));
    image.src = 'sheets/' + String(number).padStart(5, '0') + '.png';
  }
  return sheets.get(number);
}
async function drawThumbnail(canvas) {
  const index = Number(canvas.dataset.image), place = index % imagesOfSheet;
  const sheet = await sheetOf(Math.floor(index / imagesOfSheet));
  if (!sheet) return;
  canvas.getContext('2d').drawImage(sheet, 2 * (place % columns) * tile, Math.floor(place / columns) * tile, 2 * tile, tile, 0, 0, 2 * tile, tile);
}
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) { seen.unobserve(target); drawThumbnail(target); }
}, { rootMargin: '200px' });
function thumbnail(index) {
  const canvas = document.createElement('canvas');
  canvas.width = 2 * tile; canvas.height = tile; canvas.className = 'thumbnail';
  canvas.dataset.image = index; canvas.title = names[index] || '';
  canvas.setAttribute('role', 'img'); canvas.setAttribute('aria-label', names[index] || String(index));
  return canvas;
}
for (const canvas of document.querySelectorAll('canvas.thumbnail')) { canvas.title = names[canvas.dataset.image] || ''; seen.observe(canvas); }
function decode(text) { return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer; }
const scatter = document.getElementById('scatter'), choice = document.getElementById('class'), chosen = document.getElementById('chosen'), count = document.getElementById('count');
const hue = (k) => 'hsl(' + (k * 137.5 % 360) + ' 65% 45%)';
let points, box;
function load() {
  const one = data.classes[choice.selectedIndex], view = new DataView(decode(one.points));
  points = Array.from({ length: view.byteLength / 12 }, (_, i) => ({ index: view.getUint32(12 * i, true), x: view.getUint16(12 * i + 4, true) / 65535, y: view.getUint16(12 * i + 6, true) / 65535, cluster: view.getUint16(12 * i + 8, true) }));
  box = undefined; draw(); show([]);
}
function draw() {
  const context = scatter.getContext('2d'), { width, height } = scatter;
  context.clearRect(0, 0, width, height);
  const size = points.length > 5000 ? 2 : 4;
  for (const { x, y, cluster } of points) { context.fillStyle = hue(cluster); context.fillRect(8 + x * (width - 16) - size / 2, 8 + (1 - y) * (height - 16) - size / 2, size, size); }
  if (box) { context.strokeStyle = '#14685a'; context.lineWidth = 2; context.strokeRect(box.x, box.y, box.w, box.h); }
}
function show(found) {
  count.textContent = found.length === 0 ? '' : found.length + ' images' + (found.length > 120 ? ', 120 of them shown' : '') + '.';
  chosen.replaceChildren(...found.slice(0, 120).map(({ index }) => { const one = thumbnail(index); seen.observe(one); return one; }));
}
function at(event) { const r = scatter.getBoundingClientRect(); return { x: (event.clientX - r.left) * scatter.width / r.width, y: (event.clientY - r.top) * scatter.height / r.height }; }
let start;
scatter.addEventListener('pointerdown', (event) => { start = at(event); scatter.setPointerCapture(event.pointerId); });
scatter.addEventListener('pointermove', (event) => { if (!start) return; const end = at(event); box = { x: Math.min(start.x, end.x), y: Math.min(start.y, end.y), w: Math.abs(end.x - start.x), h: Math.abs(end.y - start.y) }; draw(); });
scatter.addEventListener('pointerup', () => {
  start = undefined; if (!box) return;
  const { width, height } = scatter;
  show(points.filter(({ x, y }) => { const px = 8 + x * (width - 16), py = 8 + (1 - y) * (height - 16); return px >= box.x && px <= box.x + box.w && py >= box.y && py <= box.y + box.h; }));
});
choice.addEventListener('change', load);
load();
`;
