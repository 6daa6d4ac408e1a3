/**
 * What the page of an atlas does: thumbnails are drawn once they come into sight; a canvas has a point an image, of which a rectangle
 * can be chosen with the pointer, and groups with buttons; any two classes are compared. Plain JavaScript, for the page has no other
 * file of code; what it draws, and its words, stand in the page's data.
 */
export const script = `
const at = (id) => document.getElementById(id);
const data = JSON.parse(at('data').textContent);
const names = at('names').textContent.split('\\n');
const { tile, columns, imagesOfSheet, words } = data;
const mostShown = 120;
const filled = (text, ...parts) => parts.reduce((all, part, i) => all.replace('{' + i + '}', () => part), text);
const number = (count) => count.toLocaleString(document.documentElement.lang);
const bytesOf = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

const sheets = new Map();
function sheetOf(number) {
  if (!sheets.has(number)) {
    const image = new Image();
    sheets.set(number, new Promise((resolve) => { image.onload = () => resolve(image); image.onerror = () => resolve(undefined); }));
    image.src = data.sheetFolder + '/' + String(number).padStart(5, '0') + '.png';
  }
  return sheets.get(number);
}
async function drawThumbnail(canvas) {
  const index = Number(canvas.dataset.image), place = index % imagesOfSheet;
  const sheet = await sheetOf(Math.floor(index / imagesOfSheet));
  if (!sheet) return;
  const [x, y] = [2 * (place % columns) * tile, Math.floor(place / columns) * tile];
  canvas.getContext('2d').drawImage(sheet, x, y, 2 * tile, tile, 0, 0, 2 * tile, tile);
  canvas.dataset.drawn = 'true';
}
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) { seen.unobserve(target); drawThumbnail(target); }
}, { rootMargin: '200px' });
function watch(canvas) {
  const name = names[canvas.dataset.image] || canvas.dataset.image;
  canvas.title = name; canvas.setAttribute('role', 'img'); canvas.setAttribute('aria-label', name);
  seen.observe(canvas);
}
for (const canvas of document.querySelectorAll('canvas.thumbnail')) watch(canvas);

const scatter = at('scatter'), margin = 8;
let points = [], box, start;
const placeOf = ({ x, y }) => [margin + x * (scatter.width - 2 * margin), margin + (1 - y) * (scatter.height - 2 * margin)];
function load() {
  const { points: packed, target } = data.classes[at('class').selectedIndex], view = bytesOf(packed);
  points = Array.from({ length: view.byteLength / 12 }, (_, i) => ({
    index: view.getUint32(12 * i, true), x: view.getUint16(12 * i + 4, true) / 65535,
    y: view.getUint16(12 * i + 6, true) / 65535, group: view.getUint16(12 * i + 8, true),
  }));
  box = undefined; draw(); show([]);
  at('legend').replaceChildren(...data.groups.flatMap((group, k) => group.target === target ? [buttonOf(group, k)] : []));
}
function buttonOf({ name, colour, count }, k) {
  const button = document.createElement('button'), dot = document.createElement('span');
  button.type = 'button'; dot.className = 'dot'; dot.style.background = colour;
  button.append(dot, name + ' (' + count + ')');
  button.addEventListener('click', () => { box = undefined; draw(); show(points.filter(({ group }) => group === k)); });
  return button;
}
function draw() {
  const context = scatter.getContext('2d'), size = points.length > 5000 ? 2 : 4;
  context.clearRect(0, 0, scatter.width, scatter.height);
  for (const point of points) {
    const [x, y] = placeOf(point);
    context.fillStyle = data.groups[point.group].colour;
    context.fillRect(x - size / 2, y - size / 2, size, size);
  }
  if (!box) return;
  context.strokeStyle = getComputedStyle(scatter).color; context.lineWidth = 2;
  context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
}
function show(found) {
  at('count').textContent = found.length === 0 ? '' : filled(found.length > mostShown ? words.someShown : words.chosen, number(found.length), number(mostShown));
  at('chosen').replaceChildren(...found.slice(0, mostShown).map(({ index }) => {
    const canvas = document.createElement('canvas');
    canvas.width = 2 * tile; canvas.height = tile; canvas.className = 'thumbnail'; canvas.dataset.image = index;
    watch(canvas);
    return canvas;
  }));
}
function pointed(event) {
  const { left, top, width, height } = scatter.getBoundingClientRect();
  return { x: (event.clientX - left) * scatter.width / width, y: (event.clientY - top) * scatter.height / height };
}
scatter.addEventListener('pointerdown', (event) => { start = pointed(event); scatter.setPointerCapture(event.pointerId); });
scatter.addEventListener('pointermove', (event) => {
  if (!start) return;
  const { x, y } = pointed(event);
  box = { left: Math.min(start.x, x), top: Math.min(start.y, y), right: Math.max(start.x, x), bottom: Math.max(start.y, y) };
  draw();
});
scatter.addEventListener('pointerup', () => {
  start = undefined;
  if (!box) return;
  show(points.filter((point) => {
    const [x, y] = placeOf(point);
    return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  }));
});
at('class').addEventListener('change', load);
load();

const compared = [...data.classes, data.all].map(({ name, mean }) => {
  const view = bytesOf(mean);
  return { name, mean: Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true)) };
});
function compare() {
  const [one, other] = [compared[at('first').selectedIndex], compared[at('second').selectedIndex]];
  const canvas = at('difference'), context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
  const scale = Math.max(...one.mean.map(Math.abs), ...other.mean.map(Math.abs)) || 1;
  one.mean.forEach((value, i) => {
    const strength = Math.max(-1, Math.min(1, (value - other.mean[i]) / scale));
    image.data.set([...data.colours[Math.round(127 * strength) + 127], 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  canvas.setAttribute('aria-label', filled(words.difference, one.name, other.name));
}
for (const id of ['first', 'second']) at(id).addEventListener('change', compare);
at('second').selectedIndex = compared.length > 2 ? 1 : compared.length - 1;
compare();
`;
