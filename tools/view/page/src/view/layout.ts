/** How many panels side by side make them largest. */

const headAndBar = 56; // CSS pixels of a panel beside its map
const gap = 10;
export const phoneWidth = 760;

export function bestColumns(panels: number, aspect: number, root: HTMLElement): { columns: number; width: number } {
  const { clientWidth, clientHeight } = root;
  if (window.innerWidth < phoneWidth) return { columns: 1, width: clientWidth };
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= panels; ++columns) {
    const rows = Math.ceil(panels / columns);
    const byWidth = (clientWidth - gap * (columns - 1)) / columns;
    const byHeight = ((clientHeight - gap * (rows - 1)) / rows - headAndBar) * aspect;
    const width = Math.floor(Math.min(byWidth, byHeight));
    if (width > best.width) best = { columns, width };
  }
  return { columns: best.columns, width: Math.max(best.width, Math.min(160, clientWidth)) };
}
